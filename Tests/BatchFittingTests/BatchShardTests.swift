import Testing

@testable import BatchFitting

/// How a batch is divided.
@Suite("shards")
struct BatchShardTests {
    @Test("every spectrum belongs to exactly one shard, and shards are of like size", arguments: [1, 2, 3, 7, 64])
    func partition(count: Int) throws {
        let shards = try (1...count).map { try #require(BatchShard(number: $0, of: count)) }
        var sizes = [Int](repeating: 0, count: count)
        for file in 0..<200 {
            for ordinal in 1...50 {
                let owners = shards.indices.filter { shards[$0].contains(file: "data/\(file).vms", ordinal: ordinal) }
                try #require(owners.count == 1)
                sizes[owners[0]] += 1
            }
        }
        // Six standard deviations of a multinomial distribution.
        let mean = 10_000 / Double(count)
        #expect(sizes.allSatisfy { abs(Double($0) - mean) <= 6 * mean.squareRoot() })
    }

    @Test("the division is the same on every machine")
    func constancy() throws {
        let shard = try #require(BatchShard("2/5"))
        let own = (1...20).filter { shard.contains(file: "map.vms", ordinal: $0) }
        // Worked out by an implementation in another language (see docs/batch.md for the rule).
        #expect(own == Self.reference)
    }

    static let reference = [1, 9, 14]

    @Test(
        "texts that are no part of a whole are refused",
        arguments: ["", "1", "0/3", "4/3", "1/0", "-1/3", "1/2/3", "a/b", "1/ 2", "1/9999999"])
    func refusal(text: String) { #expect(BatchShard(text) == nil) }
}
