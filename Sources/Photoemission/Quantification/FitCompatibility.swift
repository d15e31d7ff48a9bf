import Spectra

/// Whether the areas of several fits can be compared with each other.
struct FitCompatibility {
    let fits: [PeakFit]
    let transmission: TransmissionCorrection

    private var spectra: [Spectrum] { fits.compactMap { $0.workings?.spectrum } }

    /// What to divide the areas of each fit by, so that all are per second.
    func times() throws -> [Double] {
        if case .file = transmission.kind, Set(spectra.map { $0.transmission == nil }).count > 1 { try mixedFiles() }
        let times = fits.map { fit -> Double? in
            switch fit.unit {
            case .countsPerSecond: 1
            case .counts: fit.workings?.spectrum.acquisition.timePerChannel
            case .arbitrary: nil
            }
        }
        if times.allSatisfy({ $0 != nil }) { return times.compactMap { $0 } }
        guard Set(fits.map(\.unit)).count == 1, times.allSatisfy({ $0 == nil }) else {
            let unknown = zip(fits, times).filter { $0.1 == nil }.map { "\"\($0.0.spectrumName)\"" }
            throw QuantificationError.fits(
                "the time per channel of \(unknown.joined(separator: ", ")) is unknown, that of other spectra is known: "
                    + "their areas cannot be compared")
        }
        return fits.map { _ in 1 }
    }

    private func mixedFiles() throws {
        let without = spectra.filter { $0.transmission == nil }.map { "\"\($0.name)\"" }
        throw QuantificationError.correction(
            "the files give no transmission for \(without.joined(separator: ", ")), but do for other spectra; give a "
                + "table, or quantify without transmission")
    }

    /// What is doubtful about the comparison.
    func findings() -> [Finding] {
        var findings: [Finding] = []
        if fits.count > 1, fits.contains(where: { $0.unit != .countsPerSecond }),
            fits.allSatisfy({ $0.workings?.spectrum.acquisition.timePerChannel == nil || $0.unit == .arbitrary })
        {
            findings.append(
                Finding(
                    rule: "counting-time-unknown", severity: .warning,
                    message: "the files do not say how long each channel was measured; equal times are assumed"))
        }
        let passes = Set(spectra.compactMap(\.acquisition.passEnergy))
        if passes.count > 1 {
            let list = passes.sorted().map { "\($0)" }.joined(separator: ", ")
            findings.append(
                Finding(
                    rule: "pass-energies-differ", severity: .warning,
                    message: "the spectra were measured at pass energies of \(list) eV, at which the analyser lets "
                        + "through different shares of the electrons"))
        }
        if Set(spectra.compactMap(\.axis.photonEnergy).map { ($0 * 2).rounded() }).count > 1 {
            findings.append(
                Finding(
                    rule: "photon-energies-differ", severity: .error,
                    message: "the spectra were measured with different photon energies, so their areas do not compare"))
        }
        if case .file = transmission.kind, spectra.allSatisfy({ $0.transmission == nil }) {
            findings.append(
                Finding(
                    rule: "no-transmission", severity: .warning,
                    message: "the files give no transmission of the analyser; the same at all energies is assumed"))
        }
        return findings
    }
}
