import Foundation
import Photoemission
import Spectra

/// Draws a `PeakFit`.
struct FitDrawing {
    let fit: PeakFit
    let plot: SpectrumPlot

    private static let rightMargin = 3.5
    private static let belowFrame = 9.6
    private static let panelGap = 2.8

    /// Everything whose place is decided before drawing.
    struct Layout {
        var height: Double
        var header: FigureHeader
        var main: Panel
        var residuals: Panel?
        var labels: [ComponentLabels.Label]
    }

    func document() -> SVGDocument {
        let layout = layout()
        var canvas = SVGCanvas()
        if let paper = plot.theme.paper {
            let sheet = Box(left: 0, top: 0, right: plot.size.width, bottom: layout.height)
            canvas.rectangle(sheet, .area(paper))
        }
        layout.header.draw(
            from: layout.main.box.left, to: layout.main.box.right, top: PanelLayout.margin, into: &canvas,
            theme: plot.theme)
        drawCurves(in: layout.main, into: &canvas)
        ComponentLabels.draw(layout.labels, into: &canvas, theme: plot.theme)
        layout.main.drawAxes(into: &canvas, theme: plot.theme, xNumbers: layout.residuals == nil, number: 0)
        let unit = fit.unit == .arbitrary ? "arb. units" : fit.unit.rawValue
        let title = AxisTitle.intensity(unit: unit, exponent: layout.main.yTicks.exponent)
        layout.main.drawYTitle(title, left: PanelLayout.margin, into: &canvas, theme: plot.theme)
        if let residuals = layout.residuals {
            ResidualPanel(curves: fit.curves, panel: residuals, theme: plot.theme).draw(into: &canvas)
            residuals.drawYTitle(AxisTitle.residual, left: PanelLayout.margin, into: &canvas, theme: plot.theme)
        }
        (layout.residuals ?? layout.main).drawXTitle(AxisTitle.bindingEnergy, into: &canvas, theme: plot.theme)
        return SVGDocument(
            width: plot.size.width, height: layout.height, title: documentTitle, summary: summary,
            content: canvas.content, data: data(layout))
    }

    /// What the script of reports needs to draw the figure anew.
    private func data(_ layout: Layout) -> FigureData {
        let curves = fit.curves
        let unit = fit.unit == .arbitrary ? "" : fit.unit.rawValue
        func curve(
            _ id: String, _ label: RichText, _ kind: FigureData.Kind, _ values: [Double], swatch: String? = nil
        ) -> FigureData.Curve {
            FigureData.Curve(id: id, label: label, kind: kind, values: values, unit: unit, swatch: swatch)
        }
        var all = [
            curve("data", RichText("Data"), .points, curves.intensities, swatch: "dots"),
            curve("envelope", RichText("Fit"), .line, curves.envelope, swatch: "ink"),
            curve("background", RichText("Background"), .line, curves.background, swatch: "muted"),
        ]
        for (index, column) in curves.components.enumerated() {
            var one = curve(
                "c\(index)", ChemicalText.typeset(column.name), .area, column.values,
                swatch: "s\(plot.colours.style(of: column.name).slot)")
            one.base = "background"
            all.append(one)
        }
        var frames = [FigureData.Frame(panel: layout.main, showsXNumbers: layout.residuals == nil)]
        if let residuals = layout.residuals {
            var residual = curve("residuals", RichText("Residual"), .points, ResidualPanel.normalised(curves))
            (residual.panel, residual.unit) = (1, "σ")
            all.append(residual)
            frames.append(FigureData.Frame(panel: residuals, scales: false))
        }
        return FigureData(
            xLabel: "Binding energy", xUnit: "eV", xs: curves.bindingEnergies, frames: frames, curves: all)
    }

    // MARK: Layout

    /// Decides where everything goes.
    func layout() -> Layout {
        PanelLayout.widened(width: plot.size.width, layout: { layout(left: $0) }) { layout in
            ([layout.main] + (layout.residuals.map { [$0] } ?? [])).map(\.yLabelWidth).max() ?? 0
        }
    }

