/// Problems that own their columns, in a row: noncopyable values do not go into an array.
public struct ProblemList<Problem: SeparableProblem & ~Copyable>: ~Copyable {
    private let storage: UnsafeMutableBufferPointer<Problem>
    /// The number of problems.
    public private(set) var count = 0

    /// An empty list with room for `capacity` problems.
    public init(capacity: Int) {
        storage = .allocate(capacity: max(1, capacity))
    }

    deinit {
        for index in 0..<count { storage.deinitializeElement(at: index) }
        storage.deallocate()
    }

    /// Adds a problem; there must be room for it.
    public mutating func append(_ problem: consuming Problem) {
        precondition(count < storage.count, "the list has room for \(storage.count) problems")
        storage.initializeElement(at: count, to: problem)
        count += 1
    }

    /// Works on the problem at `index`.
    public mutating func with<Result>(_ index: Int, _ body: (inout Problem) throws -> Result) rethrows -> Result {
        precondition(index >= 0 && index < count, "problem \(index) of \(count)")
        return try body(&storage[index])
    }
}
