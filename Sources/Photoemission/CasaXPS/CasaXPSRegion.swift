/// A region of a CasaXPS quantification as stored in the comment of a VAMAS block: where a background is drawn.
///
/// ```
/// CASA region (*Fe 2p*) (*U 3 Tougaard*) 737.52081 786.7632 16.42 2 0 0 335.44588 551 436 3 (*Fe 2p*) 55.8458 0 16.42
/// ```
/// Energies are kinetic, in the frame that `CasaXPSAnnotations.regionShift` tells.
public struct CasaXPSRegion: Sendable, Hashable {
    /// The name of the region.
    public var name: String
    /// The type of the background: "Shirley", "Linear", "U 2 Tougaard" ...
    public var background: String
    /// The lower limit in eV of kinetic energy.
    public var start: Double
    /// The upper limit in eV of kinetic energy.
    public var end: Double
    /// The sensitivity factor.
    public var sensitivityFactor: Double
    /// The number of points on either side of an end whose mean is the intensity there, plus one: a stored 2 averages
    /// three points.
    public var averagingWidth: Double
    /// The reduction of the intensity at `start`, per cent.
    public var startOffset: Double
    /// The reduction of the intensity at `end`, per cent.
    public var endOffset: Double
    /// The four parameters of the background; for U 2 Tougaard B and -C, for U 3 Tougaard B, C, D and T0.
    public var backgroundParameters: [Double]
    /// The tag that ties the region to components and to the element library.
    public var tag: String
    /// What follows the tag: the atomic mass, a number always seen as 0, the sensitivity factor before corrections.
    public var trailing: [Double]

    /// The atomic mass, where the line has it.
    public var mass: Double? { trailing.first }

    /// Reads a line of a block comment; `nil` where it is not a region.
    public init?(line: String) {
        var cursor = CasaXPSCursor(line)
        guard cursor.skip("CASA"), cursor.skip("region"), let name = cursor.bracketed(),
            let background = cursor.bracketed()
        else { return nil }
        let numbers = cursor.numbers(limit: 10)
        guard numbers.count == 10, let tag = cursor.bracketed() else { return nil }
        let trailing = cursor.numbers(limit: 16)
        guard cursor.isAtEnd else { return nil }
        self.name = name
        self.background = background
        (start, end, sensitivityFactor, averagingWidth) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (startOffset, endOffset) = (numbers[4], numbers[5])
        backgroundParameters = Array(numbers[6...])
        self.tag = tag
        self.trailing = trailing
    }

    /// The line of a block comment.
    public var line: String {
        let numbers = [start, end, sensitivityFactor, averagingWidth, startOffset, endOffset] + backgroundParameters
        let parts =
            ["CASA region (*\(name)*) (*\(background)*)"] + numbers.map(CasaXPSCursor.text) + ["(*\(tag)*)"]
            + trailing.map(CasaXPSCursor.text)
        return parts.joined(separator: " ")
    }
}
