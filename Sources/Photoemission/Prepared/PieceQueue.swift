import Foundation

/// Hands out the numbers of pieces of work, each once.
package final class PieceQueue: @unchecked Sendable {
    // Unchecked, because of the counter, which the lock guards.
    private let lock = NSLock()
    /// How many pieces there are.
    package let count: Int
    private var taken = 0

    /// A queue of `count` pieces.
    package init(count: Int) { self.count = count }

    /// The number of the next piece, from 0; `nil` after the last.
    package func next() -> Int? {
        lock.lock()
        defer { lock.unlock() }
        guard taken < count else { return nil }
        taken += 1
        return taken - 1
    }
}
