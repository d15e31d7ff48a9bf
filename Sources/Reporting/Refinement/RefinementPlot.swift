import Diffraction
import Foundation
import Spectra

/// A figure of a pattern and its phases, refined or identified: data, model and background, a row of marks for each phase at its reflections, and the
/// difference below on the same scale.
public struct RefinementPlot: SpeciesFigure {
    /// The size on paper.
    public var size: FigureSize = .doubleColumn
    /// The colours.
    public var theme: PlotTheme = .light
    /// A line above the frame; `nil` for none.
    public var title: String?
    /// The unit of the intensities.
    public var unit: IntensityUnit
    /// Whether the roots of intensities are drawn, which shows weak lines beside strong ones.
    public var usesRoots: Bool
    /// Which colour each phase has.
    public var colours: SpeciesColours
    let content: Content

    /// What is drawn.
    struct Content: Sendable {
        struct Phase: Sendable {
            var name: String
            var weightFraction: Measured?
            /// Where its reflections are, degrees.
            var angles: [Double]
            /// Their Miller indices.
            var indices: [String] = []
        }

        var twoTheta: [Double]
        var intensities: [Double]
        var calculated: [Double]
        var background: [Double]
        /// The difference in standard deviations.
        var residuals: [Double]
        var phases: [Phase]
        /// The title of the document where no other is given.
        var description: String
    }

    init(content: Content, unit: IntensityUnit, title: String?, usesRoots: Bool) {
        self.content = content
        colours = SpeciesColours(for: content.phases.map(\.name))
        self.unit = unit
        self.title = title
        self.usesRoots = usesRoots
    }

    /// A figure of `refinement`.
    public init(
        _ refinement: PatternRefinement, unit: IntensityUnit = .arbitrary, title: String? = nil, usesRoots: Bool = false
    ) {
        let curve = refinement.curve
        self.init(
            content: Content(
                twoTheta: curve.twoTheta, intensities: curve.intensities, calculated: refinement.calculated,
                background: refinement.background, residuals: refinement.normalizedResiduals,
                phases: refinement.phases.map {
                    .init(
                        name: $0.name, weightFraction: $0.weightFraction, angles: $0.reflections.map(\.twoTheta),
                        indices: $0.reflections.map(\.index.compact))
                }, description: "Diffraction pattern with refined model"), unit: unit, title: title,
            usesRoots: usesRoots)
    }

    /// A figure of what was found in a pattern.
    public init(
        _ identification: PhaseIdentification, unit: IntensityUnit = .arbitrary, title: String? = nil,
        usesRoots: Bool = false
    ) {
        let found = identification
        let calculated = found.background.indices.map { i in
            found.phases.reduce(found.background[i]) { $0 + $1.curve[i] }
        }
        self.init(
            content: Content(
                twoTheta: found.twoTheta, intensities: found.intensities, calculated: calculated,
                background: found.background,
                residuals: calculated.indices.map {
                    (found.intensities[$0] - calculated[$0]) / found.variances[$0].squareRoot()
                },
                phases: found.phases.map {
                    .init(
                        name: $0.name, weightFraction: $0.weightFraction, angles: $0.evidence.map(\.twoTheta),
                        indices: $0.evidence.map { $0.indices.first?.compact ?? "" })
                }, description: "Diffraction pattern with the phases found"), unit: unit, title: title,
            usesRoots: usesRoots)
    }

    /// The names that have colours.
    public var colouredNames: [String] { content.phases.map(\.name) }

    /// The figure drawn. The same plot gives the same text, byte for byte.
    public var svg: SVGDocument { RefinementDrawing(plot: self).document() }
}

extension PhaseIdentification {
    /// A figure of these phases across the width of a page.
    public var plot: RefinementPlot { RefinementPlot(self) }
}

extension PatternRefinement {
    /// A figure of this refinement across the width of a page.
    public var plot: RefinementPlot { RefinementPlot(self) }
}

