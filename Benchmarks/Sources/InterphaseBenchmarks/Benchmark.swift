import Foundation
import Interphase

/// What can be measured.
enum Benchmark: String, CaseIterable {
    /// W1 with the background subtracted first, 10 parameters.
    case w1a = "w1-a"
    /// W1 with the background in the fit, 12 parameters, weights from the measured counts as the peers take them.
    case w1b = "w1-b"
    /// The same with weights from the expected counts, iterated: our default.
    case w1Poisson = "w1-b-poisson"
    /// W1 (b) with a full result for each spectrum: curves, findings, everything.
    case fullResult = "w1-b-full-result"
    /// W1 (b) with other line shapes.
    case sumShape = "w1-b-sgl"
    case voigtShape = "w1-b-voigt"
    case powersShape = "w1-b-la"
    /// Refits of one spectrum of W1 (b), weights iterated.
    case monteCarlo = "monte-carlo"
    /// Twenty spectra of W1 (b) as one least-squares problem.
    case jointSeries = "joint-series"
    /// The same with energies referenced to one of the lines, full results from one fitter.
    case calibrated = "w1-b-referenced"
    /// One pattern of 8,001 points with 60 pseudo-Voigt peaks, all of them fitted; items are patterns.
    case pattern = "w3"
    /// A whole batch over as many files of columns: found, read, fitted, reviewed, stored. User and system time of all
    /// threads.
    case batch = "batch-files"
    /// The same with energies referenced to one of the lines.
    case referencedBatch = "batch-files-referenced"
    /// Reading a VAMAS file of many short spectra; items are kB.
    case readVAMAS = "read-vamas"
    /// Reading a VAMAS file of few long spectra; items are kB.
    case readLongVAMAS = "read-vamas-long"
    /// Reading a file of two columns; items are kB.
    case readColumns = "read-columns"
    /// The phases of one powder pattern among all that come with the program.
    case identify

    struct Settings {
        var count: Int?
        var rounds: Int
        var workers: Int
        var furtherStarts: Int
        var results: String?
    }

    static let seed: UInt32 = 20_250_101

    func run(_ settings: Settings) throws -> Measurement {
        switch self {
        case .w1a: try fits(.glProduct(mix: 30), .none, .dataCounts, settings)
        case .w1b: try fits(.glProduct(mix: 30), .shirley, .dataCounts, settings)
        case .w1Poisson: try fits(.glProduct(mix: 30), .shirley, .poisson, settings)
        case .sumShape: try fits(.glSum(mix: 30), .shirley, .dataCounts, settings)
        case .voigtShape: try fits(.voigt, .shirley, .dataCounts, settings)
        case .powersShape:
            try fits(.lorentzianPowers(.init(high: 1.2, low: 1.4, steps: 200)), .shirley, .dataCounts, settings)
        case .fullResult: try fullResults(settings)
        case .monteCarlo: try refits(settings)
        case .jointSeries: try joint(settings)
        case .calibrated: try calibratedResults(settings)
        case .pattern: try pattern(settings)
        case .batch: try batch(settings, isReferenced: false)
        case .referencedBatch: try batch(settings, isReferenced: true)
        case .readVAMAS: try reading(settings)
        case .readLongVAMAS: try reading(settings, as: .vamas)
        case .readColumns: try reading(settings, as: .csv)
        case .identify: try identification(settings)
        }
    }

    func measurement(
        _ settings: Settings, count: Int, _ time: (user: Double, wall: Double), chi2: Double? = nil,
        evaluations: Double? = nil
    ) -> Measurement {
        Measurement(
            program: rawValue, count: count, microseconds: 1e6 * time.user / Double(count), wallSeconds: time.wall,
            peakMegabytes: peakMegabytes(), chi2: chi2, evaluationsPerFit: evaluations,
            instructionSet: "\(SIMDLevel.best)")
    }

    // MARK: - Peak fits

    private func fits(
        _ shape: LineShape, _ background: Background, _ weighting: Weighting, _ settings: Settings
    ) throws -> Measurement {
        let workload = try Workload(count: settings.count ?? 1000, seed: Self.seed)
        let isSubtracted = background == .none
        let spectra = workload.spectra(subtracted: isSubtracted)
        let variances = isSubtracted ? workload.variances : nil
        var model = Workload.model(background: background)
        model.shape = shape
        if shape == .voigt {
            for index in model.components.indices {
                model.components[index].width = nil
                model.components[index].gaussianWidth =
                    index % 2 == 1 ? .sameAs(Workload.names[index - 1]) : .free(start: 0.8, min: 0.2, max: 2.5)
                model.components[index].lorentzianWidth = .fixed(0.3)
            }
        }
        let options = FitOptions(weighting: weighting, furtherStarts: settings.furtherStarts)
        let prepared = try PreparedPeakModel(model, like: spectra[0], options: options)
        var fits: [CompactFit] = []
        let time = try timed(rounds: settings.rounds) {
            fits = try prepared.fitAll(spectra, variances: variances, workers: settings.workers).map { try $0.get() }
        }
        if let path = settings.results { try write(fits, to: path) }
        return measurement(
            settings, count: spectra.count, time, chi2: fits.reduce(0) { $0 + $1.chi2 },
            evaluations: Double(fits.reduce(0) { $0 + $1.convergence.evaluations }) / Double(fits.count))
    }

