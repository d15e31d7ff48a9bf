import Interphase

/// Picks the spectrum that a command works on out of a file.
struct SpectrumSelection {
    /// The file.
    let file: SpectrumFile

    /// The spectrum called `name` (or #3 for the third), or without a name the one of `level`, or the only one.
    func choose(named name: String?, level: CoreLevel?) throws -> Spectrum {
        guard !file.spectra.isEmpty else { throw CommandFailure(.badData, "\(file.path): holds no spectrum") }
        if let name { return try choose(named: name) }
        let matching = level.map { level in file.spectra.filter { $0.level == level && $0.kind != .survey } } ?? []
        if let only = matching.first, matching.count == 1 { return only }
        if matching.isEmpty {
            // A file with one spectrum of no recognised level leaves no doubt; one of another level does.
            if file.spectra.count == 1, file.spectra[0].level == nil || level == nil { return file.spectra[0] }
            let wanted = level.map { "holds no spectrum recognised as \($0)" } ?? "holds several spectra"
            throw CommandFailure(.badData, "\(file.path): \(wanted); choose one with --spectrum:\n\(list)")
        }
        throw CommandFailure(
            .badData,
            "\(file.path): holds \(matching.count) spectra of \(matching[0].level.map(\.description) ?? "one level"); "
                + "choose one with --spectrum:\n\(list)")
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

    private func choose(named name: String) throws -> Spectrum {
        if name.hasPrefix("#"), let number = Int(name.dropFirst()) {
            guard file.spectra.indices.contains(number - 1) else {
                throw CommandFailure(
                    .badData, "\(file.path): --spectrum \(name): the file holds \(file.spectra.count) spectra")
            }
            return file.spectra[number - 1]
        }
        for matches in [{ $0 == name }, { $0.lowercased() == name.lowercased() }] as [(String) -> Bool] {
            let found = file.spectra.filter { matches($0.name) }
            if let only = found.first, found.count == 1 { return only }
            if found.count > 1 {
                throw CommandFailure(
                    .badData,
                    "\(file.path): \(found.count) spectra are named \"\(name)\"; choose one by its number:\n\(list)")
            }
        }
        throw CommandFailure(.badData, "\(file.path): holds no spectrum named \"\(name)\"; it has:\n\(list)")
    }

    /// The spectra with their numbers, a line each; the first twenty of many.
    private var list: String {
        let shown = file.spectra.prefix(20).enumerated().map { index, spectrum in
            let sample = spectrum.sample.isEmpty ? "" : "  (\(spectrum.sample))"
            return "  #\(index + 1)  \(spectrum.name)\(sample)"
        }
        let rest = file.spectra.count - shown.count
        return (shown + (rest > 0 ? ["  and \(rest) more"] : [])).joined(separator: "\n")
    }
}