    private func layout(left: Double) -> Layout {
        let right = plot.size.width - Self.rightMargin
        let names = fit.components.map { ChemicalText.typeset($0.name) }
        var header = header(numbered: false)
        let plain = header.height(over: right - left)
        if let layout = layout(left: left, right: right, header: header, above: plain, texts: names) { return layout }
        header = self.header(numbered: true)
        let numbers = fit.components.indices.map { RichText("\($0 + 1)") }
        let above = header.height(over: right - left)
        if let layout = layout(left: left, right: right, header: header, above: above, texts: numbers) { return layout }
        // More components than numbers fit on one edge: the largest ones keep theirs, the key names all.
        let bySize = fit.components.indices.sorted { (-peak(of: $0), $0) < (-peak(of: $1), $1) }
        var kept = bySize.count
        while kept > 0 {
            kept = kept * 9 / 10
            let shown = Set(bySize.prefix(kept))
            let some = numbers.enumerated().map { shown.contains($0.offset) ? $0.element : RichText("") }
            if let layout = layout(left: left, right: right, header: header, above: above, texts: some) {
                return layout
            }
        }
        let box = Box(left: left, top: above, right: right, bottom: plot.size.height - Self.belowFrame)
        return Layout(
            height: plot.size.height, header: header, main: panel(box: box, band: 0), residuals: nil, labels: [])
    }

    /// The layout with the component labels `texts` (an empty one is not drawn); `nil` where they do not fit.
    private func layout(
        left: Double, right: Double, header: FigureHeader, above: Double, texts: [RichText]
    ) -> Layout? {
        let usual = FigureHeader(curves: header.curves).height(over: right - left)
        let grown = plot.size.height + max(0, above - usual)
        let bottom = grown - Self.belowFrame
        let top = PanelLayout.margin + above
        let room = bottom - top
        var mainBottom = bottom
        var residuals: Panel?
        if plot.showsResiduals, let limit = ResidualPanel.limit(for: fit.curves) {
            let height = min(max(room * 0.2, 9), 22)
            mainBottom = bottom - height - Self.panelGap
            let box = Box(left: left, top: bottom - height, right: right, bottom: bottom)
            residuals = Panel(box: box, x: xDomain, reversed: true, residualsTo: limit)
        }
        let box = Box(left: left, top: top, right: right, bottom: mainBottom)
        let maximumRows = max(1, min(3, Int(box.height * 0.25 / Typography.row)))
        let xScale = panel(box: box, band: 0).x
        guard let placed = ComponentLabels.place(texts, of: fit, in: box, x: xScale, maximumRows: maximumRows) else {
            return nil
        }
        let main = panel(box: box, band: placed.band)
        let labels = ComponentLabels.labels(
            placed, texts: texts, fit: fit, panel: main, styles: fit.components.map { plot.colours.style(of: $0.name) })
        return Layout(height: grown, header: header, main: main, residuals: residuals, labels: labels)
    }

    private func header(numbered: Bool) -> FigureHeader {
        let theme = plot.theme
        var header = FigureHeader(
            warning: fit.convergence.converged ? nil : "Not converged: this is not a result", title: plot.title)
        header.curves = [
            .init(symbol: .points(theme.muted), text: RichText("data")),
            .init(symbol: .line(theme.ink, width: 0.35, dash: nil), text: RichText("fit")),
            .init(symbol: .line(theme.muted, width: 0.25, dash: "1 0.6"), text: RichText("background")),
        ]
        guard numbered else { return header }
        header.species = fit.components.enumerated().map { index, component in
            let style = plot.colours.style(of: component.name)
            return FigureHeader.Entry(
                symbol: .area(style.colour(in: theme), dash: style.dashPattern),
                text: RichText("\(index + 1)\u{2002}") + ChemicalText.typeset(component.name))
        }
        return header
    }

    private var xDomain: ClosedRange<Double> { LinearScale.domain(of: fit.curves.bindingEnergies) }

