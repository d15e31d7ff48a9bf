import Foundation
import Photoemission
import Spectra

/// Fits of one level above each other, each scaled to its own maximum: a series of spectra with their components, the
/// first one at the bottom.
///
/// Of a few fits data, envelope and components are drawn; of many, lines that overlap as in a waterfall. Each is named
/// beside the frame, so that no name covers data.
public struct StackPlot: SpeciesFigure {
    /// A fit with its name in the figure.
    public struct Member: Sendable {
        /// What stands beside the spectrum, "200 cycles".
        public var name: String
        /// The fit.
        public var fit: PeakFit

        /// A fit called `name`.
        public init(name: String, fit: PeakFit) {
            self.name = name
            self.fit = fit
        }
    }

    /// The fits, from the bottom to the top.
    public var members: [Member]
    /// The size on paper.
    public var size: FigureSize = .singleColumn
    /// The colours.
    public var theme: PlotTheme = .light
    /// Which colour each species has.
    public var colours: SpeciesColours
    /// A line above the frame; `nil` for none.
    public var title: String?

    /// A figure of `members`.
    public init(_ members: [Member]) {
        self.members = members
        colours = SpeciesColours(for: members.flatMap { $0.fit.components.map(\.name) })
    }

    /// A figure of the fits of a series, named by their places along it.
    public init(_ series: SeriesFit) {
        let unit = series.variable.unit
        let counted = series.variable == .cycle
        self.init(
            zip(series.values, series.fits).map { value, fit in
                let number = TableText.number(value)
                let name =
                    counted
                    ? "\(number) \(value == 1 ? "cycle" : "cycles")"
                    : unit.isEmpty ? "\(series.variable.name) \(number)" : "\(number) \(unit)"
                return Member(name: name, fit: fit)
            })
    }

    /// The names that have colours.
    public var colouredNames: [String] { members.flatMap { $0.fit.components.map(\.name) } }

    /// The figure drawn. The same fits give the same text, byte for byte.
    public var svg: SVGDocument { StackDrawing(plot: self).document() }
}

/// Curves of a fit on a scale on which the lowest point of its background is 0 and its highest intensity 1.
struct NormalisedFit {
    let fit: PeakFit
    private let floor: Double
    private let span: Double

    init(_ fit: PeakFit) {
        self.fit = fit
        let curves = fit.curves
        let low = LinearScale.domain(of: curves.background + curves.intensities.prefix(1)).lowerBound
        let high = LinearScale.domain(of: curves.envelope).upperBound
        floor = low
        span = high > low ? high - low : 1
    }

    var energies: [Double] { fit.curves.bindingEnergies }
    var data: [Double] { scaled(fit.curves.intensities) }
    var envelope: [Double] { scaled(fit.curves.envelope) }
    var background: [Double] { scaled(fit.curves.background) }

    /// A component on the background, `nan` where it hardly stands out.
    func top(of index: Int) -> [Double] {
        let values = fit.curves.components[index].values
        return zip(values, fit.curves.background).map { value, base in
            value > 0.002 * span ? (value + base - floor) / span : .nan
        }
    }

    private func scaled(_ values: [Double]) -> [Double] { values.map { ($0 - floor) / span } }

    /// Draws data, envelope, background and components `shift` above the foot of `panel`.
    func draw(
        in panel: Panel, shift: Double, colours: SpeciesColours, showsComponents: Bool, theme: PlotTheme,
        into canvas: inout SVGCanvas
    ) {
        func raised(_ values: [Double]) -> [Double] { values.map { $0 + shift } }
        let base = raised(background)
        if showsComponents {
            let sizes = fit.curves.components.map { $0.values.filter(\.isFinite).max() ?? 0 }
            for index in sizes.indices.sorted(by: { (-sizes[$0], $0) < (-sizes[$1], $1) }) {
                let name = fit.curves.components[index].name
                let style = colours.style(of: name)
                let colour = style.colour(in: theme)
                let tops = raised(top(of: index))
                let below = zip(base, tops).map { $1.isFinite ? $0 : .nan }
                canvas.group("component", name: name) { canvas in
                    let areas = zip(panel.runs(energies, tops), panel.runs(energies, below)).map { $0 + $1.reversed() }
                    canvas.path(areas, closed: true, .area(colour, opacity: 0.3))
                    canvas.path(panel.runs(energies, tops), .line(colour, 0.25, dash: style.dashPattern))
                }
            }
            canvas.group("background") { $0.path(panel.runs(energies, base), .line(theme.muted, 0.2, dash: "1 0.6")) }
        }
        canvas.group("data") { canvas in
            let points = panel.points(energies, raised(data))
            if !showsComponents || Double(points.count) * 0.15 > panel.box.width {
                canvas.path(panel.runs(energies, raised(data)), .line(theme.muted, 0.18))
            } else {
                canvas.circles(points, radius: 0.25, .line(theme.muted, 0.15))
            }
        }
        canvas.group("envelope") { $0.path(panel.runs(energies, raised(envelope)), .line(theme.ink, 0.3)) }
    }
}

