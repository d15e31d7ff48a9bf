/// What stands above the frame of a figure, outside the data: warnings, title, and the keys to symbols and colours.
struct FigureHeader {
    /// How an entry of a key looks.
    enum Symbol {
        case points(String)
        case line(String, width: Double, dash: String?)
        case area(String, dash: String?)
        /// A point with its bar, on a line.
        case track(String, dash: String?)
    }

    /// An entry of a key.
    struct Entry {
        var symbol: Symbol
        var text: RichText

        /// The width in mm that symbol and text take.
        fileprivate var width: Double { symbolWidth + Typography.width(text) }
    }

    /// A sentence that must not be overlooked.
    var warning: String?
    /// The title, `nil` for none.
    var title: String?
    /// What kinds of curves mean, set one after the other.
    var curves: [Entry] = []
    /// What colours and numbers mean, set in columns.
    var species: [Entry] = []

    private static let symbolWidth = 4.6
    private static let entryGap = 3.4
    private static let narrowestColumn = 32.0

    /// The number of columns of the species key over `width` mm: as many as the widest entry allows. Where that makes a
    /// long list, narrower columns cut the longest names.
    private func columns(over width: Double) -> Int {
        let widest = max((species.map(\.width).max() ?? width) + Self.entryGap, 1)
        let wanted = species.count > 8 ? min(widest, Self.narrowestColumn) : widest
        return min(max(Int((width + Self.entryGap) / wanted), 1), max(species.count, 1))
    }

    /// The curve entries broken into rows of at most `width` mm, with the position of each.
    private func flow(over width: Double) -> [(entry: Entry, x: Double, row: Int)] {
        var (x, row) = (0.0, 0)
        return curves.map { entry in
            if x > 0, x + entry.width > width { (x, row) = (0, row + 1) }
            defer { x += entry.width + Self.entryGap }
            return (entry, x, row)
        }
    }

    private func curveRows(over width: Double) -> Int { flow(over: width).last.map { $0.row + 1 } ?? 0 }

    /// The height in mm that the header takes over a frame `width` mm wide.
    func height(over width: Double) -> Double {
        let columns = columns(over: width)
        let keyed = curveRows(over: width) + (species.count + columns - 1) / columns
        let rows = (warning == nil ? 0 : 1) + (title == nil ? 0 : 1) + keyed
        return Double(rows) * Typography.row + 1.2
    }

    /// Draws the header into the top of a figure, above a frame from `left` to `right`.
    func draw(from left: Double, to right: Double, top: Double, into canvas: inout SVGCanvas, theme: PlotTheme) {
        var baseline = top + Typography.label
        let width = right - left
        for (text, colour) in [(warning, theme.alert), (title, theme.ink)] {
            guard let text else { continue }
            // Bold letters are about a tenth wider.
            canvas.text(
                RichText(text).truncated(to: width / Typography.label / 1.1), at: Point(x: left, y: baseline),
                size: Typography.label, colour: colour, bold: true)
            baseline += Typography.row
        }
        let columns = columns(over: width)
        let pitch = (width + Self.entryGap) / Double(columns)
        canvas.group("key") { canvas in
            for (entry, x, row) in flow(over: width) {
                let y = baseline + Double(row) * Typography.row
                draw(entry, at: Point(x: left + x, y: y), room: width - x, into: &canvas, theme: theme)
            }
            baseline += Double(curveRows(over: width)) * Typography.row
            for (index, entry) in species.enumerated() {
                let x = left + Double(index % columns) * pitch
                let y = baseline + Double(index / columns) * Typography.row
                draw(entry, at: Point(x: x, y: y), room: pitch - Self.entryGap, into: &canvas, theme: theme)
            }
        }
    }

    private func draw(_ entry: Entry, at place: Point, room: Double, into canvas: inout SVGCanvas, theme: PlotTheme) {
        draw(entry.symbol, x: place.x, y: place.y - Typography.middleToBaseline, into: &canvas)
        canvas.text(
            entry.text.truncated(to: (room - Self.symbolWidth) / Typography.label + 1e-6),
            at: Point(x: place.x + Self.symbolWidth, y: place.y), size: Typography.label, colour: theme.ink)
    }

    private func draw(_ symbol: Symbol, x: Double, y: Double, into canvas: inout SVGCanvas) {
        let (start, end) = (Point(x: x, y: y), Point(x: x + 3.6, y: y))
        switch symbol {
        case .points(let colour):
            let middle = [0.6, 1.8, 3.0].map { Point(x: x + $0, y: y) }
            canvas.circles(middle, radius: 0.32, .line(colour, 0.18))
        case .line(let colour, let width, let dash):
            canvas.line(from: start, to: end, .line(colour, width, dash: dash))
        case .track(let colour, let dash):
            let middle = Point(x: x + 1.8, y: y)
            canvas.line(from: start, to: end, .line(colour, 0.2, dash: dash))
            canvas.line(from: Point(x: middle.x, y: y - 1.1), to: Point(x: middle.x, y: y + 1.1), .line(colour, 0.3))
            canvas.circles([middle], radius: 0.7, .area(colour))
        case .area(let colour, let dash):
            canvas.rectangle(
                Box(left: x, top: y - 0.9, right: x + 3.6, bottom: y + 0.9),
                SVGCanvas.Paint(fill: colour, fillOpacity: 0.3, stroke: colour, width: 0.25, dash: dash))
        }
    }
}
