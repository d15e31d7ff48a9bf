import Foundation
import Spectra
import TestSupport
import Testing

/// What an independent reader found in a file of the shared data folder (`X.expected.json` beside `X`).
struct ExpectedReading: Decodable {
    struct Spectrum: Decodable {
        var name: String?
        var sample: String?
        var species: String?
        var transition: String?
        var hv: Double?
        @LooseNumber var passEnergy: Double?
        var abscissa: String?
        var nPoints: Int?
        var firstEnergy: Double?
        var lastEnergy: Double?
        var firstBe: Double?
        var lastBe: Double?
        var sum: Double?
        var min: Double?
        var max: Double?
        var firstValue: Double?
        var lastValue: Double?
        var dwellS: Double?
        var nScans: Double?
        var nCommentLines: Int?
        var columnSums: [Double]?
        var nColumns: Int?
    }

    var file: String
    var nSpectra: Int?
    var nHeaderCommentLines: Int?
    var photonEnergy: Double?
    var acquisitionTimeS: Double?
    var institution: String?
    var instrument: String?
    var spectra: [Spectrum]

    /// The reading beside `file`.
    init(beside file: URL) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(
            ExpectedReading.self, from: Data(contentsOf: file.appendingPathExtension("expected.json")))
    }
}

/// Whether `value` is `expected` to the nine digits that the readings are printed with.
func agrees(_ value: Double?, _ expected: Double?, tolerance: Double = 1e-8) -> Bool {
    guard let expected else { return true }
    guard let value else { return false }
    return abs(value - expected) <= tolerance * max(abs(expected), 1)
}

/// A number that some of the readings give as text.
@propertyWrapper struct LooseNumber: Decodable {
    var wrappedValue: Double?

    init(wrappedValue: Double?) { self.wrappedValue = wrappedValue }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        wrappedValue = try (try? container.decode(Double.self)) ?? Double(container.decode(String.self))
    }
}

extension KeyedDecodingContainer {
    /// A reading that lacks the number is fine.
    func decode(_ type: LooseNumber.Type, forKey key: Key) throws -> LooseNumber {
        try decodeIfPresent(type, forKey: key) ?? LooseNumber(wrappedValue: nil)
    }
}
