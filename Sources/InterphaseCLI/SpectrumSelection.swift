import Interphase

/// Picks the spectrum that a command works on out of a file.
struct SpectrumSelection {
    /// The file.
    let file: SpectrumFile

    /// The spectrum called `name` (or #3 for the third), or without a name the one of `level`, or the only one.
    func choose(named name: String?, level: CoreLevel?) throws -> Spectrum {
        do {
            if let name { return try file.spectrum(named: name) }
            return try level.map { try file.spectrum($0) } ?? file.onlySpectrum()
        } catch let error as SpectrumChoiceError {
            guard !error.spectra.isEmpty else { throw CommandFailure(.badData, error.description) }
            throw CommandFailure(
                .badData, "\(error.file): holds \(error.found); choose one with --spectrum:\n\(error.list)")
        }
    }

    /// The first spectrum of a core level, or the first of all where none is recognised as one.
    func firstCoreLevel() throws -> Spectrum {
        guard let first = file.spectra.first else {
            throw CommandFailure(.badData, "\(file.path): holds no spectrum")
        }
        return file.spectra.first { $0.kind == .coreLevel && $0.axis.count > 20 } ?? first
    }

    /// The usual window of the spectrum's level where it lies inside a longer spectrum; `nil` for the whole spectrum.
    static func usualWindow(of spectrum: Spectrum) -> ClosedRange<Double>? {
        guard let window = spectrum.level?.reference?.window, let energies = spectrum.axis.bindingEnergies,
            let low = energies.min(), let high = energies.max(), low < window.lowerBound, high > window.upperBound
        else { return nil }
        return window
    }
}
