import Foundation

/// Sizes of type in figures, in mm.
enum Typography {
    private static let point = 25.4 / 72
    /// Numbers at marks, labels and keys: 7 pt.
    static let label = 7 * point
    /// Titles of axes: 8 pt.
    static let title = 8 * point
    /// The distance of baselines in rows of labels.
    static let row = 3.3
    /// How far below the middle of a line of label text its baseline lies.
    static let middleToBaseline = 0.35 * label

    /// The width of `text` in mm, from above, at the size of labels.
    static func width(_ text: RichText) -> Double { text.width * label }
}

/// One rectangle of a figure with its two axes.
struct Panel: Sendable, Hashable {
    var box: Box
    var x: LinearScale
    var y: LinearScale
    var xTicks: Ticks
    var yTicks: Ticks

    /// A panel over `box`. `reversed` lets x increase to the left, as binding energies do.
    init(box: Box, x: ClosedRange<Double>, reversed: Bool, y: ClosedRange<Double>) {
        self.box = box
        self.x = LinearScale(domain: x, start: reversed ? box.right : box.left, end: reversed ? box.left : box.right)
        self.y = LinearScale(domain: y, start: box.bottom, end: box.top)
        xTicks = Self.xTicks(in: x, over: box.width)
        yTicks = Ticks(in: y, atMost: max(2, Int(box.height / 6.5)), allowsExponent: true)
    }

    /// A panel over `box` for residuals up to `limit` either way.
    init(box: Box, x: ClosedRange<Double>, reversed: Bool, residualsTo limit: Double) {
        self.init(box: box, x: x, reversed: reversed, y: -limit...limit)
        yTicks = Ticks(symmetricTo: limit)
    }

    /// As many numbered marks as fit with a number's width between them.
    private static func xTicks(in range: ClosedRange<Double>, over width: Double) -> Ticks {
        for limit in (3...max(3, Int(width / 8))).reversed() {
            let ticks = Ticks(in: range, atMost: limit)
            let numbers = ticks.major.map { Typography.width(RichText(ticks.label(of: $0))) }.max() ?? 0
            let distance = ticks.step / (range.upperBound - range.lowerBound) * width
            if distance >= max(2 * numbers, 8) { return ticks }
        }
        return Ticks(in: range, atMost: 2)
    }

    /// The room in mm that the numbers of the y axis need left of the frame.
    var yLabelWidth: Double {
        yTicks.major.map { Typography.width(RichText(yTicks.label(of: $0))) }.max() ?? 0
    }

    func point(_ x: Double, _ y: Double) -> Point {
        Point(x: self.x.position(of: x), y: self.y.position(of: y))
    }

    /// The points of a curve, broken into runs where a value is missing, without those that nobody would see missing.
    func runs(_ xs: [Double], _ ys: [Double]) -> [[Point]] {
        var runs: [[Point]] = [[]]
        for (x, y) in zip(xs, ys) {
            let position = point(x, y)
            if position.isFinite && abs(position.y) < 1e6 {
                runs[runs.count - 1].append(position)
            } else if runs.last?.isEmpty == false {
                runs.append([])
            }
        }
        return runs.filter { !$0.isEmpty }.map { Thinning.thinned($0) }
    }

    /// The points themselves, for markers.
    func points(_ xs: [Double], _ ys: [Double]) -> [Point] {
        zip(xs, ys).map(point).filter { $0.isFinite && abs($0.y) < 1e6 }
    }

    /// Draws the frame, the marks inside it, and the numbers outside; `number` is its place in `FigureData`.
    func drawAxes(
        into canvas: inout SVGCanvas, theme: PlotTheme, xNumbers: Bool = true, yNumbers: Bool = true,
        number: Int? = nil
    ) {
        canvas.group("axes", panel: number) { canvas in
            canvas.rectangle(box, .line(theme.ink, 0.2))
            drawMarks(into: &canvas, theme: theme, yMarks: yNumbers)
            if xNumbers {
                for value in xTicks.major {
                    let place = Point(x: x.position(of: value), y: box.bottom + 0.9 + 0.78 * Typography.label)
                    canvas.text(
                        RichText(xTicks.label(of: value)), at: place, size: Typography.label, colour: theme.ink,
                        anchor: .middle)
                }
            }
            if yNumbers {
                for value in yTicks.major {
                    let place = Point(x: box.left - 0.9, y: y.position(of: value) + Typography.middleToBaseline)
                    canvas.text(
                        RichText(yTicks.label(of: value)), at: place, size: Typography.label, colour: theme.ink,
                        anchor: .end)
                }
            }
        }
    }

    private func drawMarks(into canvas: inout SVGCanvas, theme: PlotTheme, yMarks: Bool) {
        var marks: [[Point]] = []
        for (values, length) in [(xTicks.major, 1.4), (xTicks.minor, 0.8)] {
            for value in values {
                let position = x.position(of: value)
                marks.append([Point(x: position, y: box.bottom), Point(x: position, y: box.bottom - length)])
            }
        }
        for (values, length) in [(yTicks.major, 1.4), (yTicks.minor, 0.8)] where yMarks {
            for value in values {
                let position = y.position(of: value)
                marks.append([Point(x: box.left, y: position), Point(x: box.left + length, y: position)])
            }
        }
        canvas.path(marks, .line(theme.ink, 0.2))
    }

    /// Writes the title of the x axis below the numbers.
    func drawXTitle(_ title: RichText, into canvas: inout SVGCanvas, theme: PlotTheme) {
        let place = Point(x: (box.left + box.right) / 2, y: box.bottom + 8)
        canvas.text(title, at: place, size: Typography.title, colour: theme.ink, anchor: .middle)
    }

    /// Writes the title of the y axis along the left edge of the figure.
    func drawYTitle(_ title: RichText, left: Double, into canvas: inout SVGCanvas, theme: PlotTheme) {
        let place = Point(x: left + 0.8 * Typography.title, y: (box.top + box.bottom) / 2)
        canvas.text(title, at: place, size: Typography.title, colour: theme.ink, anchor: .middle, turned: true)
    }
}

/// Titles of axes.
enum AxisTitle {
    static let bindingEnergy = RichText("Binding energy (eV)")
    static let kineticEnergy = RichText("Kinetic energy (eV)")
    static let residual = RichText("Residual (σ)")

    /// "Intensity (10³ counts)" for numbers with that power taken out.
    static func intensity(unit: String, exponent: Int) -> RichText {
        let factor = exponent == 0 ? RichText("") : RichText.powerOfTen(exponent) + RichText(" ")
        return RichText("Intensity (") + factor + RichText("\(unit))")
    }
}