    /// The main panel with `band` mm kept free of data below its top.
    private func panel(box: Box, band: Double) -> Panel {
        let curves = fit.curves
        let tops = curves.components.map { zip($0.values, curves.background).map { $0 + $1 } }
        let all = [curves.intensities, curves.background, curves.envelope] + tops
        let data = LinearScale.domain(of: all.joined())
        let span = data.upperBound - data.lowerBound
        // An axis that nearly reaches zero may as well start there.
        let low = data.lowerBound >= 0 && data.lowerBound < 0.25 * span ? 0 : data.lowerBound - 0.05 * span
        let usable = max(box.height - band - 1.2, box.height * 0.3)
        let high = low + (data.upperBound - low) * box.height / usable
        return Panel(box: box, x: xDomain, reversed: true, y: low...high)
    }

    private func peak(of index: Int) -> Double {
        guard index < fit.curves.components.count else { return 0 }
        return fit.curves.components[index].values.filter(\.isFinite).max() ?? 0
    }

    // MARK: Curves

    private func drawCurves(in panel: Panel, into canvas: inout SVGCanvas) {
        let curves = fit.curves
        let (theme, energies) = (plot.theme, curves.bindingEnergies)
        // Large components first, so that small ones are not hidden under them.
        let order = curves.components.indices.sorted { (-peak(of: $0), $0) < (-peak(of: $1), $1) }
        for index in order {
            let column = curves.components[index]
            let style = plot.colours.style(of: column.name)
            let colour = style.colour(in: theme)
            let shown = visible(column.values, in: panel)
            let tops = zip(zip(column.values, curves.background), shown).map { $1 ? $0.0 + $0.1 : .nan }
            canvas.group("component", name: column.name, curve: "c\(index)") { canvas in
                let base = zip(curves.background, tops).map { $1.isFinite ? $0 : .nan }
                let areas = zip(panel.runs(energies, tops), panel.runs(energies, base)).map { $0 + $1.reversed() }
                canvas.path(areas, closed: true, .area(colour, opacity: 0.3))
                canvas.path(panel.runs(energies, tops), .line(colour, 0.3, dash: style.dashPattern))
            }
        }
        canvas.group("background", curve: "background") { canvas in
            canvas.path(panel.runs(energies, curves.background), .line(theme.muted, 0.25, dash: "1 0.6"))
        }
        canvas.group("data", curve: "data") { canvas in
            let points = panel.points(energies, curves.intensities)
            if Double(points.count) * 0.12 > panel.box.width {
                canvas.path(panel.runs(energies, curves.intensities), .line(theme.muted, 0.18))
            } else {
                canvas.circles(points, radius: 0.32, .line(theme.muted, 0.18))
            }
        }
        canvas.group("envelope", curve: "envelope") { canvas in
            canvas.path(panel.runs(energies, curves.envelope), .line(theme.ink, 0.35))
        }
    }

    /// Where a component stands out of the background by more than the width of a hair, and one point further.
    private func visible(_ values: [Double], in panel: Panel) -> [Bool] {
        let least = 0.04 * (panel.y.domain.upperBound - panel.y.domain.lowerBound) / panel.box.height
        let clear = values.map { $0 > least }
        return clear.indices.map { index in
            clear[index] || (index > 0 && clear[index - 1]) || (index + 1 < clear.count && clear[index + 1])
        }
    }

    // MARK: Words

    private var documentTitle: String {
        plot.title ?? (fit.spectrumName.isEmpty ? "Fitted spectrum" : "Fit of \(fit.spectrumName)")
    }

    private var summary: String {
        let parts = fit.components.map { "\($0.name) at \($0.position) eV, \(TableText.percent($0.fraction)) %" }
        let state = fit.convergence.converged ? "" : " The fit did not converge: \(fit.convergence.reason)."
        return "\(fit.statistics.points) points from \(TableText.number(fit.window.lowerBound)) to "
            + "\(TableText.number(fit.window.upperBound)) eV binding energy; components: "
            + parts.joined(separator: "; ") + "." + state
    }
}
