import Diffraction
import Foundation
import Spectra

/// A figure of a diffraction pattern with its fitted peaks: data, model and background, the positions of the peaks as
/// marks with the strongest labelled, and the residuals in standard deviations below.
public struct DiffractionPlot: Figure {
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

    /// The figure drawn. The same plot gives the same text, byte for byte.
    public var svg: SVGDocument { DiffractionDrawing(plot: self).document() }
}

/// Draws a `DiffractionPlot`.
struct DiffractionDrawing {
    let plot: DiffractionPlot

    private static let panelGap = 2.8
    private static let markRow = 3.4

    func document() -> SVGDocument {
        let (theme, size) = (plot.theme, plot.size)
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: size.height), .area(paper))
        }
        let panels = PanelLayout.widened(width: size.width, layout: self.panels) {
            max($0.main.yLabelWidth, $0.residuals.yLabelWidth)
        }
        let (main, residuals) = (panels.main, panels.residuals)
        header.draw(from: main.box.left, to: main.box.right, top: PanelLayout.margin, into: &canvas, theme: theme)
        drawCurves(in: panels, into: &canvas)
        drawMarks(in: main, into: &canvas)
        drawLabels(in: main, into: &canvas)
        main.drawAxes(into: &canvas, theme: theme, xNumbers: false)
        let unit = plot.unit == .arbitrary ? "arb. units" : plot.unit.rawValue
        main.drawYTitle(
            AxisTitle.intensity(unit: unit, exponent: main.yTicks.exponent), left: PanelLayout.margin, into: &canvas,
            theme: theme)
        panels.drawResiduals(
            plot.peaks.curve.twoTheta, plot.peaks.normalizedResiduals, group: "residuals", theme: theme, into: &canvas)
        residuals.drawYTitle(AxisTitle.residual, left: PanelLayout.margin, into: &canvas, theme: theme)
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

    private func panels(left: Double) -> DiffractionPanels {
        let curve = plot.peaks.curve
        let right = plot.size.width - DiffractionPanels.rightMargin
        let top = PanelLayout.margin + header.height(over: right - left)
        let bottom = plot.size.height - DiffractionPanels.belowFrame
        let x = LinearScale.domain(of: curve.twoTheta)
        let height = min(max((bottom - top) * 0.18, 9), 20)
        let mainBox = Box(left: left, top: top, right: right, bottom: bottom - height - Self.panelGap)
        let residualBox = Box(left: left, top: bottom - height, right: right, bottom: bottom)
        let data = LinearScale.domain(of: [curve.intensities, plot.peaks.model, plot.peaks.background].joined())
        let low = min(0, data.lowerBound)
        // Room for the marks below and, above, for labels that stand upright.
        let scale = (data.upperBound - low) / max(mainBox.height - Self.markRow - 12, mainBox.height * 0.4)
        let main = Panel(
            box: mainBox, x: x, reversed: false, y: (low - Self.markRow * scale)...(data.upperBound + 12 * scale))
        let limit = DiffractionPanels.residualLimit(of: plot.peaks.normalizedResiduals)
        return DiffractionPanels(
            main: main, residuals: Panel(box: residualBox, x: x, reversed: false, residualsTo: limit))
    }

    private func drawCurves(in panels: DiffractionPanels, into canvas: inout SVGCanvas) {
        let (peaks, theme, panel) = (plot.peaks, plot.theme, panels.main)
        let angles = peaks.curve.twoTheta
        panels.drawData(angles, peaks.curve.intensities, lineWidth: 0.22, theme: theme, into: &canvas)
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
}

extension PatternPeaks {
    /// A figure of these peaks across the width of a page.
    public var plot: DiffractionPlot { DiffractionPlot(self) }
}
