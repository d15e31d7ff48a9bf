import CInterphase
import Dispatch
import Foundation
import Interphase

/// A prepared model with the fitters that it has made: one for each thread that fits at a time, kept for the next batch.
final class BatchFitter: @unchecked Sendable {
    // Unchecked, because of the fitters at rest, which the lock guards.

    /// A fitter that can be put away.
    private final class Worker {
        var fitter: SpectrumFitter
        init(_ prepared: PreparedPeakModel) { fitter = SpectrumFitter(prepared) }
    }

    let prepared: PreparedPeakModel
    let prototype: Spectrum
    let componentNames: [String]
    private let lock = NSLock()
    private var resting: [Worker] = []

    init(_ recipe: Recipe, like spectrum: Spectrum) throws {
        prepared = try PreparedPeakModel(
            recipe.model, like: spectrum, options: FitOptions(weighting: recipe.weighting))
        // What fits do not look at would be copied with each.
        var bare = spectrum
        bare.columns = []
        bare.comments = []
        bare.fits = []
        prototype = bare
        componentNames = recipe.model.components.map(\.name)
    }

    private func takeWorker() -> Worker {
        lock.lock()
        let rested = resting.popLast()
        lock.unlock()
        return rested ?? Worker(prepared)
    }

    private func putAway(_ worker: Worker) {
        lock.lock()
        defer { lock.unlock() }
        if resting.count < 64 { resting.append(worker) }
    }

    /// Fits the spectra of `batch`, which has been checked. Throws `CancellationError` where it was cancelled.
    func fit(_ batch: interphase_batch) throws {
        let rows = BatchRows(batch, parameters: prepared.parameterNames.count, components: componentNames.count)
        // Asking for the number of processors takes as long as a tenth of a fit.
        let asked = batch.workers > 0 ? Int(batch.workers) : ProcessInfo.processInfo.activeProcessorCount
        let workers = min(asked, batch.spectra)
        if workers == 1 {
            let worker = takeWorker()
            defer { putAway(worker) }
            for index in 0..<batch.spectra { fit(index, rows, worker) }
        } else {
            let pieces = PieceQueue(count: min(batch.spectra, 16 * workers))
            DispatchQueue.concurrentPerform(iterations: workers) { _ in
                let worker = self.takeWorker()
                while let piece = pieces.next() {
                    let first = piece * rows.count / pieces.count, end = (piece + 1) * rows.count / pieces.count
                    for index in first..<end { self.fit(index, rows, worker) }
                }
                self.putAway(worker)
            }
        }
        if rows.isCancelled { throw CancellationError() }
    }

    private func fit(_ index: Int, _ rows: BatchRows, _ worker: Worker) {
        guard !rows.isCancelled else { return rows.setNothing(index, outcome: INTERPHASE_NOT_FITTED) }
        var spectrum = prototype
        spectrum.intensities = rows.intensities(index)
        if let result = try? worker.fitter.fit(spectrum, variances: rows.variances(index)) {
            rows.set(index, result)
        } else {
            rows.setNothing(index, outcome: INTERPHASE_FAILED)
        }
        rows.countOne()
    }
}

/// The arrays of the caller. Each row is read and written by the one worker that fits its spectrum: hence unchecked.
private struct BatchRows: @unchecked Sendable {
    private let batch: interphase_batch
    private let parameters: Int
    private let components: Int
    private let stride: Int

    init(_ batch: interphase_batch, parameters: Int, components: Int) {
        self.batch = batch
        self.parameters = parameters
        self.components = components
        stride = batch.stride == 0 ? batch.points : batch.stride
    }

    var count: Int { batch.spectra }
    var isCancelled: Bool { interphase_flag_is_set(batch.cancel) != 0 }
    func countOne() { interphase_count_one(batch.done) }

    func intensities(_ index: Int) -> [Double] {
        Array(UnsafeBufferPointer(start: batch.intensities.map { $0 + index * stride }, count: batch.points))
    }

    func variances(_ index: Int) -> [Double]? {
        batch.variances.map { Array(UnsafeBufferPointer(start: $0 + index * stride, count: batch.points)) }
    }

    /// The results of a spectrum that has none.
    func setNothing(_ index: Int, outcome: Int) {
        fill(batch.values, index, parameters)
        fill(batch.uncertainties, index, parameters)
        fill(batch.covariances, index, parameters * parameters)
        fill(batch.quantities, index, components * 8)
        fill(batch.chi2, index, 1)
        batch.outcomes?[index] = Int32(outcome)
    }

    private func fill(_ array: UnsafeMutablePointer<Double>?, _ index: Int, _ count: Int) {
        array.map { ($0 + index * count).update(repeating: .nan, count: count) }
    }

    func set(_ index: Int, _ fit: CompactFit) {
        if let values = batch.values {
            for (place, value) in fit.values.enumerated() { values[index * parameters + place] = value }
        }
        if let uncertainties = batch.uncertainties {
            fill(uncertainties, index, parameters)
            if let covariance = fit.covariance {
                for place in 0..<parameters where !fit.atBound.contains(place) {
                    let variance = covariance[place * parameters + place]
                    if variance > 0 { uncertainties[index * parameters + place] = variance.squareRoot() }
                }
            }
        }
        if let covariances = batch.covariances {
            fill(covariances, index, parameters * parameters)
            if let covariance = fit.covariance {
                let first = index * parameters * parameters
                for (place, value) in covariance.enumerated() { covariances[first + place] = value }
            }
        }
        if let quantities = batch.quantities { set(quantities + index * components * 8, fit.components) }
        batch.chi2?[index] = fit.chi2
        batch.outcomes?[index] = Int32(outcome(of: fit))
    }

    private func set(_ quantities: UnsafeMutablePointer<Double>, _ components: [FittedComponent]) {
        var place = quantities
        for component in components {
            for quantity in [component.position, component.trueFWHM, component.area, component.fraction] {
                place[0] = quantity.value
                place[1] = quantity.standardUncertainty ?? .nan
                place += 2
            }
        }
    }

    private func outcome(of fit: CompactFit) -> Int {
        if fit.convergence.converged { return INTERPHASE_CONVERGED }
        return fit.covariance == nil ? INTERPHASE_UNDETERMINED : INTERPHASE_NOT_CONVERGED
    }
}