    /// Chi squared and the parameters of each fit under their names, with their standard uncertainties.
    private func write(_ fits: [CompactFit], to path: String) throws {
        let names = fits.first?.prepared.parameterNames ?? []
        var lines = [
            "chi2,free," + names.joined(separator: ",") + "," + names.map { "u(\($0))" }.joined(separator: ",")
        ]
        for fit in fits {
            let count = fit.values.count
            let uncertainties = (0..<count).map { (fit.covariance?[$0 * count + $0] ?? .nan).squareRoot() }
            let numbers = [fit.chi2, fit.atBound.isEmpty ? 1 : 0] + fit.values + uncertainties
            lines.append(numbers.map { "\($0)" }.joined(separator: ","))
        }
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func fullResults(_ settings: Settings) throws -> Measurement {
        let spectra = try Workload(count: settings.count ?? 200, seed: Self.seed).spectra(subtracted: false)
        let model = Workload.model(background: .shirley)
        var chi2 = 0.0
        let time = try timed(rounds: settings.rounds) {
            chi2 = 0
            for spectrum in spectra { chi2 += try model.fit(spectrum).statistics.chi2 }
        }
        return measurement(settings, count: spectra.count, time, chi2: chi2)
    }

    private func refits(_ settings: Settings) throws -> Measurement {
        let spectrum = try Workload(count: 3, seed: Self.seed).spectra(subtracted: false)[1]
        let fit = try Workload.model(background: .shirley).fit(spectrum)
        let trials = settings.count ?? 1000
        let time = try timed(rounds: settings.rounds) { _ = try fit.monteCarlo(trials: trials) }
        return measurement(settings, count: trials, time)
    }

    private func joint(_ settings: Settings) throws -> Measurement {
        let spectra = try Workload(count: settings.count ?? 20, seed: Self.seed).spectra(subtracted: false)
        let series = SpectrumSeries(
            name: "S 2p", variable: SeriesVariable("cycle"), values: spectra.indices.map { Double($0) },
            spectra: spectra)
        let model = Workload.model(background: .shirley)
        var chi2 = 0.0
        let time = try timed(rounds: settings.rounds) { chi2 = try model.fit(series).statistics.chi2 }
        return measurement(settings, count: spectra.count, time, chi2: chi2)
    }

    // MARK: - Files and phases

    private func reading(_ settings: Settings) throws -> Measurement {
        let spectra = try Workload(count: settings.count ?? 5000, seed: Self.seed).spectra(subtracted: false)
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("w1-\(getpid()).vms").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try SpectrumFile(path: path, format: "VAMAS", spectra: spectra).write(to: path, as: .vamas)
        let bytes = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        let time = try timed(rounds: settings.rounds) { _ = try SpectrumFile(contentsOf: path).spectra.count }
        return measurement(settings, count: max(1, bytes / 1000), time)
    }

    private func identification(_ settings: Settings) throws -> Measurement {
        let candidates = CandidatePhase.library
        let prepared = PreparedPhases(candidates, emission: .copper)
        let angles = (0...3250).map { 15 + 0.02 * Double($0) }
        var lines = angles.map { 50 + 200 * exp(-$0 / 40) }
        var numbers = RandomNumbers(seed: Self.seed, stream: 0)
        for (place, candidate) in candidates.filter({ ["Li2CO3", "Co3O4"].contains($0.name) }).enumerated() {
            let pattern = try PowderPattern(candidate.structure, settings: .init(emission: .copper, twoTheta: 5...130))
            let all = pattern.emissionLines()
            let strongest = all.map(\.intensityPerVolume).max() ?? 1
            for line in all {
                guard let profile = PseudoVoigt(fullWidth: 0.15, mixing: 0.5) else { continue }
                let height = (place == 0 ? 500 : 300) * line.intensityPerVolume / strongest
                for i in angles.indices where abs(angles[i] - line.twoTheta) < 4 {
                    lines[i] += height * profile.density(angles[i] - line.twoTheta)
                }
            }
        }
        let curve = try PatternCurve(
            twoTheta: angles, intensities: try lines.map { try numbers.poisson(mean: $0) })
        var found = 0
        let time = try timed(rounds: settings.rounds) {
            found = try PhaseIdentification(curve, emission: .copper, prepared: prepared).phases.count
        }
        guard found > 0 else { throw CocoaError(.featureUnsupported) }
        return measurement(settings, count: prepared.count, time)
    }
}
