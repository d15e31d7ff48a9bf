import ArgumentParser
import Interphase

/// What to compute beyond the fit itself.
struct FitUncertaintyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Intervals at 68.3 and 95 %: \(UncertaintyMethod.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "method"))
    var uncertainty: String?

    @Option(help: ArgumentHelp("Simulated spectra, for --uncertainty monte-carlo.", valueName: "number"))
    var trials = 1000

    @Option(help: ArgumentHelp("Seed of the simulation.", valueName: "number"))
    var seed: UInt32 = 1

    @Option(
        name: .customLong("upper-limit"),
        help: ArgumentHelp(
            "How much of this species the spectrum can hide (95 %): a component, or a species of the library. Repeat "
                + "for more.", valueName: "species"))
    var upperLimits: [String] = []

    @Flag(help: "Repeat the fit with other windows and backgrounds, and give the spread of the results.")
    var systematic = false

    private var method: UncertaintyMethod? { uncertainty.flatMap(UncertaintyMethod.init) }

    func validate() throws {
        if let uncertainty, method == nil {
            let known = UncertaintyMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--uncertainty \(uncertainty): expected one of \(known)")
        }
        guard (2...1_000_000).contains(trials) else {
            throw ValidationError("--trials \(trials): expected a number from 2 to 1000000")
        }
    }

    /// What was asked for, of `fit`. A fit that did not converge has none of it; its findings say so.
    func supplement(of fit: PeakFit) throws -> FitSupplement {
        guard fit.convergence.converged else { return FitSupplement() }
        do {
            return FitSupplement(
                uncertainty: try method.map { try fit.uncertainty($0, trials: trials, seed: seed) },
                upperLimits: try upperLimits.map { try fit.upperLimit(of: $0) },
                systematicSpread: systematic ? try fit.systematicSpread() : nil)
        } catch FitError.noSuchQuantity(let what) {
            throw CommandFailure(.usage, "--upper-limit: \(what)")
        } catch let error as FitError {
            throw CommandFailure(.badData, "\(fit.spectrumName): \(error)")
        }
    }
}
