import CInterphase
import Foundation
import Interphase
import ReferenceSpectra

/// Why a function of the interface failed, as a C program is told.
struct InterfaceFailure: Error {
    /// One of the enumerators of the header.
    var status: Int
    /// A sentence for a person, with the place.
    var message: String
    /// The file or document that it is about.
    var file = ""
    var line: Int?
    var column: Int?
    var byte: Int?

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    /// An argument that makes no sense.
    static func argument(_ message: String) -> InterfaceFailure {
        InterfaceFailure(INTERPHASE_INVALID_ARGUMENT, message)
    }

    /// Any error of the library.
    init(_ error: any Error) {
        switch error {
        case let failure as InterfaceFailure: self = failure
        case let error as ReadError: self.init(error)
        case let error as ReferenceDataError:
            self.init(INTERPHASE_RECIPE_ERROR, error.description)
            (file, line, column) = (error.file, error.line, error.column)
        case let error as FitError: self.init(INTERPHASE_FIT_ERROR, error.description)
        case let error as QuantificationError: self.init(INTERPHASE_QUANTIFICATION_ERROR, error.description)
        case let error as RequestError: self.init(INTERPHASE_INVALID_ARGUMENT, error.description)
        case let error as PatternError: self.init(INTERPHASE_PATTERN_ERROR, error.description)
        case let error as SimulatedPattern.Failure: self.init(INTERPHASE_PATTERN_ERROR, error.description)
        case let error as NumericalError: self.init(INTERPHASE_FIT_ERROR, "\(error)")
        case let error as WriteError: self.init(INTERPHASE_WRITE_ERROR, error.description)
        case is CancellationError: self.init(INTERPHASE_CANCELLED, "cancelled")
        default: self.init(INTERPHASE_INTERNAL_ERROR, "\(error)")
        }
    }

    private init(_ error: ReadError) {
        switch error {
        case .noSuchFile(let file):
            self.init(INTERPHASE_NO_SUCH_FILE, error.description)
            self.file = file
        case .unreadable(let file, _), .unknownFormat(let file, _):
            self.init(INTERPHASE_READ_ERROR, error.description)
            self.file = file
        case .malformed(let file, let place, _, _):
            self.init(INTERPHASE_READ_ERROR, error.description)
            self.file = file
            switch place {
            case .line(let number): line = number
            case .byte(let offset): byte = offset
            case .whole: break
            }
        }
    }

    /// Fills the caller's error in.
    func report(to error: UnsafeMutablePointer<interphase_error>?) {
        guard let error else { return }
        error.pointee.status = Int32(status)
        error.pointee.reserved = 0
        error.pointee.line = Int64(line ?? 0)
        error.pointee.column = Int64(column ?? 0)
        error.pointee.byte = Int64(byte ?? -1)
        Self.copy(file, to: error, \.file)
        Self.copy(message, to: error, \.message)
    }

    /// Copies text into an array of characters, cut at a character where it is too long.
    private static func copy<Characters>(
        _ text: String, to error: UnsafeMutablePointer<interphase_error>,
        _ member: WritableKeyPath<interphase_error, Characters>
    ) {
        withUnsafeMutableBytes(of: &error.pointee[keyPath: member]) { bytes in
            var length = 0
            for character in text {
                let size = character.utf8.count
                guard length + size < bytes.count else { break }
                for byte in character.utf8 {
                    bytes[length] = byte
                    length += 1
                }
            }
            if bytes.indices.contains(length) { bytes[length] = 0 }
        }
    }
}

/// Runs the body of a function of the interface and turns what it throws into a status and the caller's error.
func answering(_ error: UnsafeMutablePointer<interphase_error>?, _ body: () throws -> Void) -> interphase_status {
    do {
        try body()
        if let error {
            error.pointee.status = Int32(INTERPHASE_OK)
            error.pointee.message.0 = 0
        }
        return Int32(INTERPHASE_OK)
    } catch let thrown {
        let failure = InterfaceFailure(thrown)
        failure.report(to: error)
        return Int32(failure.status)
    }
}