/// Draws a `RefinementPlot`.
private struct RefinementDrawing {
    let plot: RefinementPlot

    private static let panelGap = 1.2
    private static let markRow = 2.8

    private var content: RefinementPlot.Content { plot.content }
    private var names: [String] { content.phases.map(\.name) }

    /// An intensity as it is drawn.
    private func shown(_ value: Double) -> Double {
        plot.usesRoots ? (value < 0 ? -(-value).squareRoot() : value.squareRoot()) : value
    }

    func document() -> SVGDocument {
        let (theme, size) = (plot.theme, plot.size)
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: size.height), .area(paper))
        }
        let panels = PanelLayout.widened(width: size.width, layout: self.panels) {
            max($0.main.yLabelWidth, $0.residuals.yLabelWidth)
        }
        let (main, difference) = (panels.main, panels.residuals)
        header.draw(from: main.box.left, to: main.box.right, top: PanelLayout.margin, into: &canvas, theme: theme)
        drawCurves(in: panels, into: &canvas)
        main.drawAxes(into: &canvas, theme: theme, xNumbers: false, number: 0)
        drawMarks(between: main.box, and: difference.box, main, into: &canvas)
        let unit = plot.unit == .arbitrary ? "arb. units" : plot.unit.rawValue
        main.drawYTitle(
            plot.usesRoots
                ? RichText("Root of intensity")
                : AxisTitle.intensity(unit: unit, exponent: main.yTicks.exponent), left: PanelLayout.margin,
            into: &canvas,
            theme: theme)
        panels.drawResiduals(
            content.twoTheta, content.residuals, group: "difference", theme: theme, into: &canvas)
        difference.drawYTitle(AxisTitle.residual, left: PanelLayout.margin, into: &canvas, theme: theme)
        difference.drawXTitle(RichText("2θ (°)"), into: &canvas, theme: theme)
        let parts = content.phases.map { phase in
            phase.weightFraction.map { "\(phase.name) \(RefinementTable.percent($0)) % by mass" } ?? phase.name
        }
        return SVGDocument(
            width: size.width, height: size.height, title: plot.title ?? content.description,
            summary: parts.joined(separator: ", "), content: canvas.content, data: data(panels))
    }

    /// What the script of reports needs to draw the figure anew.
    private func data(_ panels: DiffractionPanels) -> FigureData {
        let unit = plot.usesRoots || plot.unit == .arbitrary ? "" : plot.unit.rawValue
        func curve(
            _ id: String, _ label: String, _ kind: FigureData.Kind, _ values: [Double], swatch: String? = nil
        ) -> FigureData.Curve {
            FigureData.Curve(id: id, label: RichText(label), kind: kind, values: values, unit: unit, swatch: swatch)
        }
        var curves = [
            curve("data", "Observed", .points, content.intensities.map(shown), swatch: "dots"),
            curve("model", "Calculated", .line, content.calculated.map(shown), swatch: "alert"),
            curve("background", "Background", .line, content.background.map(shown), swatch: "muted"),
        ]
        for (row, phase) in content.phases.enumerated() {
            var marks = curve(
                "p\(row)", "", .marks, phase.angles, swatch: "s\(colours.style(of: phase.name).slot)")
            marks.label = ChemicalText.typeset(phase.name)
            (marks.marksFrom, marks.marksTo) = marksOfRow(row, below: panels.main.box)
            (marks.names, marks.unit) = (phase.indices, "°")
            curves.append(marks)
        }
        var residuals = curve("residuals", "Difference", .line, content.residuals)
        (residuals.panel, residuals.unit) = (1, "σ")
        return FigureData(
            xLabel: "2θ", xUnit: "°", xs: content.twoTheta,
            frames: [
                .init(panel: panels.main, showsXNumbers: false), .init(panel: panels.residuals, scales: false),
            ], curves: curves + [residuals])
    }

    /// Between which heights the marks of a phase stand, mm.
    private func marksOfRow(_ row: Int, below frame: Box) -> (top: Double, bottom: Double) {
        let top = frame.bottom + Self.panelGap + Double(row) * Self.markRow + 0.3
        return (top, top + Self.markRow - 0.8)
    }

    private var colours: SpeciesColours { plot.colours }

    private var header: FigureHeader {
        var header = FigureHeader(warning: nil, title: plot.title)
        header.curves = [
            // Points that lie too close are drawn as a line.
            .init(
                symbol: Double(content.twoTheta.count) * 0.12 > plot.size.width
                    ? .line(plot.theme.muted, width: 0.3, dash: nil) : .points(plot.theme.muted),
                text: RichText("observed")),
            .init(symbol: .line(plot.theme.alert, width: 0.3, dash: nil), text: RichText("calculated")),
            .init(symbol: .line(plot.theme.muted, width: 0.25, dash: "1 0.6"), text: RichText("background")),
        ]
        header.species = content.phases.map { phase in
            let share = phase.weightFraction.map { " \(RefinementTable.percent($0)) %" } ?? ""
            let style = colours.style(of: phase.name)
            return .init(
                symbol: .line(style.colour(in: plot.theme), width: 0.4, dash: nil),
                text: ChemicalText.typeset(phase.name) + RichText(share))
        }
        return header
    }

    private func panels(left: Double) -> DiffractionPanels {
        let right = plot.size.width - DiffractionPanels.rightMargin
        let top = PanelLayout.margin + header.height(over: right - left)
        let bottom = plot.size.height - DiffractionPanels.belowFrame
        let x = LinearScale.domain(of: content.twoTheta)
        let marks = Self.markRow * Double(names.count) + 2 * Self.panelGap
        let height = min(max((bottom - top) * 0.2, 9), 20)
        let mainBox = Box(left: left, top: top, right: right, bottom: bottom - height - marks)
        let differenceBox = Box(left: left, top: bottom - height, right: right, bottom: bottom)
        let drawn = [content.intensities, content.calculated, content.background].joined().map(shown)
        let data = LinearScale.domain(of: drawn)
        let room = 0.04 * (data.upperBound - min(0, data.lowerBound))
        let main = Panel(
            box: mainBox, x: x, reversed: false, y: min(0, data.lowerBound)...(data.upperBound + room))
        let limit = DiffractionPanels.residualLimit(of: content.residuals)
        return DiffractionPanels(
            main: main, residuals: Panel(box: differenceBox, x: x, reversed: false, residualsTo: limit))
    }

    private func drawCurves(in panels: DiffractionPanels, into canvas: inout SVGCanvas) {
        let (theme, panel) = (plot.theme, panels.main)
        let angles = content.twoTheta
        panels.drawData(angles, content.intensities.map(shown), lineWidth: 0.3, theme: theme, into: &canvas)
        canvas.group("background", curve: "background") { canvas in
            canvas.path(
                panel.runs(angles, content.background.map(shown)), .line(theme.muted, 0.25, dash: "1 0.6"))
        }
        canvas.group("model", curve: "model") { canvas in
            canvas.path(panel.runs(angles, content.calculated.map(shown)), .line(theme.alert, 0.2))
        }
    }

    /// A row of marks for each phase, between pattern and difference.
    private func drawMarks(between upper: Box, and lower: Box, _ panel: Panel, into canvas: inout SVGCanvas) {
        canvas.group("reflections") { canvas in
            for (row, phase) in content.phases.enumerated() {
                let (top, bottom) = marksOfRow(row, below: upper)
                let colour = colours.style(of: phase.name).colour(in: plot.theme)
                let marks = phase.angles.map { angle -> [Point] in
                    let x = panel.x.position(of: angle)
                    return [Point(x: x, y: top), Point(x: x, y: bottom)]
                }
                canvas.group("phase", name: phase.name, curve: "p\(row)") { $0.path(marks, .line(colour, 0.2)) }
            }
        }
    }
}
