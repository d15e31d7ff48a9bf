import Dispatch
import Foundation
import Spectra
import SpectralMath

/// A model made ready for many spectra of one energy axis: defaults filled in, links followed, parameters laid out once.
///
/// ```swift
/// let prepared = try PreparedPeakModel(model, like: spectra[0])
/// for result in prepared.fitAll(spectra) {
///     switch result {
///     case .success(let fit): print(fit.components, fit.reducedChi2)
///     case .failure(let error): print(error)
///     }
/// }
/// ```
///
/// Spectra with another axis are fitted all the same; the model is then made ready anew for each.
public struct PreparedPeakModel: Sendable {
    /// What was prepared. A class so that the results of a million fits share it; it never changes.
    private final class Contents: Sendable {
        let model: PeakModel
        let options: FitOptions
        let axis: EnergyAxis
        let calibration: Calibration
        let fit: PreparedFit
        /// The parameters that are fitted, of all nonlinear and linear ones.
        let free: [Int]
        let names: [String]
        /// Where the points of the window stand in the spectrum.
        let order: [Int]
        /// Whether these are all points, in the order of the spectrum.
        let isWhole: Bool
        /// Whether spectra with this axis differ in nothing but intensities.
        let isFixed: Bool

        init(model: PeakModel, spectrum: Spectrum, options: FitOptions) throws {
            self.model = model
            self.options = options
            axis = spectrum.axis
            calibration = spectrum.calibration
            let fit = try PreparedFit(model: model, spectrum: spectrum, options: options)
            self.fit = fit
            let all = fit.model.nonlinear + fit.model.linear
            let free = all.indices.filter { all[$0].bounds.lowerBound < all[$0].bounds.upperBound }
            self.free = free
            names = free.map { all[$0].name }
            let order = fit.fitter.selection.indices.map { fit.fitter.data.order[$0] }
            self.order = order
            isWhole = order == Array(spectrum.intensities.indices)
            isFixed = fit.model.shiftIndex == nil && !fit.model.effective.background.hasSubtractedPart
        }
    }

    private let contents: Contents

    /// Makes `model` ready for spectra with the axis and calibration of `spectrum`.
    ///
    /// - Throws: `FitError` where model and spectrum do not go together.
    public init(_ model: PeakModel, like spectrum: Spectrum, options: FitOptions = FitOptions()) throws {
        contents = try Contents(model: model, spectrum: spectrum, options: options)
    }

    /// The model as it was given.
    public var model: PeakModel { contents.model }
    /// How spectra are fitted.
    public var options: FitOptions { contents.options }
    /// The names of the free parameters in the order of `CompactFit.values`, "PS4 3-.position", "background.constant".
    public var parameterNames: [String] { contents.names }

    var resolved: ResolvedModel { contents.fit.model }
    var fitter: PeakFitter { contents.fit.fitter }
    var free: [Int] { contents.free }
    var order: [Int] { contents.order }
    var isWhole: Bool { contents.isWhole }
    /// Whether spectra of one axis differ in nothing but intensities.
    var isFixed: Bool { contents.isFixed }
    /// How the binding energies are referenced.
    var requested: Calibration { contents.fit.requested }
    /// Whether `spectrum` differs from the one that this was prepared for in nothing but its intensities.
    func isReady(for spectrum: Spectrum) -> Bool {
        contents.isFixed && spectrum.axis == contents.axis && spectrum.calibration == contents.calibration
            && spectrum.intensities.count == contents.fit.fitter.data.order.count
    }

    /// The same for another spectrum.
    func like(_ spectrum: Spectrum) throws -> PreparedPeakModel {
        try PreparedPeakModel(contents.model, like: spectrum, options: contents.options)
    }

    // MARK: - Fitting

    /// A full result for one spectrum, as `PeakModel.fit`.
    public func peakFit(_ spectrum: Spectrum, variances: [Double]? = nil) throws -> PeakFit {
        try contents.model.fit(spectrum, variances: variances, options: contents.options)
    }

    /// Fits all spectra, each from the model's own start, spread over the processors.
    ///
    /// The results stand in the order of the spectra and do not depend, to the last bit, on the number of workers or on
    /// which spectra are fitted together. A spectrum that cannot be fitted leaves its error and stops no other.
    ///
    /// - Parameters:
    ///   - spectra: any number of spectra.
    ///   - variances: for each spectrum the variances of its intensities, where they are known better than from the unit.
    ///   - workers: how many spectra are fitted at a time; `nil` takes as many as there are processors.
    public func fitAll(
        _ spectra: [Spectrum], variances: [[Double]]? = nil, workers: Int? = nil
    ) -> [Result<CompactFit, FitError>] {
        precondition(variances == nil || variances?.count == spectra.count, "variances for each spectrum or for none")
        let workers = max(1, min(workers ?? ProcessInfo.processInfo.activeProcessorCount, spectra.count))
        // More pieces than workers, so that none waits long for the last.
        let pieces = workers == 1 ? 1 : min(spectra.count, 8 * workers)
        var results = [Result<CompactFit, FitError>?](repeating: nil, count: spectra.count)
        results.withUnsafeMutableBufferPointer { results in
            // Every piece writes its own results.
            nonisolated(unsafe) let results = results
            let queue = PieceQueue(count: pieces)
            DispatchQueue.concurrentPerform(iterations: workers) { _ in
                var fitter = SpectrumFitter(self)
                while let piece = queue.next() {
                    for index in (piece * spectra.count / pieces)..<((piece + 1) * spectra.count / pieces) {
                        results[index] = fitter.result(spectra[index], variances: variances?[index])
                    }
                }
            }
        }
        return results.map { $0 ?? .failure(.invalidSpectrum("the spectrum was not fitted")) }
    }
}
