import Diffraction
import Foundation
import Spectra

/// A figure of a diffraction pattern with its fitted peaks: data, model and background, the positions of the peaks as
/// marks with the strongest labelled, and the residuals in standard deviations below.
public struct DiffractionPlot: Sendable {
    /// The size on paper.
    public var size: FigureSize = .doubleColumn
    /// The colours.
    public var theme: PlotTheme = .light
    /// A line above the frame; `nil` for none.
    public var title: String?
    /// The unit of the intensities.
    public var unit: IntensityUnit
    let peaks: PatternPeaks

    /// A figure of `peaks`.
    public init(_ peaks: PatternPeaks, unit: IntensityUnit = .arbitrary, title: String? = nil) {
        self.peaks = peaks
        self.unit = unit
        self.title = title
    }

    /// The same figure at another size.
    public func sized(_ size: FigureSize) -> DiffractionPlot {
        var copy = self
        copy.size = size
        return copy
    }

    /// The same figure in other colours.
    public func themed(_ theme: PlotTheme) -> DiffractionPlot {
        var copy = self
        copy.theme = theme
        return copy
    }

    /// The figure drawn. The same plot gives the same text, byte for byte.
    public var svg: SVGDocument { DiffractionDrawing(plot: self).document() }

    /// Writes the figure as SVG to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws {
        try svg.write(to: path)
    }
}

/// Draws a `DiffractionPlot`.
struct DiffractionDrawing {
    let plot: DiffractionPlot

    private static let margin = 1.5
    private static let rightMargin = 3.5
    private static let belowFrame = 9.6
    private static let panelGap = 2.8
    private static let markRow = 3.4

