import Photoemission
import Spectra

/// A figure of quantities against the variable of a series: shares of species with bars of one standard uncertainty.
public struct SeriesPlot: SpeciesFigure {
    /// The size on paper.
    public var size: FigureSize
    /// The colours.
    public var theme: PlotTheme
    /// The title for readers that cannot see the figure.
    public var title: String
    /// Which colour each quantity has; those of species are the same in every figure.
    public var colours: SpeciesColours
    let content: Content

    /// What is drawn.
    struct Content: Sendable {
        /// One quantity along the series.
        struct Track: Sendable {
            var name: String
            /// The species that it is about; `nil` where it is about several.
            var species: String?
            var values: [Measured]
        }
        /// Where the spectra lie along the variable.
        var places: [Double]
        /// "cycle", with its unit.
        var variable: String
        var variableUnit: String
        /// What the vertical axis shows, with its unit.
        var quantity: String
        var tracks: [Track]
        /// Whether the vertical axis starts at zero.
        var startsAtZero: Bool
    }

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
        /// The spectra themselves with their components, one above the other (`StackPlot`).
        case spectra

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
            case .shares, .spectra: "Share of area (%)"
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
        let wanted = shown == .spectra ? nil : shown
        let shown = wanted ?? (table.fit.componentNames.count > 1 ? .shares : Shown.of(table))
        let tracks = table.tracks.filter { shown.includes($0.quantity) }
        let unit = shown == .areas ? tracks.first.map { SeriesTable.unit(of: $0.quantity, in: table.fit) } : nil
        self.init(
            content: Content(
                places: table.fit.values, variable: table.fit.variable.name, variableUnit: table.fit.variable.unit,
                quantity: shown.title + (unit.map { " (\($0))" } ?? ""),
                tracks: tracks.map { track in
                    Content.Track(
                        name: track.quantity.species ?? SeriesTable.title(of: track, in: table.fit),
                        species: track.quantity.species,
                        values: track.values.map { $0.scaled(by: shown.factor) })
                }, startsAtZero: shown != .position),
            title: "\(table.fit.name) against \(table.fit.variable.name)", size: size, theme: theme)
    }

    init(content: Content, title: String, size: FigureSize = .singleColumn, theme: PlotTheme = .light) {
        self.content = content
        self.title = title
        self.size = size
        self.theme = theme
        colours = SpeciesColours(for: content.tracks.compactMap(\.species))
    }

    /// The names that have colours.
    public var colouredNames: [String] { content.tracks.compactMap(\.species) }

    /// The figure drawn. The same result gives the same text, byte for byte.
    public var svg: SVGDocument { SeriesDrawing(plot: self).document() }
}

extension SeriesQuantity {
    /// The species that the quantity belongs to; `nil` where it belongs to several or to none.
    var species: String? {
        switch self {
        case .quantity(.fraction(let name)), .quantity(.component(let name, _)): name
        default: nil
        }
    }
}

extension Measured {
    /// The quantity in a unit that is `factor` times smaller.
    func scaled(by factor: Double) -> Measured {
        Measured(value * factor, standardUncertainty: standardUncertainty.map { $0 * abs(factor) })
    }
}

/// Draws a `SeriesPlot`.
private struct SeriesDrawing {
    let plot: SeriesPlot

    private static let rightMargin = 3.5
    private static let belowFrame = 9.6

    private var content: SeriesPlot.Content { plot.content }

    /// The places in rising order: lines join neighbours along the variable, in whatever order they were measured.
    private var order: [Int] {
        content.places.indices.filter { content.places[$0].isFinite }
            .sorted { (content.places[$0], $0) < (content.places[$1], $1) }
    }

