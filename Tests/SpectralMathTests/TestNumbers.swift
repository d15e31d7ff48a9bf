import Foundation

/// A small seeded generator (SplitMix64) for property tests.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func uniform(_ range: ClosedRange<Double> = -1...1) -> Double { Double.random(in: range, using: &self) }

    mutating func vector(_ count: Int, in range: ClosedRange<Double> = -1...1) -> [Double] {
        (0..<count).map { _ in uniform(range) }
    }
}

/// The number of decimal digits to which `value` agrees with `reference`, at most 16.
func agreeingDigits(_ value: Double, _ reference: Double) -> Double {
    if value == reference { return 16 }
    let error = reference == 0 ? abs(value) : abs(value - reference) / abs(reference)
    return error.isFinite ? min(16, max(0, -log10(error))) : 0
}

/// The largest absolute difference of two vectors.
func largestDifference(_ first: [Double], _ second: [Double]) -> Double {
    precondition(first.count == second.count)
    return zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// Numbers for comparisons that were computed elsewhere, from Tests/Fixtures.
enum Fixtures {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    static func decode<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(path)))
    }
}
