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
    /// Columns, solver and buffers for the points and regions of a window.
    private final class Station {
        let energies: [Double]
        let regions: [Range<Int>]
        var workspace: FitWorkspace

        init(_ prepared: PreparedPeakModel, energies: [Double], regions: [Range<Int>]) {
            self.energies = energies
            self.regions = regions
            workspace = FitWorkspace(
                model: prepared.resolved, energies: energies, regions: regions, options: prepared.options)
        }
    }

    /// A search for the shift over the points of an axis.
    private final class Search {
        let energies: [Double]
        private var scan: ShiftScan?

        init(_ model: ResolvedModel, energies: [Double]) throws {
            self.energies = energies
            scan = try ShiftScan(model, energies: energies)
        }

        func shift(of data: FitData) throws -> Double { try scan?.bestShift(data) ?? 0 }
    }

    private var prepared: PreparedPeakModel
    /// For the spectra that `prepared` is ready for.
    private var station: Station
    /// Where the energies are referenced to a line, every step of its search has a window of its own; the last one used is
    /// the last.
    private var others: [Station] = []
    private static let mostStations = 24
    private var search: Search?
    private var intensities: [Double]
    private var variances: [Double]
    private var covariance: [Double]

    /// A fitter for the spectra that `prepared` is ready for, and for all others at the price of preparing more anew.
    public init(_ prepared: PreparedPeakModel) {
        self.prepared = prepared
        station = Self.station(prepared)
        intensities = prepared.fitter.intensities
        variances = []
        covariance = Self.covariance(prepared)
    }

    private static func station(_ prepared: PreparedPeakModel) -> Station {
        Station(prepared, energies: prepared.fitter.energies, regions: prepared.fitter.regions)
    }

    private static func covariance(_ prepared: PreparedPeakModel) -> [Double] {
        let count = prepared.resolved.nonlinear.count + prepared.resolved.linear.count
        return [Double](repeating: 0, count: count * count)
    }

    // MARK: - Fitting

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
        let station = station
        let end = try intensities.withUnsafeBufferPointer {
            try station.workspace.run(
                $0, subtracted: nil, variances: given == nil ? nil : variances, gain: gain, shift: 0)
        }
        return compact(end, station, isWeighted: given != nil || prepared.options.weighting != .unweighted)
    }

    /// Fits a spectrum with all that `PeakModel.fit` gives, curves and findings among it, and the same numbers.
    ///
    /// - Parameters:
    ///   - spectrum: the spectrum.
    ///   - given: the variances of its intensities, where they are known better than from its unit.
    /// - Throws: `FitError` where model and spectrum do not go together. A fit that did not converge is a result.
    public mutating func peakFit(_ spectrum: Spectrum, variances given: [Double]? = nil) throws -> PeakFit {
        var fit = try prepare(spectrum, given)
        let station = station(for: fit.fitter)
        let end = try station.workspace.run(fit.fitter)
        fit.outcome = station.workspace.outcome(end, subtracted: fit.fitter.subtracted)
        return try fit.assembled()
    }

    /// The same as `fit` with the error as a value.
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
        // The next spectrum may well be like this one.
        if prepared.isFixed, given == nil {
            let next = try prepared.like(spectrum)
            if next.isReady(for: spectrum) {
                prepared = next
                station = Self.station(prepared)
                return try fit(spectrum)
            }
        }
        let fit = try prepare(spectrum, given)
        let station = station(for: fit.fitter)
        intensities = fit.fitter.intensities
        let end = try station.workspace.run(fit.fitter)
        return compact(end, station, isWeighted: fit.fitter.isWeighted)
    }

    /// Model and spectrum made ready for each other; what does not depend on the intensities is there already.
    private mutating func prepare(_ spectrum: Spectrum, _ given: [Double]?) throws -> PreparedFit {
        let calibration = prepared.model.calibration(of: spectrum)
        if calibration != prepared.requested {
            prepared = try prepared.like(spectrum)
            station = Self.station(prepared)
            covariance = Self.covariance(prepared)
            others = []
            search = nil
        }
        let (data, shift) = try PreparedFit.data(spectrum, variances: given, calibration: calibration)
        var start: Double?
        if prepared.resolved.shiftIndex != nil {
            if search?.energies != data.energies {
                search = try Search(prepared.resolved, energies: data.energies)
            }
            start = try search?.shift(of: data)
        }
        return try PreparedFit(
            prepared.resolved, data, spectrum: spectrum, variances: given, calibration: calibration, shift: shift,
            options: prepared.options, startShift: start)
    }

    /// A workspace for the points of `fitter`.
    private mutating func station(for fitter: PeakFitter) -> Station {
        func fits(_ station: Station) -> Bool {
            station.energies == fitter.energies && station.regions == fitter.regions
        }
        if fits(station) { return station }
        let found: Station
        if let index = others.lastIndex(where: fits) {
            found = others.remove(at: index)
        } else {
            found = Station(prepared, energies: fitter.energies, regions: fitter.regions)
            if others.count >= Self.mostStations { others.removeFirst() }
        }
        others.append(found)
        return found
    }

    private func gain(of spectrum: Spectrum) -> Double {
        guard spectrum.unit != .counts else { return 1 }
        // The scatter is that of the whole spectrum.
        let all = prepared.isWhole ? intensities : prepared.fitter.data.order.map { spectrum.intensities[$0] }
        return FitData.gain(of: spectrum, intensities: all).gain
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
        // A spectrum of another axis may have been fitted before.
        if intensities.count != prepared.order.count { intensities = prepared.fitter.intensities }
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

    private mutating func compact(_ end: FitWorkspace.End, _ station: Station, isWeighted: Bool) -> CompactFit {
        let free = prepared.free, points = intensities.count
        let nonlinear = station.workspace.nonlinear, linear = station.workspace.linear
        let count = nonlinear.count + linear.count
        let values = free.map { $0 < nonlinear.count ? nonlinear[$0] : linear[$0 - nonlinear.count] }
        var own: [Double]?
        if covariance.withUnsafeMutableBufferPointer({ station.workspace.covariance(into: $0) }) {
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
        for (place, index) in free.enumerated() where station.workspace.isHeld(index) { atBound.append(place) }
        return CompactFit(
            prepared: prepared, values: values, covariance: own, atBound: atBound, chi2: end.chi2, points: points,
            ending: .init(
                outcome: end.outcome, weightsConverged: end.weightsConverged, evaluations: end.evaluations,
                starts: end.starts))
    }
}
