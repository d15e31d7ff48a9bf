import Foundation
import Photoemission
import Spectra
import SpectrumFiles

/// How the fit of a spectrum ended.
public enum SpectrumStatus: String, Sendable, Hashable, CaseIterable {
    /// The fit ended at a minimum.
    case fitted
    /// The fit is no result; the message of the spectrum says why.
    case unconverged
    /// There is no fit; the message of the spectrum says why.
    case failed
}

/// How the reading of a file ended.
public enum FileStatus: String, Sendable, Hashable, CaseIterable {
    /// It has not been read to its end yet.
    case pending
    /// All of it was read.
    case read
    /// It could not be read, or not to its end.
    case failed
    /// It holds nothing that was asked for.
    case skipped
}

/// A spectrum that was chosen out of a file.
struct Candidate: Sendable {
    /// The place among the chosen spectra of the file, from 1.
    var ordinal: Int
    /// Which of the file's spectra it is, from 1.
    var number: Int
    /// Which slice of that spectrum it is, where it is an image.
    var slice: Int?
    var name: String
    var spectrum: Result<Spectrum, ReadError>
    var notes: [String]
}

/// What is stored of one spectrum and its fit.
struct SpectrumRecord: Sendable {
    var ordinal: Int
    var number: Int
    var slice: Int?
    var name: String
    var sample = ""
    var status = SpectrumStatus.failed
    var message: String?
    var coordinates: [SeriesCoordinate] = []
    var findings: [Finding]
    var fit: FitRecord?

    init(_ candidate: Candidate) {
        ordinal = candidate.ordinal
        number = candidate.number
        slice = candidate.slice
        name = candidate.name
        findings = candidate.notes.map { Finding(rule: "reading", severity: .note, message: $0) }
        if case .success(let spectrum) = candidate.spectrum {
            sample = spectrum.sample
            coordinates = spectrum.acquisition.coordinates
        }
    }
}

/// What is stored of a fit: all of it but the curves and the covariances.
struct FitRecord: Sendable {
    var level: CoreLevel?
    var unit: IntensityUnit
    var window: ClosedRange<Double>
    var shift: Measured
    var statistics: FitStatistics
    var convergence: Convergence
    var parameters: [(name: String, quantity: Measured, isAtBound: Bool)]
    var components: [(component: FittedComponent, atomicPercent: Measured?)]

    init(_ fit: PeakFit) {
        level = fit.level
        unit = fit.unit
        window = fit.window
        shift = fit.calibration.shift
        statistics = fit.statistics
        convergence = fit.convergence
        let count = fit.parameters.names.count
        let bound = Set(fit.parameters.atBound)
        parameters = fit.parameters.names.enumerated().map { index, name in
            let variance = fit.parameters.covariance[index * count + index]
            let isAtBound = bound.contains(name)
            let uncertainty = variance > 0 && !isAtBound ? variance.squareRoot() : nil
            return (name, Measured(fit.parameters.values[index], standardUncertainty: uncertainty), isAtBound)
        }
        let percentages = Self.atomicPercent(of: fit)
        components = zip(fit.components, percentages).map { ($0, $1) }
    }

    /// The share of each component in the atoms of all components. In one level that is its share in the areas; several
    /// levels are brought to atoms by Scofield's cross sections, where what that takes is known.
    private static func atomicPercent(of fit: PeakFit) -> [Measured?] {
        let levels = Set(fit.components.map(\.level))
        if levels.count == 1 {
            return fit.components.map { component in
                let fraction = component.fraction
                return Measured(
                    100 * fraction.value, standardUncertainty: fraction.standardUncertainty.map { 100 * $0 })
            }
        }
        guard let species = try? Quantification([fit]).species, species.count == fit.components.count else {
            return fit.components.map { _ in nil }
        }
        return species.map(\.atomicPercent)
    }
}

/// Fits spectra of a batch, each on its own: a result does not depend on its neighbours, nor on who fits them.
///
/// Memory is laid out once for all spectra of an axis, so that each thread needs a fitter of its own. Unchecked Sendable,
/// because that is what the rounds of a batch see to.
final class BatchFitter: @unchecked Sendable {
    private let recipe: Recipe
    private let options: FitOptions
    private var fitter: SpectrumFitter?

    init(_ recipe: Recipe) {
        self.recipe = recipe
        options = FitOptions(weighting: recipe.weighting)
    }

    /// The fit of one spectrum; the only place from which a batch calls the fit.
    private func fit(_ spectrum: Spectrum) throws -> PeakFit {
        // Where the first spectrum cannot be fitted, the next one may.
        if fitter == nil {
            fitter = SpectrumFitter(try PreparedPeakModel(recipe.model, like: spectrum, options: options))
        }
        guard let fit = try fitter?.peakFit(spectrum) else { return try recipe.model.fit(spectrum, options: options) }
        return fit
    }

    /// What comes of `candidate`, a spectrum of `input`. Never throws: what goes wrong is recorded.
    func record(of candidate: Candidate, in input: BatchInput) -> SpectrumRecord {
        var record = SpectrumRecord(candidate)
        do {
            let fit = try fit(try candidate.spectrum.get())
            record.fit = FitRecord(fit)
            record.findings += fit.findings
            record.status = fit.convergence.converged ? .fitted : .unconverged
            if !fit.convergence.converged { record.message = fit.convergence.reason }
        } catch {
            record.message = input.message(error)
        }
        return record
    }
}

extension BatchInput {
    /// An error in words, in which the file goes by its name in the results: paths differ between machines.
    func message(_ error: any Error) -> String { "\(error)".replacingOccurrences(of: path, with: name) }
}
