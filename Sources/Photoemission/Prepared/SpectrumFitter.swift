import Spectra
import SpectralMath

/// Fits one spectrum after the other with a prepared model. Owns the memory that this takes: one for each thread.
///
/// A result depends on its spectrum alone, so spectra may be fitted in any order and by any number of fitters.
///
/// ```swift
/// var fitter = SpectrumFitter(prepared)
/// for spectrum in spectra { print(try fitter.fit(spectrum).chi2) }
/// ```
public struct SpectrumFitter: ~Copyable {
    private var prepared: PreparedPeakModel
    private var workspace: FitWorkspace
    private var intensities: [Double]
    private var variances: [Double]
    private var covariance: [Double]

    /// A fitter for the spectra that `prepared` is ready for, and for all others at the price of preparing the model anew.
    public init(_ prepared: PreparedPeakModel) {
        self.prepared = prepared
        workspace = Self.workspace(prepared)
        intensities = prepared.fitter.intensities
        variances = []
        covariance = Self.covariance(prepared)
    }

    private static func covariance(_ prepared: PreparedPeakModel) -> [Double] {
        let count = prepared.resolved.nonlinear.count + prepared.resolved.linear.count
        return [Double](repeating: 0, count: count * count)
    }

    private static func workspace(_ prepared: PreparedPeakModel) -> FitWorkspace {
        FitWorkspace(
            model: prepared.resolved, energies: prepared.fitter.energies, regions: prepared.fitter.regions,
            options: prepared.options)
    }

    /// Fits a spectrum, as `PeakModel.fit`.
    ///
    /// - Parameters:
    ///   - spectrum: the spectrum.
    ///   - given: the variances of its intensities, where they are known better than from its unit.
    /// - Throws: `FitError` where model and spectrum do not go together. A fit that did not converge is a result.
    public mutating func fit(_ spectrum: Spectrum, variances given: [Double]? = nil) throws -> CompactFit {
        guard prepared.isReady(for: spectrum) else { return try fitAnew(spectrum, given) }
        try gather(spectrum, given)
        let gain = gain(of: spectrum)
        let end = try intensities.withUnsafeBufferPointer {
            try workspace.run(
                $0, subtracted: nil, variances: given == nil ? nil : variances, gain: gain, shift: 0)
        }
        return compact(end, isWeighted: given != nil || prepared.options.weighting != .unweighted)
    }

    private func gain(of spectrum: Spectrum) -> Double {
        guard spectrum.unit != .counts else { return 1 }
        // The scatter is that of the whole spectrum.
        let all = prepared.isWhole ? intensities : prepared.fitter.data.order.map { spectrum.intensities[$0] }
        return FitData.gain(of: spectrum, intensities: all).gain
    }

    /// The same with the error as a value.
    mutating func result(_ spectrum: Spectrum, variances: [Double]?) -> Result<CompactFit, FitError> {
        do {
            return .success(try fit(spectrum, variances: variances))
        } catch let error as FitError {
            return .failure(error)
        } catch {
            return .failure(.invalidSpectrum("\"\(spectrum.name)\": \(error)"))
        }
    }

    /// Where more than the intensities differs: another axis or unit, a shift or background that is found from the data.
    private mutating func fitAnew(_ spectrum: Spectrum, _ given: [Double]?) throws -> CompactFit {
        let next = try prepared.like(spectrum)
        var fitter = next.fitter
        if let given {
            fitter = try PreparedFit(
                model: next.model, spectrum: spectrum, variances: given, options: next.options
            ).fitter
        }
        let isSame = next.resolved.nonlinear == prepared.resolved.nonlinear
        if !isSame || fitter.energies != prepared.fitter.energies || fitter.regions != prepared.fitter.regions {
            workspace = Self.workspace(next)
            covariance = Self.covariance(next)
        }
        prepared = next
        intensities = fitter.intensities
        let end = try workspace.run(fitter)
        return compact(end, isWeighted: fitter.isWeighted)
    }

    /// Takes the points of the window in order of rising binding energy, and checks the spectrum as a single fit does.
    private mutating func gather(_ spectrum: Spectrum, _ given: [Double]?) throws {
        guard Self.areFinite(spectrum.intensities),
            given.map({ $0.count == spectrum.intensities.count && Self.areFinite($0) && $0.allSatisfy { $0 > 0 } })
                ?? true
        else {
            // Says what is wrong.
            _ = try FitData(spectrum, variances: given)
            throw FitError.invalidSpectrum("\"\(spectrum.name)\" cannot be fitted")
        }
        if prepared.isWhole {
            intensities = spectrum.intensities
            if let given { variances = given }
            return
        }
        for (place, index) in prepared.order.enumerated() { intensities[place] = spectrum.intensities[index] }
        guard let given else { return }
        variances = prepared.order.map { given[$0] }
    }

    /// Whether no number is infinite or NaN: exponents with all bits set, found without a branch for each number.
    private static func areFinite(_ values: [Double]) -> Bool {
        let exponent: UInt64 = 0x7ff0_0000_0000_0000
        var overflow: UInt64 = 0
        for value in values { overflow |= (value.bitPattern & exponent) &+ 0x0010_0000_0000_0000 }
        return overflow >> 63 == 0
    }

    private mutating func compact(_ end: FitWorkspace.End, isWeighted: Bool) -> CompactFit {
        let free = prepared.free, points = intensities.count
        let nonlinear = workspace.nonlinear, linear = workspace.linear
        let count = nonlinear.count + linear.count
        let values = free.map { $0 < nonlinear.count ? nonlinear[$0] : linear[$0 - nonlinear.count] }
        var own: [Double]?
        if covariance.withUnsafeMutableBufferPointer({ workspace.covariance(into: $0) }) {
            // Without weights the variance of a point is taken from the residuals.
            let scale = isWeighted ? 1 : end.chi2 / Double(max(1, points - free.count))
            own = [Double](unsafeUninitializedCapacity: free.count * free.count) { result, size in
                var place = 0
                for row in free {
                    for column in free {
                        result[place] = covariance[row * count + column] * scale
                        place += 1
                    }
                }
                size = place
            }
        }
        var atBound: [Int] = []
        for (place, index) in free.enumerated() where workspace.isHeld(index) { atBound.append(place) }
        return CompactFit(
            prepared: prepared, values: values, covariance: own, atBound: atBound, chi2: end.chi2, points: points,
            ending: .init(
                outcome: end.outcome, weightsConverged: end.weightsConverged, evaluations: end.evaluations,
                starts: end.starts))
    }
}