    func document() -> SVGDocument {
        let (theme, size) = (plot.theme, plot.size)
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: size.height), .area(paper))
        }
        var left = 11.0
        var panels = self.panels(left: left)
        for _ in 0..<3 {
            let needed =
                Self.margin + Typography.title + 1.6 + max(panels.main.yLabelWidth, panels.residuals.yLabelWidth)
            if needed <= left { break }
            left = min(needed, size.width / 2)
            panels = self.panels(left: left)
        }
        let (main, residuals) = panels
        header.draw(from: main.box.left, to: main.box.right, top: Self.margin, into: &canvas, theme: theme)
        drawCurves(in: main, into: &canvas)
        drawMarks(in: main, into: &canvas)
        drawLabels(in: main, into: &canvas)
        main.drawAxes(into: &canvas, theme: theme, xNumbers: false)
        let unit = plot.unit == .arbitrary ? "arb. units" : plot.unit.rawValue
        main.drawYTitle(
            AxisTitle.intensity(unit: unit, exponent: main.yTicks.exponent), left: Self.margin, into: &canvas,
            theme: theme)
        drawResiduals(in: residuals, into: &canvas)
        residuals.drawYTitle(AxisTitle.residual, left: Self.margin, into: &canvas, theme: theme)
        residuals.drawXTitle(RichText("2θ (°)"), into: &canvas, theme: theme)
        let positions = plot.peaks.peaks.prefix(20).map { String(format: "%.2f", $0.twoTheta.value) }
        return SVGDocument(
            width: size.width, height: size.height, title: plot.title ?? "Diffraction pattern with fitted peaks",
            summary: "\(plot.peaks.peaks.count) peaks at \(positions.joined(separator: ", ")) degrees",
            content: canvas.content)
    }

    private var header: FigureHeader {
        var header = FigureHeader(warning: nil, title: plot.title)
        header.curves = [
            .init(symbol: .points(plot.theme.muted), text: RichText("data")),
            .init(symbol: .line(plot.theme.species[0], width: 0.3, dash: nil), text: RichText("fitted peaks")),
            .init(symbol: .line(plot.theme.muted, width: 0.25, dash: "1 0.6"), text: RichText("background")),
        ]
        return header
    }

    private func panels(left: Double) -> (main: Panel, residuals: Panel) {
        let curve = plot.peaks.curve
        let right = plot.size.width - Self.rightMargin
        let top = Self.margin + header.height(over: right - left)
        let bottom = plot.size.height - Self.belowFrame
        let x = LinearScale.domain(of: curve.twoTheta)
        let height = min(max((bottom - top) * 0.18, 9), 20)
        let mainBox = Box(left: left, top: top, right: right, bottom: bottom - height - Self.panelGap)
        let residualBox = Box(left: left, top: bottom - height, right: right, bottom: bottom)
        let data = LinearScale.domain(of: [curve.intensities, plot.peaks.model].joined())
        let low = min(0, data.lowerBound)
        // Room for the marks below and, above, for labels that stand upright.
        let scale = (data.upperBound - low) / max(mainBox.height - Self.markRow - 12, mainBox.height * 0.4)
        let main = Panel(
            box: mainBox, x: x, reversed: false, y: (low - Self.markRow * scale)...(data.upperBound + 12 * scale))
        return (main, Panel(box: residualBox, x: x, reversed: false, residualsTo: residualLimit))
    }

    private var residualLimit: Double {
        let sizes = plot.peaks.normalizedResiduals.map(abs).filter(\.isFinite).sorted()
        guard !sizes.isEmpty else { return 3.4 }
        return max(3.4, 1.4 * sizes[min(sizes.count - 1, Int(Double(sizes.count) * 0.99))])
    }

    private func drawCurves(in panel: Panel, into canvas: inout SVGCanvas) {
        let (peaks, theme) = (plot.peaks, plot.theme)
        let angles = peaks.curve.twoTheta
        canvas.group("data") { canvas in
            let points = panel.points(angles, peaks.curve.intensities)
            if Double(points.count) * 0.12 > panel.box.width {
                canvas.path(panel.runs(angles, peaks.curve.intensities), .line(theme.muted, 0.22))
            } else {
                canvas.circles(points, radius: 0.32, .line(theme.muted, 0.18))
            }
        }
        canvas.group("background") { canvas in
            canvas.path(panel.runs(angles, peaks.background), .line(theme.muted, 0.25, dash: "1 0.6"))
        }
        canvas.group("model") { canvas in
            canvas.path(panel.runs(angles, peaks.model), .line(theme.species[0], 0.3))
        }
    }

    /// A mark below the pattern for each peak.
    private func drawMarks(in panel: Panel, into canvas: inout SVGCanvas) {
        let low = panel.y.domain.lowerBound
        canvas.group("peaks") { canvas in
            let marks = plot.peaks.peaks.map { peak -> [Point] in
                let x = panel.x.position(of: peak.twoTheta.value)
                let foot = panel.y.position(of: low) - 0.5
                return [Point(x: x, y: foot), Point(x: x, y: foot - 2)]
            }
            canvas.path(marks, .line(plot.theme.species[0], 0.2))
        }
    }

    /// The positions of the strongest peaks, upright over them, as many as do not overlap.
    private func drawLabels(in panel: Panel, into canvas: inout SVGCanvas) {
        var taken: [Box] = []
        let line = Typography.label
        canvas.group("labels") { canvas in
            for peak in plot.peaks.peaks.sorted(by: { $0.height > $1.height }) {
                let text = RichText(String(format: "%.2f", peak.twoTheta.value))
                let x = panel.x.position(of: peak.twoTheta.value)
                let index = plot.peaks.curve.twoTheta.firstIndex { $0 >= peak.twoTheta.value } ?? 0
                let nearby = max(0, index - 2)...min(plot.peaks.curve.count - 1, index + 2)
                let top = nearby.map { max(plot.peaks.model[$0], plot.peaks.curve.intensities[$0]) }.max() ?? 0
                let foot = panel.y.position(of: top) - 1
                let box = Box(
                    left: x - line / 2, top: foot - Typography.width(text), right: x + line / 2, bottom: foot)
                guard panel.box.contains(box), !taken.contains(where: box.overlaps), !crossesData(box, panel) else {
                    continue
                }
                taken.append(box)
                canvas.text(
                    text, at: Point(x: x + Typography.middleToBaseline, y: foot), size: line, colour: plot.theme.ink,
                    turned: true)
            }
        }
    }

    /// Whether a neighbouring peak runs through a label.
    private func crossesData(_ box: Box, _ panel: Panel) -> Bool {
        let curve = plot.peaks.curve
        let first = curve.twoTheta.firstIndex { panel.x.position(of: $0) >= box.left } ?? 0
        var index = first
        while index < curve.count, panel.x.position(of: curve.twoTheta[index]) <= box.right {
            if panel.y.position(of: curve.intensities[index]) < box.bottom { return true }
            index += 1
        }
        return false
    }

    private func drawResiduals(in panel: Panel, into canvas: inout SVGCanvas) {
        let limit = panel.y.domain.upperBound
        canvas.group("residuals") { canvas in
            let band = Box(
                left: panel.box.left, top: panel.y.position(of: 2), right: panel.box.right,
                bottom: panel.y.position(of: -2))
            canvas.rectangle(band, .area(plot.theme.faint))
            let shown = plot.peaks.normalizedResiduals.map { min(max($0, -limit), limit) }
            canvas.path(panel.runs(plot.peaks.curve.twoTheta, shown), .line(plot.theme.ink, 0.12))
        }
        panel.drawAxes(into: &canvas, theme: plot.theme)
    }
}

extension PatternPeaks {
    /// A figure of these peaks across the width of a page.
    public var plot: DiffractionPlot { DiffractionPlot(self) }
}