    func document() -> SVGDocument {
        let theme = plot.theme
        let header = self.header
        let panel = PanelLayout.widened(width: plot.size.width, layout: { self.panel(header, left: $0) }) {
            $0.yLabelWidth
        }
        let height = panel.box.bottom + Self.belowFrame
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: plot.size.width, bottom: height), .area(paper))
        }
        header.draw(from: panel.box.left, to: panel.box.right, top: PanelLayout.margin, into: &canvas, theme: theme)
        for index in content.tracks.indices { draw(index, in: panel, into: &canvas) }
        panel.drawAxes(into: &canvas, theme: theme, number: 0)
        let unit = content.variableUnit.isEmpty ? "" : " (\(content.variableUnit))"
        panel.drawXTitle(
            RichText(content.variable.prefix(1).uppercased() + content.variable.dropFirst() + unit), into: &canvas,
            theme: theme)
        panel.drawYTitle(yTitle(panel), left: PanelLayout.margin, into: &canvas, theme: theme)
        return SVGDocument(
            width: plot.size.width, height: height, title: plot.title,
            summary: "\(content.quantity): \(content.tracks.map(\.name).joined(separator: ", ")) at "
                + "\(content.places.count) places.", content: canvas.content, data: data(panel))
    }

    private func yTitle(_ panel: Panel) -> RichText {
        let exponent = panel.yTicks.exponent
        guard exponent != 0 else { return RichText(content.quantity) }
        return RichText(content.quantity + " / ") + .powerOfTen(exponent)
    }

    private var header: FigureHeader {
        var header = FigureHeader()
        guard content.tracks.count > 1 else { return header }
        header.species = content.tracks.map { track in
            let look = look(of: track)
            return FigureHeader.Entry(
                symbol: .track(look.colour, dash: look.dash),
                text: ChemicalText.typeset(track.name))
        }
        return header
    }

    /// Species have the colours that they have in every figure; what is made of several is drawn in ink.
    private func look(of track: SeriesPlot.Content.Track) -> (colour: String, dash: String?, swatch: String) {
        guard let species = track.species else {
            let others = content.tracks.filter { $0.species == nil }.map(\.name)
            let style = SeriesStyle(slot: 0, dash: others.firstIndex(of: track.name) ?? 0)
            return (plot.theme.ink, style.dashPattern, "ink")
        }
        let style = plot.colours.style(of: species)
        return (style.colour(in: plot.theme), style.dashPattern, "s\(style.slot)")
    }

    private func panel(_ header: FigureHeader, left: Double) -> Panel {
        let right = plot.size.width - Self.rightMargin
        let above = header.height(over: right - left)
        let grown = plot.size.height + max(0, above - 2 * Typography.row)
        let box = Box(left: left, top: PanelLayout.margin + above, right: right, bottom: grown - Self.belowFrame)
        let values = content.tracks.flatMap { track in
            track.values.flatMap { value -> [Double] in
                let u = value.standardUncertainty ?? 0
                return [value.value - u, value.value + u]
            }
        }
        return Panel(
            box: box, x: Self.widened(content.places), reversed: false,
            y: Self.widened(values + (content.startsAtZero ? [0] : [])))
    }

    private static func widened(_ values: [Double]) -> ClosedRange<Double> {
        let domain = LinearScale.domain(of: values)
        let room = 0.05 * (domain.upperBound - domain.lowerBound)
        return (domain.lowerBound - room)...(domain.upperBound + room)
    }

    private func draw(_ index: Int, in panel: Panel, into canvas: inout SVGCanvas) {
        let track = content.tracks[index]
        let look = look(of: track)
        let shown = order.filter { $0 < track.values.count && track.values[$0].value.isFinite }
        let places = shown.map { panel.point(content.places[$0], track.values[$0].value) }
        let bars = shown.compactMap { place -> [Point]? in
            let value = track.values[place]
            guard let u = value.standardUncertainty, u.isFinite else { return nil }
            return [value.value - u, value.value + u].map { panel.point(content.places[place], $0) }
        }
        canvas.group("series", name: track.name, curve: "t\(index)") { canvas in
            canvas.path([places], .line(look.colour, 0.2, dash: look.dash))
            canvas.path(bars, .line(look.colour, 0.3))
            canvas.circles(places, radius: places.count > 60 ? 0.4 : 0.7, .area(look.colour))
        }
    }

    /// What the script of reports needs to draw the figure anew.
    private func data(_ panel: Panel) -> FigureData {
        let order = self.order
        let curves = content.tracks.enumerated().map { index, track in
            let values = order.map { $0 < track.values.count ? track.values[$0] : Measured(.nan) }
            return FigureData.Curve(
                id: "t\(index)", label: ChemicalText.typeset(track.name), kind: .bars, values: values.map(\.value),
                uncertainties: values.map { $0.standardUncertainty ?? 0 }, swatch: look(of: track).swatch)
        }
        return FigureData(
            xLabel: content.variable, xUnit: content.variableUnit, xs: order.map { content.places[$0] },
            frames: [.init(panel: panel)], curves: curves)
    }
}
