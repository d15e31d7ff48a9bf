/// Which colour each species is drawn in: the same name has the same colour in every plot, and within one plot no two
/// names share one.
///
/// A name chooses its colour by its spelling alone (case and spaces aside). Where two names of one plot choose the same,
/// one of them moves to a colour that nobody chose; to keep a whole set of plots consistent in that case too, make one
/// value from all names and give it to every plot. The order of the names does not matter.
public struct SpeciesColours: Sendable, Hashable {
    /// The number of distinct colours; further names repeat them with dashed outlines.
    public static let distinctColours = PlotTheme.light.species.count

    private let styles: [String: SeriesStyle]

    /// Colours for `names`. Repeated names count once.
    public init(for names: [String]) {
        let slots = Self.distinctColours
        let unique = Dictionary(names.map { (Self.key($0), Self.hash(Self.key($0))) }, uniquingKeysWith: { a, _ in a })
        let ordered = unique.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        let wanted = Set(ordered.map { Int($0.value % UInt64(slots)) })
        var styles: [String: SeriesStyle] = [:]
        var uses = [Int](repeating: 0, count: slots)
        var displaced: [(key: String, hash: UInt64)] = []
        for (key, hash) in ordered {
            let slot = Int(hash % UInt64(slots))
            if uses[slot] == 0 {
                uses[slot] = 1
                styles[key] = SeriesStyle(slot: slot, dash: 0)
            } else {
                displaced.append((key, hash))
            }
        }
        for (key, hash) in displaced {
            let start = Int((hash / UInt64(slots)) % UInt64(slots))
            let probes = (0..<slots).map { (start + $0) % slots }
            let fewest = uses.min() ?? 0
            let slot =
                probes.first { uses[$0] == fewest && !wanted.contains($0) } ?? probes.first { uses[$0] == fewest }
            styles[key] = SeriesStyle(slot: slot ?? start, dash: uses[slot ?? start])
            uses[slot ?? start] += 1
        }
        self.styles = styles
    }

    /// The style of `name`; names that this value was not made for get the colour of their spelling.
    func style(of name: String) -> SeriesStyle {
        let key = Self.key(name)
        return styles[key] ?? SeriesStyle(slot: Int(Self.hash(key) % UInt64(Self.distinctColours)), dash: 0)
    }

    private static func key(_ name: String) -> String {
        name.lowercased().filter { !$0.isWhitespace }
    }

    /// FNV-1a, 64 bit (Fowler, Noll, Vo): unlike `Hasher` the same in every run, which stable colours need.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}

/// The colour slot of a series and how often its dash pattern departs from a solid line.
struct SeriesStyle: Sendable, Hashable {
    var slot: Int
    var dash: Int

    func colour(in theme: PlotTheme) -> String {
        theme.species[slot % theme.species.count]
    }

    /// The dash pattern in mm, `nil` for a solid line.
    var dashPattern: String? {
        guard dash > 0 else { return nil }
        let patterns = ["1.4 0.5", "0.6 0.5", "1.8 0.5 0.5 0.5", "2.6 0.8", "1.2 0.4 0.4 0.4 0.4 0.4"]
        return patterns[(dash - 1) % patterns.count]
    }
}
