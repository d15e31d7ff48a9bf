import Foundation
import Spectra
import Testing

@testable import SpectrumFiles

/// Checks that `spectrum` has the points, energies and intensities of `item`; `energies` on the scale that the other
/// reader uses.
func expectAgreement(
    _ spectrum: Spectrum, _ item: ExpectedReading.Spectrum, energies: [Double]?, intensities: [Double]? = nil,
    tolerance: Double = 1e-8, sourceLocation: SourceLocation = #_sourceLocation
) {
    let values = intensities ?? spectrum.intensities
    let name: Comment = "\(item.name ?? "") read as \(spectrum.name)"
    #expect(values.count == item.nPoints, name, sourceLocation: sourceLocation)
    guard let first = values.first, let last = values.last, let low = values.min(), let high = values.max() else {
        return
    }
    if let energies, let firstEnergy = energies.first, let lastEnergy = energies.last {
        #expect(agrees(firstEnergy, item.firstEnergy), name, sourceLocation: sourceLocation)
        #expect(agrees(lastEnergy, item.lastEnergy), name, sourceLocation: sourceLocation)
    }
    let sum = values.reduce(0, +)
    #expect(agrees(sum, item.sum, tolerance: tolerance), "\(name) \(sum)", sourceLocation: sourceLocation)
    #expect(agrees(low, item.min, tolerance: tolerance), name, sourceLocation: sourceLocation)
    #expect(agrees(high, item.max, tolerance: tolerance), name, sourceLocation: sourceLocation)
    #expect(agrees(first, item.firstValue, tolerance: tolerance), name, sourceLocation: sourceLocation)
    #expect(agrees(last, item.lastValue, tolerance: tolerance), name, sourceLocation: sourceLocation)
}

/// Random numbers from a seed (SplitMix64, public domain): the same everywhere, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Damage done to a file, and what a reader may make of it.
enum Damage {
    /// Reads every beginning of `bytes` (every `step`-th): each must give an error, or spectra that are the first points
    /// of the true ones together with a note that something is missing, or all of them. Text that does not print a
    /// fixed number of decimals cannot show that its very last number was cut: `lastMayDiffer` lets that pass with a note.
    /// A format that does not state its number of spectra is whole after each of them: `mayEndEarly`.
    static func expectNoSilentTruncation(
        of bytes: Data, step: Int = 1, at lengths: [Int]? = nil, lastMayDiffer: Bool = false, mayEndEarly: Bool = false,
        format: any SpectrumFormat.Type,
        options: ReadOptions = ReadOptions(),
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let whole = try format.read(FileContent(path: "whole", data: bytes), options: options)
        for length in lengths ?? Array(stride(from: 0, to: bytes.count, by: step)) {
            let content = FileContent(path: "cut", data: bytes.prefix(length))
            guard format.recognises(content), let part = try? format.read(content, options: options) else { continue }
            if part.spectra == whole.spectra { continue }
            if mayEndEarly && whole.spectra.map(\.intensities).starts(with: part.spectra.map(\.intensities)) {
                continue
            }
            let areBeginnings = zip(part.spectra, whole.spectra).enumerated().allSatisfy { index, pair in
                let left = lastMayDiffer && index == part.spectra.count - 1 ? 1 : 0
                return pair.1.intensities.starts(with: pair.0.intensities.dropLast(left))
                    && pair.1.axis.values.starts(with: pair.0.axis.values.dropLast(left))
            }
            let isFlagged =
                !Set(part.notes).subtracting(whole.notes).isEmpty
                || part.notes.contains { $0.contains("line end") || $0.contains("has no end") }
            #expect(
                areBeginnings && isFlagged,
                "\(format.name) cut after \(length) of \(bytes.count) bytes", sourceLocation: sourceLocation)
            if !(areBeginnings && isFlagged) { return }
        }
    }

    /// Lengths to cut a file at: those of its last bytes, some of its first, and some between, fewer of a long one.
    static func someLengths(of bytes: Data) -> [Int] {
        let count = max(4, min(15, 800_000 / max(1, bytes.count)))
        let first = stride(from: 1, to: min(bytes.count, count * 40), by: 40)
        let last = max(0, bytes.count - count)..<bytes.count
        let between = stride(from: 0, to: bytes.count, by: max(1, bytes.count / count))
        return Set(Array(first) + Array(last) + Array(between)).sorted()
    }

    /// Reads `count` copies of `bytes` with bytes changed, removed, repeated or moved: an error or a result, never a crash
    /// (which would end the test run), and spectra that keep their own rules.
    static func expectNoCrash(
        of bytes: Data, count: Int, seed: UInt64, format: any SpectrumFormat.Type,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<count {
            let content = FileContent(path: "mutant", data: mutant(of: bytes, &random))
            guard format.recognises(content), let file = try? format.read(content, options: ReadOptions()) else {
                continue
            }
            for spectrum in file.spectra {
                #expect(
                    spectrum.intensities.allSatisfy(\.isFinite) && spectrum.axis.values.allSatisfy(\.isFinite),
                    sourceLocation: sourceLocation)
            }
            _ = file.series
        }
    }

    /// `bytes` with one to four pieces of damage.
    static func mutant(of bytes: Data, _ random: inout SeededGenerator) -> Data {
        var copy = [UInt8](bytes)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !copy.isEmpty {
            let place = Int.random(in: 0..<copy.count, using: &random)
            let length = min(copy.count - place, Int.random(in: 1...16, using: &random))
            switch Int.random(in: 0..<7, using: &random) {
            case 0: copy[place] = UInt8.random(in: 0...255, using: &random)
            case 1: copy[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: copy.removeSubrange(place..<(place + length))
            case 3: copy.insert(contentsOf: copy[place..<(place + length)], at: place)
            case 4: copy.replaceSubrange(place..<(place + length), with: Array(repeating: 0xFF, count: length))
            case 5: copy.replaceSubrange(place..<(place + length), with: Array(repeating: 0, count: length))
            default:
                // Digits are where text formats state sizes.
                if let digit = copy[place...].firstIndex(where: { (48...57).contains($0) }) {
                    copy.replaceSubrange(digit...digit, with: Array("999999999999".utf8))
                }
            }
        }
        return Data(copy)
    }
}
