import Foundation

/// Why a result could not be written to a file.
public enum WriteError: Error, Sendable, Hashable {
    /// The system refuses to write there.
    case cannotWrite(file: String, reason: String)
}

extension WriteError: CustomStringConvertible {
    /// A sentence for a person.
    public var description: String {
        switch self {
        case .cannotWrite(let file, let reason): "\(file): cannot be written: \(reason)"
        }
    }
}

/// Writes documents to files.
enum TextFile {
    /// Writes `text` as UTF-8 to the file at `path`; the file appears whole or not at all.
    static func write(_ text: String, to path: String) throws(WriteError) {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
            throw .cannotWrite(file: path, reason: system?.localizedDescription ?? error.localizedDescription)
        }
    }
}
