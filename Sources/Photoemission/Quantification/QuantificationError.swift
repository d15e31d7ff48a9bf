/// Why fits could not be turned into atomic per cent.
public enum QuantificationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The fits do not belong together or lack something: what, and where.
    case fits(String)
    /// A correction cannot be applied: which, and why.
    case correction(String)
    /// A species or element was asked for that is not there.
    case noSuchEntry(String)

    /// A sentence for a person.
    public var description: String {
        switch self {
        case .fits(let what), .correction(let what), .noSuchEntry(let what): what
        }
    }
}
