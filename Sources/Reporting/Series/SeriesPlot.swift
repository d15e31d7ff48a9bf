import Photoemission
import Spectra

/// A figure of quantities against the variable of a series: shares of species with bars of one standard uncertainty.
public struct SeriesPlot: Sendable {
    /// The quantities; those that are drawn.
    public var tracks: [SeriesTrack]
    /// The size on paper.
    public var size: FigureSize
    /// The colours.
    public var theme: PlotTheme
    /// The title for readers that cannot see the figure.
    public var title: String
    private let names: [String]
    private let shown: Shown
    /// What the vertical axis shows, with its unit.
    private let quantityTitle: String

    /// What can be drawn.
    public enum Shown: String, Sendable, Hashable, CaseIterable {
        /// The share of each species in the area of its core level.
        case shares
        /// Ratios of species or core levels.
        case ratios
        /// The area of each species.
        case areas
        /// The mean position of the core level.
        case position

        /// What `table` was made for: a ratio before areas before a position before shares.
        static func of(_ table: SeriesTable) -> Shown {
            [.ratios, .areas, .position].first { kind in table.tracks.contains { kind.includes($0.quantity) } }
                ?? .shares
        }

        func includes(_ quantity: SeriesQuantity) -> Bool {
            switch (self, quantity) {
            case (.shares, .quantity(.fraction)), (.shares, .share), (.ratios, .ratio),
                (.areas, .quantity(.component(_, .area))), (.position, .meanPosition):
                true
            default: false
            }
        }

        var title: String {
            switch self {
            case .shares: "Share of area (%)"
            case .ratios: "Ratio of areas"
            case .areas: "Area"
            case .position: "Mean position (eV)"
            }
        }

        /// What values are multiplied by.
        var factor: Double { self == .shares ? 100 : 1 }
    }

    /// A figure of what `table` shows: `shown`, or shares where it has several components and ratios, areas or the mean
    /// position where it has one.
    public init(
        _ table: SeriesTable, showing shown: Shown? = nil, size: FigureSize = .singleColumn, theme: PlotTheme = .light
    ) {
        let shown = shown ?? (table.fit.componentNames.count > 1 ? .shares : Shown.of(table))
        self.shown = shown
        tracks = table.tracks.filter { shown.includes($0.quantity) }
        names = tracks.map { SeriesTable.title(of: $0, in: table.fit) }
        let unit = shown == .areas ? tracks.first.map { SeriesTable.unit(of: $0.quantity, in: table.fit) } : nil
        quantityTitle = shown.title + (unit.map { " (\($0))" } ?? "")
        title = "\(table.fit.name) against \(table.fit.variable.name)"
        self.size = size
        self.theme = theme
    }

    /// The figure drawn. The same result gives the same text, byte for byte.
    public var svg: SVGDocument {
        let rows = names.count
        let box = Box(
            left: 13, top: 3 + Double(rows) * Typography.row / 2 + 1.5, right: size.width - 2, bottom: size.height - 11)
        let points = tracks.first?.points ?? []
        let values = tracks.flatMap { track in
            track.values.flatMap { value -> [Double] in
                let u = value.standardUncertainty ?? 0
                return [shown.factor * (value.value - u), shown.factor * (value.value + u)]
            }
        }
        let panel = Panel(
            box: box, x: Self.widened(points), reversed: false,
            y: Self.widened(values + (shown == .position ? [] : [0])))
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: size.height), .area(paper))
        }
        let colours = SpeciesColours(for: names)
        for (name, track) in zip(names, tracks) {
            let style = colours.style(of: name)
            draw(track, name: name, style: style, panel: panel, into: &canvas)
        }
        drawKey(colours, into: &canvas)
        panel.drawAxes(into: &canvas, theme: theme)
        let variable = tracks.first?.variable
        let xTitle = variable.map { $0.unit.isEmpty ? $0.name : "\($0.name) (\($0.unit))" } ?? ""
        panel.drawXTitle(RichText(xTitle), into: &canvas, theme: theme)
        panel.drawYTitle(RichText(quantityTitle), left: 0.5, into: &canvas, theme: theme)
        return SVGDocument(
            width: size.width, height: size.height, title: title,
            summary: "\(quantityTitle): \(names.joined(separator: ", ")) at \(points.count) places.",
            content: canvas.content)
    }

    /// Writes the figure as SVG to the file at `path`. Throws `WriteError`.
    public func write(to path: String) throws {
        try svg.write(to: path)
    }

    private static func widened(_ values: [Double]) -> ClosedRange<Double> {
        let domain = LinearScale.domain(of: values)
        let room = 0.05 * (domain.upperBound - domain.lowerBound)
        return (domain.lowerBound - room)...(domain.upperBound + room)
    }

    private func draw(
        _ track: SeriesTrack, name: String, style: SeriesStyle, panel: Panel, into canvas: inout SVGCanvas
    ) {
        let colour = style.colour(in: theme)
        // Lines join neighbours along the variable, in whatever order they were measured.
        let ordered = zip(track.points, track.values).filter { $0.0.isFinite && $0.1.value.isFinite }
            .sorted { $0.0 < $1.0 }
        let places = ordered.map {
            Point(x: panel.x.position(of: $0.0), y: panel.y.position(of: shown.factor * $0.1.value))
        }
        let bars = ordered.compactMap { point, value -> [Point]? in
            guard let u = value.standardUncertainty, u.isFinite else { return nil }
            let x = panel.x.position(of: point)
            return [
                Point(x: x, y: panel.y.position(of: shown.factor * (value.value - u))),
                Point(x: x, y: panel.y.position(of: shown.factor * (value.value + u))),
            ]
        }
        canvas.group("series", name: name) { canvas in
            canvas.path([places], .line(colour, 0.2, dash: style.dashPattern))
            canvas.path(bars, .line(colour, 0.3))
            canvas.circles(places, radius: places.count > 60 ? 0.4 : 0.7, .area(colour))
        }
    }

    private func drawKey(_ colours: SpeciesColours, into canvas: inout SVGCanvas) {
        canvas.group("key") { canvas in
            for (index, name) in names.enumerated() {
                let x = 14 + Double(index % 2) * (size.width - 14) / 2
                let y = 2.5 + Double(index / 2) * Typography.row
                let style = colours.style(of: name)
                canvas.circles([Point(x: x, y: y)], radius: 0.7, .area(style.colour(in: theme)))
                canvas.text(
                    ChemicalText.typeset(name), at: Point(x: x + 1.8, y: y + Typography.middleToBaseline),
                    size: Typography.label, colour: theme.ink)
            }
        }
    }
}
