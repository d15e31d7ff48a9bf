import Foundation
import Photoemission
import Spectra

/// The correlation coefficients of the parameters of a fit as a matrix of shaded squares, numbered along both edges and
/// named along one.
public struct CorrelationPlot: Figure {
    /// The names of the parameters.
    public var names: [String]
    /// Their coefficients, row by row; `nil` where a parameter has no uncertainty.
    public var coefficients: [[Double?]]
    /// The size on paper; squares stay square, so that the height follows from the width.
    public var size: FigureSize = .singleColumn
    /// The colours.
    public var theme: PlotTheme = .light
    /// A line above the frame; `nil` for none.
    public var title: String?

    /// A figure of `coefficients` between the parameters called `names`.
    public init(names: [String], coefficients: [[Double?]]) {
        self.names = names
        self.coefficients = coefficients
    }

    /// A figure of the correlations in `fit`.
    public init(_ fit: PeakFit) {
        let matrix = ParameterMatrix(fit.parameters)
        let indices = fit.parameters.names.indices
        self.init(
            names: fit.parameters.names,
            coefficients: indices.map { row in indices.map { matrix.correlation(row, $0) } })
    }

    /// The figure drawn. The same coefficients give the same text, byte for byte.
    public var svg: SVGDocument { CorrelationDrawing(plot: self).document() }
}

/// Draws a `CorrelationPlot`.
struct CorrelationDrawing {
    let plot: CorrelationPlot

    private static let rightMargin = 2.0
    /// The bar that says what shades mean, with its numbers.
    private static let scaleHeight = 9.5
    private static let number = 2.0
    /// The smallest letters of names, 4.5 pt.
    private static let smallest = 1.6

    private var count: Int { plot.names.count }

