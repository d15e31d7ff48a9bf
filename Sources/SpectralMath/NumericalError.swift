/// Why a numerical operation could not give a number that can be trusted.
///
/// Every case names the operation. Statuses of the GNU Scientific Library arrive as `library` with GSL's own words.
public enum NumericalError: Error, Sendable, Hashable {
    /// GSL refused: its status number and the text of `gsl_strerror`.
    case library(operation: String, status: Int, reason: String)
    /// A matrix that has to be positive definite is not, in double precision.
    case notPositiveDefinite(operation: String)
    /// The columns of a matrix are linearly dependent, in double precision.
    case rankDeficient(operation: String, rank: Int, columns: Int)
    /// A number is infinite or not a number.
    case notFinite(operation: String, found: String)
    /// An array has the wrong number of elements.
    case wrongSize(operation: String, expected: String, found: Int)
    /// An argument lies outside the domain of the operation.
    case invalidArgument(operation: String, expected: String, found: String)
    /// The system has no memory left.
    case outOfMemory(operation: String)
}

extension NumericalError: CustomStringConvertible {
    /// One sentence for a person.
    public var description: String {
        switch self {
        case .library(let operation, let status, let reason):
            return "\(operation): \(reason) (GSL status \(status))"
        case .notPositiveDefinite(let operation):
            return "\(operation): the matrix is not positive definite"
        case .rankDeficient(let operation, let rank, let columns):
            return "\(operation): only \(rank) of \(columns) columns are linearly independent"
        case .notFinite(let operation, let found):
            return "\(operation): expected finite numbers, found \(found)"
        case .wrongSize(let operation, let expected, let found):
            return "\(operation): expected \(expected) elements, found \(found)"
        case .invalidArgument(let operation, let expected, let found):
            return "\(operation): expected \(expected), found \(found)"
        case .outOfMemory(let operation):
            return "\(operation): out of memory"
        }
    }
}

extension NumericalError {
    /// Refuses an array that holds an infinity or a NaN, naming the first one.
    static func requireFinite(_ values: [Double], _ name: String, in operation: String) throws {
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw NumericalError.notFinite(operation: operation, found: "\(values[index]) at \(name)[\(index)]")
        }
    }
}
