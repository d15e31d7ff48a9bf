import Spectra
import SpectralMath

extension PeakModel {
    /// What spectra of a series share unless stated otherwise: everything that is a property of the species and of the
    /// instrument. Positions belong to it where the energies of each spectrum are referenced to a line of its own.
    public static let sharedQuantities: Set<ComponentQuantity> = [
        .width, .splitting, .areaRatio, .widthRatio, .mixing, .gaussianWidth, .lorentzianWidth, .asymmetry,
    ]

    /// Fits all spectra of a series as one least-squares problem: shared parameters have one value, areas, background
    /// and shift belong to each spectrum. The covariance is that of all parameters together.
    ///
    /// Time and memory grow linearly with the number of spectra.
    ///
    /// - Parameters:
    ///   - series: spectra of one level.
    ///   - sharing: the quantities of components that are shared; `nil` takes `sharedQuantities`, and positions where the
    ///     calibration is a line.
    ///   - shiftStep: by how much the shift of a calibration line changes from one spectrum to the next: a standard
    ///     deviation in eV for the usual distance between neighbours (the median of `series.values`), growing with the
    ///     square root of the distance, as for a random walk. It joins the data as one datum for each step. `nil` leaves
    ///     the shifts free.
    ///   - options: as for single fits; a joint fit needs weights.
    ///
    /// - Throws: `FitError` where model and spectra do not go together.
    public func fit(
        _ series: SpectrumSeries, sharing: Set<ComponentQuantity>? = nil, shiftStep: Double? = nil,
        options: FitOptions = FitOptions()
    ) throws -> SeriesFit {
        guard options.weighting != .unweighted else {
            throw FitError.invalidModel("a joint fit needs weights, so that spectra count by what they know")
        }
        var members = try SeriesMembers(model: self, series: series, options: options)
        try members.fitEach()
        var fitter = try JointSeriesFitter(members: members, sharing: sharing, shiftStep: shiftStep)
        return try fitter.run()
    }

    /// Fits the spectra of a series one by one, each starting from the result of its neighbour.
    ///
    /// - Throws: `FitError` where model and spectra do not go together.
    public func fitEach(of series: SpectrumSeries, options: FitOptions = FitOptions()) throws -> SeriesFit {
        var members = try SeriesMembers(model: self, series: series, options: options)
        try members.fitEach()
        let fits = try members.members.map { try $0.assembled() }
        let statistics = fits.map(\.statistics)
        let points = statistics.reduce(0) { $0 + $1.points }
        let parameters = statistics.reduce(0) { $0 + $1.freeParameters }
        let chi2 = statistics.reduce(0) { $0 + $1.chi2 }
        let failed = fits.filter { !$0.convergence.converged }
        return SeriesFit(
            name: series.name, variable: series.variable, values: series.values, fits: fits, isJoint: false,
            shared: FittedParameters(names: [], values: [], covariance: [], atBound: []),
            statistics: SeriesStatistics(
                points: points, freeParameters: parameters, chi2: chi2,
                reducedChi2: chi2 / Double(max(1, points - parameters))),
            convergence: Convergence(
                converged: failed.isEmpty,
                reason: failed.isEmpty
                    ? "all fits converged" : "\(failed.count) of \(fits.count) fits did not converge",
                evaluations: fits.reduce(0) { $0 + $1.convergence.evaluations },
                starts: fits.reduce(0) { $0 + $1.convergence.starts }),
            findings: [])
    }
}

/// The spectra of a series with one model.
struct SeriesMembers {
    let series: SpectrumSeries
    let options: FitOptions
    var members: [PreparedFit] = []

    init(model: PeakModel, series: SpectrumSeries, options: FitOptions) throws {
        self.series = series
        self.options = options
        guard !series.spectra.isEmpty else { throw FitError.invalidSpectrum("the series \"\(series.name)\" is empty") }
        for (index, spectrum) in series.spectra.enumerated() {
            do {
                members.append(try PreparedFit(model: model, spectrum: spectrum, options: options))
            } catch let error as FitError {
                throw Self.named(error, index, spectrum)
            }
        }
        guard let first = members.first,
            members.allSatisfy({ $0.model.nonlinear == first.model.nonlinear && $0.model.linear == first.model.linear })
        else {
            throw FitError.invalidSpectrum(
                "the spectra of the series \"\(series.name)\" are calibrated in different ways")
        }
    }

    /// An error with the place in the series that it belongs to.
    private static func named(_ error: FitError, _ index: Int, _ spectrum: Spectrum) -> FitError {
        let place = "spectrum \(index + 1) of the series (\"\(spectrum.name)\"): "
        return switch error {
        case .invalidSpectrum(let what): .invalidSpectrum(place + what)
        case .background(let what): .background(place + what)
        case .windowMissesData: .invalidSpectrum(place + error.description)
        default: error
        }
    }

    /// Fits each spectrum, from the result of the one before it; where that ends badly also from the model's own start.
    mutating func fitEach() throws {
        var neighbour: [Double]?
        for index in members.indices {
            var outcome = try members[index].fitter.run(from: neighbour)
            if neighbour != nil, isPoor(outcome, members[index]) {
                let other = try members[index].fitter.run()
                if other.solution.chi2 < outcome.solution.chi2 { outcome = other }
            }
            members[index].outcome = outcome
            if outcome.solution.outcome == .converged { neighbour = outcome.solution.nonlinear }
        }
    }

    private func isPoor(_ outcome: PeakFitter.Outcome, _ member: PreparedFit) -> Bool {
        guard outcome.solution.outcome == .converged else { return true }
        let degrees = Double(
            max(1, member.fitter.energies.count - member.model.nonlinear.count - member.model.linear.count))
        return member.fitter.isWeighted && outcome.solution.chi2 / degrees > 1 + 5 * (2 / degrees).squareRoot()
    }
}
