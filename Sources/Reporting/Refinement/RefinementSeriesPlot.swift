import Diffraction
import Foundation
import Spectra

/// A figure of a series of refinements: weight fractions above, and below how the volumes of the cells (or, of a single
/// phase, its edges) change relative to the first pattern, each with bars of one standard uncertainty.
public struct RefinementSeriesPlot: Figure {
    /// The size on paper.
    public var size: FigureSize
    /// The colours.
    public var theme: PlotTheme
    private let table: RefinementSeriesTable

    /// One curve of a panel.
    private struct Curve {
        var name: String
        var values: [Measured?]
    }

    /// A figure of `table`.
    public init(
        _ table: RefinementSeriesTable, size: FigureSize = FigureSize(width: 85, height: 100), theme: PlotTheme = .light
    ) {
        self.table = table
        self.size = size
        self.theme = theme
    }

    private var phaseNames: [String] { table.series.refinements.first?.phases.map(\.name) ?? [] }

    private var fractions: [Curve] {
        guard phaseNames.count > 1 else { return [] }
        return table.tracks.filter { $0.key == "mass_percent" }.map { Curve(name: $0.phase, values: $0.values) }
    }

    /// Changes in per cent of the first value.
    private var changes: [Curve] {
        let single = phaseNames.count == 1
        let keys = single ? ["a_A", "b_A", "c_A", "volume_A3"] : ["volume_A3"]
        return table.tracks.filter { keys.contains($0.key) }.compactMap { track in
            guard let first = track.values.first??.value, first > 0 else { return nil }
            let name = single ? String(track.title.prefix { $0 != " " }) : track.phase
            return Curve(
                name: name,
                values: track.values.map { value in
                    value.map {
                        Measured(
                            100 * ($0.value / first - 1),
                            standardUncertainty: $0.standardUncertainty.map { 100 * $0 / first })
                    }
                })
        }
    }

    /// The figure drawn. The same result gives the same text, byte for byte.
    public var svg: SVGDocument {
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: size.height), .area(paper))
        }
        let single = phaseNames.count == 1
        let sections = [
            (fractions, "Mass (%)"), (changes, single ? "Change of cell (%)" : "Change of volume (%)"),
        ].filter { !$0.0.isEmpty }
        let names = sections.first?.0.map(\.name) ?? []
        let colours = SpeciesColours(for: names)
        var header = FigureHeader(warning: nil, title: nil)
        header.species = names.map {
            .init(
                symbol: .line(colours.style(of: $0).colour(in: theme), width: 0.4, dash: nil),
                text: ChemicalText.typeset($0))
        }
        let left = 14.0, right = size.width - 2
        header.draw(from: left, to: right, top: 1.5, into: &canvas, theme: theme)
        let top = 1.5 + header.height(over: right - left), bottom = size.height - 11
        let height = (bottom - top - 2.5 * Double(max(sections.count - 1, 0))) / Double(max(sections.count, 1))
        for (row, (curves, title)) in sections.enumerated() {
            let start = top + Double(row) * (height + 2.5)
            let panel = Panel(
                box: Box(left: left, top: start, right: right, bottom: start + height),
                x: Self.widened(table.series.values), reversed: false, y: Self.widened(Self.spread(curves)))
            for curve in curves { draw(curve, colours.style(of: curve.name), panel, into: &canvas) }
            let isLast = row == sections.count - 1
            panel.drawAxes(into: &canvas, theme: theme, xNumbers: isLast)
            panel.drawYTitle(RichText(title), left: 0.5, into: &canvas, theme: theme)
            if isLast {
                let variable = table.series.variable
                let text = variable.unit.isEmpty ? variable.name : "\(variable.name) (\(variable.unit))"
                panel.drawXTitle(RichText(text), into: &canvas, theme: theme)
            }
        }
        return SVGDocument(
            width: size.width, height: size.height, title: "Refinement against \(table.series.variable.name)",
            summary: "\(phaseNames.joined(separator: ", ")) at \(table.series.values.count) places.",
            content: canvas.content)
    }

    private static func spread(_ curves: [Curve]) -> [Double] {
        curves.flatMap { curve in
            curve.values.compactMap { $0 }.flatMap { value -> [Double] in
                let u = value.standardUncertainty ?? 0
                return [value.value - u, value.value + u]
            }
        }
    }

    private static func widened(_ values: [Double]) -> ClosedRange<Double> {
        let domain = LinearScale.domain(of: values)
        let room = 0.05 * (domain.upperBound - domain.lowerBound)
        return (domain.lowerBound - room)...(domain.upperBound + room)
    }

    private func draw(_ curve: Curve, _ style: SeriesStyle, _ panel: Panel, into canvas: inout SVGCanvas) {
        let colour = style.colour(in: theme)
        let known = zip(table.series.values, curve.values).compactMap { place, value in value.map { (place, $0) } }
        let places = known.map { panel.point($0.0, $0.1.value) }
        let bars = known.compactMap { place, value -> [Point]? in
            guard let u = value.standardUncertainty, u.isFinite else { return nil }
            return [panel.point(place, value.value - u), panel.point(place, value.value + u)]
        }
        canvas.group("series", name: curve.name) { canvas in
            canvas.path([places], .line(colour, 0.2, dash: style.dashPattern))
            canvas.path(bars, .line(colour, 0.3))
            canvas.circles(places, radius: places.count > 60 ? 0.4 : 0.7, .area(colour))
        }
    }
}