/// Draws a `StackPlot`.
struct StackDrawing {
    let plot: StackPlot

    private static let belowFrame = 9.6
    private static let nameGap = 1.2
    private static let rightMargin = 2.0

    private var fits: [NormalisedFit] { plot.members.map { NormalisedFit($0.fit) } }

    /// Components are told apart in as many spectra as have room.
    private var showsComponents: Bool { plot.members.count <= 10 }

    /// How far a spectrum stands above the one below it: clear of it where that leaves each a tenth of the height.
    private var shift: Double { showsComponents ? 1.06 : max(0.12, 4 / Double(plot.members.count)) }

    func document() -> SVGDocument {
        let (theme, size) = (plot.theme, plot.size)
        let panel = self.panel()
        let height = panel.box.bottom + Self.belowFrame
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: height), .area(paper))
        }
        header.draw(
            from: panel.box.left, to: size.width - Self.rightMargin, top: PanelLayout.margin, into: &canvas,
            theme: theme)
        for (place, fit) in fits.enumerated().reversed() {
            canvas.group("spectrum", name: plot.members[place].name) { canvas in
                fit.draw(
                    in: panel, shift: shift * Double(place), colours: plot.colours, showsComponents: showsComponents,
                    theme: theme, into: &canvas)
            }
        }
        panel.drawAxes(into: &canvas, theme: theme, yNumbers: false)
        drawNames(beside: panel, into: &canvas)
        panel.drawXTitle(AxisTitle.bindingEnergy, into: &canvas, theme: theme)
        panel.drawYTitle(
            RichText("Intensity (each to its maximum)"), left: PanelLayout.margin, into: &canvas, theme: theme)
        let names = plot.members.map(\.name)
        return SVGDocument(
            width: size.width, height: height, title: plot.title ?? "Fits above each other",
            summary: "From the bottom to the top: \(names.joined(separator: ", ")).", content: canvas.content)
    }

    func panel() -> Panel {
        let left = PanelLayout.margin + Typography.title + 2
        let widest = plot.members.map { Typography.width(ChemicalText.typeset($0.name)) }.max() ?? 0
        let right = plot.size.width - min(widest + Self.nameGap + 1, plot.size.width * 0.3)
        let above = header.height(over: plot.size.width - Self.rightMargin - left)
        // Each spectrum of a stack needs some height of its own.
        let wanted = showsComponents ? Double(plot.members.count) * 13 : 0
        let grown = max(plot.size.height, wanted) + max(0, above - 2 * Typography.row)
        let box = Box(left: left, top: PanelLayout.margin + above, right: right, bottom: grown - Self.belowFrame)
        let highest =
            fits.enumerated().map { place, fit in
                shift * Double(place) + (LinearScale.domain(of: fit.data + fit.envelope).upperBound)
            }.max() ?? 1
        let lowest =
            fits.enumerated().map { place, fit in
                shift * Double(place) + LinearScale.domain(of: fit.data).lowerBound
            }.min() ?? 0
        let x = LinearScale.domain(of: fits.lazy.flatMap(\.energies))
        return Panel(box: box, x: x, reversed: true, y: (min(lowest, 0) - 0.06)...(highest + 0.06))
    }

    private var header: FigureHeader {
        var header = FigureHeader(title: plot.title)
        guard showsComponents else { return header }
        var seen: Set<String> = []
        for component in plot.members.flatMap(\.fit.components) where seen.insert(component.name).inserted {
            let style = plot.colours.style(of: component.name)
            header.species.append(
                .init(
                    symbol: .area(style.colour(in: plot.theme), dash: style.dashPattern),
                    text: ChemicalText.typeset(component.name)))
        }
        return header
    }

    /// The names beside the frame at the feet of their spectra, some left out where they would overlap.
    private func drawNames(beside panel: Panel, into canvas: inout SVGCanvas) {
        let left = panel.box.right + Self.nameGap
        let room = (plot.size.width - 0.5 - left) / Typography.label
        var last = Double.infinity
        canvas.group("names") { canvas in
            for (place, member) in plot.members.enumerated() {
                let ends = fits[place]
                let foot = ends.data.first.map { $0.isFinite ? $0 : 0 } ?? 0
                let y = panel.y.position(of: shift * Double(place) + foot) + Typography.middleToBaseline
                guard last - y >= Typography.row else { continue }
                last = y
                canvas.text(
                    ChemicalText.typeset(member.name).truncated(to: room), at: Point(x: left, y: y),
                    size: Typography.label, colour: plot.theme.ink)
            }
        }
    }
}
