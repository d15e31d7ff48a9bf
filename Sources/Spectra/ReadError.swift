/// Why a file could not be read: which file, where in it, what was expected there and what was found.
public enum ReadError: Error, Sendable, Hashable {
    /// Where in a file: a line counted from 1, or a byte counted from 0.
    public enum Place: Sendable, Hashable {
        /// A line of a text file, counted from 1.
        case line(Int)
        /// A byte, counted from 0.
        case byte(Int)
        /// No single place: the file as a whole.
        case whole
    }

    /// There is no such file.
    case noSuchFile(file: String)
    /// The file is there but the system refuses to read it.
    case unreadable(file: String, reason: String)
    /// No reader recognises the content.
    case unknownFormat(file: String, hint: String)
    /// The content breaks the rules of its format.
    case malformed(file: String, place: Place, expected: String, found: String)
}

extension ReadError: CustomStringConvertible {
    /// One or two sentences for a person.
    public var description: String {
        switch self {
        case .noSuchFile(let file):
            return "\(file): no such file"
        case .unreadable(let file, let reason):
            return "\(file): cannot be read: \(reason)"
        case .unknownFormat(let file, let hint):
            return "\(file): not a format known here: \(hint)"
        case .malformed(let file, let place, let expected, let found):
            let position =
                switch place {
                case .line(let number): "line \(number): "
                case .byte(let offset): "byte \(offset): "
                case .whole: ""
                }
            return "\(file): \(position)expected \(expected), found \(found)"
        }
    }
}
