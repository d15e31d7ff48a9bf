import Foundation
import Spectra

/// Draws measured spectra.
struct SpectraDrawing {
    let spectra: [Spectrum]
    let arrangement: SpectrumPlot.Arrangement
    let plot: SpectrumPlot

    private static let rightMargin = 3.5
    private static let belowFrame = 9.6

    /// A spectrum as it is drawn.
    private struct Trace {
        var name: String
        var energies: [Double]
        var intensities: [Double]
    }

    /// The names of `spectra` in a figure: samples tell apart spectra of one name, numbers those that have no sample.
    static func names(of spectra: [Spectrum]) -> [String] {
        func full(_ spectrum: Spectrum) -> String {
            let parts = [spectrum.sample, spectrum.name].filter { !$0.isEmpty }
            return parts.isEmpty ? "spectrum" : parts.joined(separator: " · ")
        }
        let short = spectra.map { $0.name.isEmpty ? full($0) : $0.name }
        let samples = spectra.map(\.sample)
        var names = short
        if Set(short).count < short.count {
            let oneName = Set(short).count == 1 && !samples.contains("") && Set(samples).count == samples.count
            names = oneName ? samples : spectra.map(full)
        }
        var seen: [String: Int] = [:]
        return names.map { name in
            seen[name, default: 0] += 1
            let count = seen[name, default: 1]
            return count == 1 ? name : "\(name) (\(count))"
        }
    }

    private var isBinding: Bool { spectra.allSatisfy { $0.axis.bindingEnergies != nil } }
    private var isStacked: Bool { arrangement == .stacked && spectra.count > 1 }

    func document() -> SVGDocument {
        let traces = traces()
        let header = header(traces)
        let panel = PanelLayout.widened(
            width: plot.size.width, layout: { self.panel(traces, header: header, left: $0) },
            numbers: { isStacked ? 0 : $0.yLabelWidth })
        let height = panel.box.bottom + Self.belowFrame
        var canvas = SVGCanvas()
        if let paper = plot.theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: plot.size.width, bottom: height), .area(paper))
        }
        header.draw(
            from: panel.box.left, to: panel.box.right, top: PanelLayout.margin, into: &canvas, theme: plot.theme)
        for trace in traces { draw(trace, in: panel, into: &canvas) }
        panel.drawAxes(into: &canvas, theme: plot.theme, yNumbers: !isStacked)
        panel.drawXTitle(
            isBinding ? AxisTitle.bindingEnergy : AxisTitle.kineticEnergy, into: &canvas, theme: plot.theme)
        let title = AxisTitle.intensity(unit: unit, exponent: isStacked ? 0 : panel.yTicks.exponent)
        panel.drawYTitle(title, left: PanelLayout.margin, into: &canvas, theme: plot.theme)
        return SVGDocument(
            width: plot.size.width, height: height, title: plot.title ?? traces.map(\.name).joined(separator: ", "),
            summary: summary(traces), content: canvas.content)
    }

    /// The spectra against the common energy scale; stacked ones scaled to 0 ... 1 and shifted.
    private func traces() -> [Trace] {
        let scale: EnergyScale = isBinding ? .binding : .kinetic
        return zip(spectra, Self.names(of: spectra)).enumerated().map { place, pair in
            let (spectrum, name) = pair
            let energies = spectrum.axis.energies(on: scale) ?? spectrum.axis.values
            guard isStacked else { return Trace(name: name, energies: energies, intensities: spectrum.intensities) }
            let range = LinearScale.domain(of: spectrum.intensities)
            let shift = 0.7 * Double(spectra.count - 1 - place)
            let scaled = spectrum.intensities.map {
                ($0 - range.lowerBound) / (range.upperBound - range.lowerBound) + shift
            }
            return Trace(name: name, energies: energies, intensities: scaled)
        }
    }

    private var unit: String {
        if isStacked { return "arb. units, shifted" }
        guard let first = spectra.first?.unit, spectra.allSatisfy({ $0.unit == first }) else { return "mixed units" }
        return first == .arbitrary ? "arb. units" : first.rawValue
    }

    private func header(_ traces: [Trace]) -> FigureHeader {
        var header = FigureHeader(title: plot.title)
        guard traces.count > 1 else { return header }
        header.species = traces.map { trace in
            let (colour, dash) = paint(trace, among: traces.count)
            return FigureHeader.Entry(symbol: .line(colour, width: 0.4, dash: dash), text: RichText(trace.name))
        }
        return header
    }

    /// A spectrum alone is drawn in ink, several in the colours of their names.
    private func paint(_ trace: Trace, among count: Int) -> (colour: String, dash: String?) {
        guard count > 1 else { return (plot.theme.ink, nil) }
        let style = plot.colours.style(of: trace.name)
        return (style.colour(in: plot.theme), style.dashPattern)
    }

    private func panel(_ traces: [Trace], header: FigureHeader, left: Double) -> Panel {
        let right = plot.size.width - Self.rightMargin
        let above = header.height(over: right - left)
        let oneRow = FigureHeader(title: "").height(over: right - left)
        let grown = plot.size.height + max(0, above - oneRow)
        let box = Box(left: left, top: PanelLayout.margin + above, right: right, bottom: grown - Self.belowFrame)
        let data = LinearScale.domain(of: traces.lazy.flatMap(\.intensities))
        let span = data.upperBound - data.lowerBound
        let low =
            !isStacked && data.lowerBound >= 0 && data.lowerBound < 0.25 * span ? 0 : data.lowerBound - 0.05 * span
        let energies = LinearScale.domain(of: traces.lazy.flatMap(\.energies))
        return Panel(box: box, x: energies, reversed: isBinding, y: low...(data.upperBound + 0.06 * span))
    }

    private func draw(_ trace: Trace, in panel: Panel, into canvas: inout SVGCanvas) {
        let (colour, dash) = paint(trace, among: spectra.count)
        canvas.group("spectrum", name: trace.name) { canvas in
            let runs = panel.runs(trace.energies, trace.intensities)
            canvas.path(runs, .line(colour, 0.3, dash: dash))
            let alone = runs.filter { $0.count == 1 }.flatMap { $0 }
            canvas.circles(alone, radius: 0.4, .area(colour))
        }
    }

    private func summary(_ traces: [Trace]) -> String {
        let parts = traces.map { trace in
            let range = LinearScale.domain(of: trace.energies)
            return "\(trace.name): \(trace.energies.count) points from \(TableText.number(range.lowerBound)) to "
                + "\(TableText.number(range.upperBound)) eV"
        }
        return parts.joined(separator: "; ") + " \(isBinding ? "binding" : "kinetic") energy."
    }
}
