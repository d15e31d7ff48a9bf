import Foundation
import Interphase

extension Benchmark {
    private func inFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder.path)
    }

    /// Reading one file of four long spectra, or of one.
    func reading(_ settings: Settings, as format: SpectrumOutputFormat) throws -> Measurement {
        try inFolder { folder in
            let points = settings.count ?? 500_000
            var numbers = RandomNumbers(seed: Self.seed, stream: 0)
            let energies = (0..<points).map { Double(100_000 + $0) / 1000 }
            let counts = try energies.map { _ in try numbers.poisson(mean: 1500) }
            let spectrum = Spectrum(
                name: "S 2p", level: .s2p, axis: EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6),
                intensities: counts, unit: .counts)
            let path = "\(folder)/long.\(format == .csv ? "csv" : "vms")"
            let spectra = format == .csv ? [spectrum] : [spectrum, spectrum, spectrum, spectrum]
            try SpectrumFile(path: path, format: "", spectra: spectra).write(to: path, as: format)
            let bytes = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
            let time = try timed(rounds: settings.rounds) { _ = try SpectrumFile(contentsOf: path).spectra.count }
            return measurement(settings, count: max(1, bytes / 1000), time)
        }
    }

    /// A batch over the spectra of W1 (b), each a file of two columns.
    func batch(_ settings: Settings, isReferenced: Bool) throws -> Measurement {
        try inFolder { folder in
            let count = settings.count ?? 1000
            let workload = try Workload(count: count, seed: Self.seed)
            for (index, counts) in workload.counts.enumerated() {
                var text = "Binding energy (eV),Counts\n"
                for (energy, value) in zip(workload.energies, counts) {
                    let hundredths = Int((100 * energy).rounded())
                    let rest = hundredths % 100
                    text += "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest),\(Int(value))\n"
                }
                try text.write(toFile: "\(folder)/s2p-\(10_000 + index).csv", atomically: false, encoding: .utf8)
            }
            var model = Workload.model(background: .shirley)
            if isReferenced { model.calibration = .line(Workload.names[1], at: Workload.nominal[1]) }
            let run = BatchRun(
                settings: BatchSettings(
                    recipe: Recipe(model: model), selection: BatchSelection(level: .s2p),
                    reading: ReadOptions(energyScale: .binding, photonEnergy: 1486.6, unit: .counts),
                    program: "benchmark"), threads: settings.workers)
            let session = BatchSession(
                started: "", host: "", folder: folder, command: "benchmark", threads: settings.workers)
            var number = 0
            let time = try timed(rounds: settings.rounds, clock: processorSeconds) {
                number += 1
                let output = "\(folder)/results-\(number).sqlite"
                let summary = try run.run(
                    BatchInput.find(["\(folder)"]).filter { $0.name.hasSuffix(".csv") },
                    output: output, session: session)
                guard summary.spectraNow == count else { throw CocoaError(.fileReadCorruptFile) }
            }
            return measurement(settings, count: count, time)
        }
    }

    /// Full results of W1 (b) referenced to one of its lines, by one fitter.
    func calibratedResults(_ settings: Settings) throws -> Measurement {
        let spectra = try Workload(count: settings.count ?? 200, seed: Self.seed).spectra(subtracted: false)
        var model = Workload.model(background: .shirley)
        model.calibration = .line(Workload.names[1], at: Workload.nominal[1])
        let prepared = try PreparedPeakModel(model, like: spectra[0])
        var chi2 = 0.0
        let time = try timed(rounds: settings.rounds) {
            var fitter = SpectrumFitter(prepared)
            chi2 = 0
            for spectrum in spectra { chi2 += try fitter.peakFit(spectrum).statistics.chi2 }
        }
        return measurement(settings, count: spectra.count, time, chi2: chi2)
    }

    /// Workload W3: 60 peaks between 10 and 90 degrees.
    func pattern(_ settings: Settings) throws -> Measurement {
        var numbers = RandomNumbers(seed: Self.seed, stream: 0)
        let angles = (0...8000).map { 10 + 0.01 * Double($0) }
        var intensities = angles.map { angle in
            let t = (angle - 50) / 40
            return 120 - 60 * t + 25 * (2 * t * t - 1)
        }
        for index in 0..<60 {
            let center = 12 + 76 * (Double(index) + 0.4 * numbers.gaussian()) / 60
            let width = 0.08 + 0.0012 * center, height = 200 * exp(1.2 * numbers.gaussian())
            guard let profile = PseudoVoigt(fullWidth: width, mixing: 0.4) else { continue }
            for (i, angle) in angles.enumerated() {
                intensities[i] += height * profile.density(angle - center) / profile.density(0)
            }
        }
        let curve = try PatternCurve(
            twoTheta: angles, intensities: try intensities.map { try numbers.poisson(mean: $0) })
        guard let emission = EmissionSpectrum(wavelength: 1.5405929) else { throw CocoaError(.featureUnsupported) }
        var found = 0
        let time = try timed(rounds: settings.rounds) {
            found = try PeakFitting()(curve, emission: emission).peaks.count
        }
        guard found > 40 else { throw CocoaError(.featureUnsupported) }
        return measurement(settings, count: 1, time)
    }
}
