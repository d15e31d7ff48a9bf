internal import CGSL

/// The door to the GNU Scientific Library: nothing calls it before `prepare()`.
enum GSL {
    /// GSL's default error handler aborts the process. It is one global of the library, so it is switched off once,
    /// under the lock of a `static let`.
    private static let errorHandlerIsOff: Void = { _ = gsl_set_error_handler_off() }()

    /// Makes GSL return statuses instead of aborting. Every entry point of this module passes through here, directly,
    /// through `check` or through `Owned`.
    @inline(__always)
    static func prepare() { errorHandlerIsOff }

    /// The status of success. GSL's status numbers are imported as `Int`, its functions return `Int32`.
    static let success = Int32(GSL_SUCCESS)

    /// Runs a GSL function and throws its status, unless that is success, in words.
    @inline(__always)
    static func check(_ operation: @autoclosure () -> String, _ body: () throws -> Int32) throws {
        prepare()
        let status = try body()
        if status != success { throw error(status, operation()) }
    }

    /// The Swift error for a status other than success.
    static func error(_ status: Int32, _ operation: String) -> NumericalError {
        if status == Int32(GSL_ENOMEM) { return .outOfMemory(operation: operation) }
        let reason = gsl_strerror(status).map { String(cString: $0) } ?? "unknown error"
        return .library(operation: operation, status: Int(status), reason: reason)
    }
}

/// An object allocated by a C library, freed once, when its owner goes away.
struct Owned<Pointee>: ~Copyable {
    /// The object; valid as long as the owner lives.
    let pointer: UnsafeMutablePointer<Pointee>
    private let free: (UnsafeMutablePointer<Pointee>?) -> Void

    /// Allocates the object; throws `outOfMemory` where the library returns a null pointer.
    init(
        _ operation: String, _ allocate: @autoclosure () -> UnsafeMutablePointer<Pointee>?,
        freedBy free: @escaping (UnsafeMutablePointer<Pointee>?) -> Void
    ) throws {
        GSL.prepare()
        guard let pointer = allocate() else { throw NumericalError.outOfMemory(operation: operation) }
        self.pointer = pointer
        self.free = free
    }

    deinit { free(pointer) }
}