    func document() -> SVGDocument {
        let (theme, size) = (plot.theme, plot.size)
        var header = FigureHeader(title: plot.title)
        if count == 0 { header.warning = "There are no parameters to correlate" }
        let labels = plot.names.enumerated().map { RichText("\($0.offset + 1)\u{2002}") + Self.name($0.element) }
        let widest = labels.map(Typography.width).max() ?? 0
        // Names of many parameters are set smaller, as rows allow it, down to what can still be read.
        var letters = Typography.label
        var (left, cell) = (0.0, 0.0)
        for _ in 0..<3 {
            left = min(PanelLayout.margin + widest * letters / Typography.label + 1.2, 0.5 * size.width)
            cell = (size.width - left - Self.rightMargin) / Double(max(count, 1))
            letters = min(Typography.label, max(0.95 * cell, Self.smallest))
        }
        // Where even these do not fit, every second or third row is named.
        let rowStep = max(1, Int((letters / max(cell, 0.01)).rounded(.up)))
        let columnStep = max(1, Int((Typography.width(RichText("00 ")) / max(cell, 0.01)).rounded(.up)))
        let top = PanelLayout.margin + header.height(over: size.width - 2 * PanelLayout.margin) + Typography.row
        let height = top + cell * Double(count) + Self.scaleHeight
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: height), .area(paper))
        }
        header.draw(
            from: PanelLayout.margin, to: size.width - PanelLayout.margin, top: PanelLayout.margin, into: &canvas,
            theme: theme)
        canvas.group("names") { canvas in
            for (index, label) in labels.enumerated() {
                let middle = (Double(index) + 0.5) * cell
                if index % rowStep == 0 {
                    canvas.text(
                        label.truncated(to: (left - PanelLayout.margin - 1) / letters),
                        at: Point(x: PanelLayout.margin, y: top + middle + 0.35 * letters), size: letters,
                        colour: theme.ink)
                }
                guard index % columnStep == 0 else { continue }
                canvas.text(
                    RichText("\(index + 1)"), at: Point(x: left + middle, y: top - 0.8), size: Typography.label,
                    colour: theme.ink, anchor: .middle)
            }
        }
        drawSquares(left: left, top: top, cell: cell, into: &canvas)
        drawScale(left: left, right: size.width - Self.rightMargin, top: top + cell * Double(count) + 2, into: &canvas)
        return SVGDocument(
            width: size.width, height: height, title: plot.title ?? "Correlation coefficients",
            summary: summary, content: canvas.content)
    }

    /// "PS4 3-.position" as the species with its quantity.
    static func name(_ parameter: String) -> RichText {
        guard let dot = parameter.lastIndex(of: ".") else { return RichText(parameter) }
        let quantity = parameter[parameter.index(after: dot)...].replacingOccurrences(of: "_", with: " ")
        return ChemicalText.typeset(String(parameter[..<dot])) + RichText(", \(quantity)")
    }

    /// Positive coefficients in one colour, negative ones in another, the stronger the fuller.
    private func paint(_ coefficient: Double) -> SVGCanvas.Paint {
        let colour = plot.theme.species[coefficient < 0 ? 4 : 1]
        return .area(colour, opacity: min(abs(coefficient), 1))
    }

    private func drawSquares(left: Double, top: Double, cell: Double, into canvas: inout SVGCanvas) {
        canvas.group("squares") { canvas in
            for row in 0..<count {
                for column in 0..<count where plot.coefficients.indices.contains(row) {
                    guard column < plot.coefficients[row].count, let value = plot.coefficients[row][column],
                        value.isFinite
                    else { continue }
                    let box = Box(
                        left: left + Double(column) * cell, top: top + Double(row) * cell,
                        right: left + Double(column + 1) * cell, bottom: top + Double(row + 1) * cell)
                    canvas.rectangle(box, paint(value))
                    guard cell >= 5.5 else { continue }
                    // Both colours are light enough for dark letters where they are full.
                    let text = String(format: "%.2f", value).replacingOccurrences(of: "-", with: "\u{2212}")
                    canvas.text(
                        RichText(text),
                        at: Point(
                            x: left + (Double(column) + 0.5) * cell, y: (box.top + box.bottom) / 2 + 0.35 * Self.number),
                        size: Self.number, colour: abs(value) > 0.6 ? PlotTheme.light.ink : plot.theme.ink,
                        anchor: .middle)
                }
            }
            let frame = Box(
                left: left, top: top, right: left + Double(count) * cell, bottom: top + Double(count) * cell)
            canvas.rectangle(frame, .line(plot.theme.ink, 0.2))
        }
    }

    private func drawScale(left: Double, right: Double, top: Double, into canvas: inout SVGCanvas) {
        let steps = 40
        canvas.group("scale") { canvas in
            for step in 0..<steps {
                let width = (right - left) / Double(steps)
                let box = Box(
                    left: left + Double(step) * width, top: top, right: left + Double(step + 1) * width, bottom: top + 2
                )
                canvas.rectangle(box, paint(2 * (Double(step) + 0.5) / Double(steps) - 1))
            }
            canvas.rectangle(Box(left: left, top: top, right: right, bottom: top + 2), .line(plot.theme.ink, 0.2))
            for (value, text) in [(0.0, "\u{2212}1"), (0.25, "\u{2212}0.5"), (0.5, "0"), (0.75, "0.5"), (1, "1")] {
                let anchor: SVGCanvas.Anchor = value == 0 ? .start : value == 1 ? .end : .middle
                canvas.text(
                    RichText(text), at: Point(x: left + value * (right - left), y: top + 5), size: Typography.label,
                    colour: plot.theme.ink, anchor: anchor)
            }
        }
    }

    private var summary: String {
        let pairs = plot.names.indices.flatMap { row in
            (0..<row).compactMap { column -> (size: Double, text: String)? in
                guard plot.coefficients.indices.contains(row), column < plot.coefficients[row].count,
                    let value = plot.coefficients[row][column]
                else { return nil }
                return (abs(value), "\(plot.names[column]) and \(plot.names[row]) \(String(format: "%.2f", value))")
            }
        }
        let strongest = pairs.enumerated().sorted { (-$0.element.size, $0.offset) < (-$1.element.size, $1.offset) }
        return "\(count) parameters; strongest: "
            + strongest.prefix(3).map(\.element.text).joined(separator: ", ") + "."
    }
}
