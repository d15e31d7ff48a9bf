/// Why something could not be written to a file.
public enum WriteError: Error, Sendable, Hashable {
    /// The system refuses to write there.
    case cannotWrite(file: String, reason: String)
    /// The format cannot hold what is to be written.
    case cannotExpress(format: String, reason: String)
}

extension WriteError: CustomStringConvertible {
    /// A sentence for a person.
    public var description: String {
        switch self {
        case .cannotWrite(let file, let reason): "\(file): cannot be written: \(reason)"
        case .cannotExpress(let format, let reason): "cannot be written as \(format): \(reason)"
        }
    }
}
