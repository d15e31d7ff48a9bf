import Dispatch
import Foundation
import Spectra

/// Candidate phases with their lines computed for one wavelength, ready to be looked for in any number of patterns.
public struct PreparedPhases: Sendable {
    /// The wavelength, Angstrom.
    public let wavelength: Double
    /// The number of candidates.
    public var count: Int { lines.count }
    /// Candidates whose pattern cannot be computed, with the reason.
    public internal(set) var leftOut: [String] = []
    var lines: [PhaseLines] = []

    /// Lines are computed for all these angles 2 theta, degrees.
    static let range = 1.0...170.0

    init(wavelength: Double) { self.wavelength = wavelength }

    /// Whether the lines are those of a wavelength: files state that of one anode with different digits, which changes
    /// neither scattering factors nor intensities.
    func isUsable(at other: Double) -> Bool { abs(wavelength / other - 1) < 2e-4 }

    /// Computes the lines of `candidates` at the primary wavelength of `emission`, on all processors.
    public init(_ candidates: [CandidatePhase], emission: EmissionSpectrum) {
        self.init(wavelength: emission.primary.wavelength)
        for result in Self.parallel(candidates, { Self.prepare($0, emission) }) {
            switch result {
            case .success(let phase): lines.append(phase)
            case .failure(let reason): leftOut.append(reason.text)
            }
        }
    }

    /// Takes candidates of the same wavelength in as well.
    public mutating func append(_ other: PreparedPhases) {
        precondition(isUsable(at: other.wavelength), "lines of one wavelength")
        lines += other.lines
        leftOut += other.leftOut
    }

    /// Why a candidate is left out.
    struct Omission: Error {
        var text: String
    }

    static func prepare(_ candidate: CandidatePhase, _ emission: EmissionSpectrum) -> Result<PhaseLines, Omission> {
        let single = EmissionSpectrum(wavelength: emission.primary.wavelength) ?? emission
        do {
            return .success(try PhaseLines(candidate, settings: .init(emission: single, twoTheta: range)))
        } catch { return .failure(Omission(text: "\(candidate.name): \(error)")) }
    }

    /// The results of `body` for each element, in their order, from all processors.
    static func parallel<Element: Sendable, Output: Sendable>(
        _ elements: [Element], _ body: @Sendable (Element) -> Output
    ) -> [Output] {
        let store = Store<Output>(count: elements.count)
        DispatchQueue.concurrentPerform(iterations: elements.count) { store.set($0, body(elements[$0])) }
        return store.values
    }

    /// Results by number, written from several threads under a lock: hence unchecked Sendable.
    private final class Store<Output: Sendable>: @unchecked Sendable {
        private let lock = NSLock()
        private var results: [Output?]

        init(count: Int) { results = Array(repeating: nil, count: count) }

        func set(_ index: Int, _ value: Output) {
            lock.lock()
            results[index] = value
            lock.unlock()
        }

        var values: [Output] {
            lock.lock()
            defer { lock.unlock() }
            return results.compactMap { $0 }
        }
    }
}

extension PhaseLines {
    /// The lines that reach into a range of angles, as an instrument with these factors shows them; the weakest are left
    /// out.
    func seen(by optics: LorentzPolarization, within range: ClosedRange<Double>, wavelength: Double) -> PhaseLines {
        let plain = LorentzPolarization()
        var copy = self
        copy.lines = lines.compactMap { line in
            guard let angle = PowderPattern.twoTheta(spacing: line.spacing, wavelength: wavelength),
                range.contains(angle)
            else { return nil }
            var own = line
            if optics != plain { own.intensity *= optics(twoTheta: angle) / plain(twoTheta: angle) }
            return own
        }
        copy.dropWeakest(share: Self.negligible)
        return copy
    }
}
