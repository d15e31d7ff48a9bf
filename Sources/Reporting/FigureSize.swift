/// The size of a figure on paper.
public struct FigureSize: Sendable, Hashable {
    /// The width in mm.
    public let width: Double
    /// The height in mm. A figure grows beyond it where a key of many entries needs the room.
    public let height: Double

    /// A figure of `width` x `height` in mm, each kept within 40 ... 1000 mm, the range in which axes and their titles
    /// have room.
    public init(width: Double, height: Double) {
        self.width = Self.bounded(width)
        self.height = Self.bounded(height)
    }

    private static func bounded(_ length: Double) -> Double {
        length.isFinite ? min(max(length, 40), 1000) : 100
    }

    /// One column of a journal: 85 mm x 75 mm (journals give 82 ... 90 mm).
    public static let singleColumn = FigureSize(width: 85, height: 75)
    /// The text width of a journal: 175 mm x 105 mm (journals give 174 ... 190 mm).
    public static let doubleColumn = FigureSize(width: 175, height: 105)
}
