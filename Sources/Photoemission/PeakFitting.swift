import Foundation
import Spectra
import SpectralMath

extension PeakModel {
    /// Fits the model to a spectrum.
    ///
    /// Areas and background coefficients are solved linearly inside a bounded least-squares fit of positions, widths
    /// and the Shirley strength. Poisson weights are iterated until they agree with the fit. Where the first start
    /// leads to a poor fit, further starts spread over the bounds are tried and the best result is kept.
    ///
    /// - Throws: `FitError` where model and spectrum do not go together. A fit that did not converge is a result, with
    ///   the reason in `convergence` and a finding of severity error.
    ///
    /// - Parameters:
    ///   - spectrum: the spectrum; its unit and time per channel give the counting statistics.
    ///   - variances: the variances of the intensities in the order of the spectrum, where they are known better than
    ///     from its unit, for example after a subtraction. They take the place of the weights in `options`.
    ///   - options: weights, further starts, tolerance.
    public func fit(
        _ spectrum: Spectrum, variances: [Double]? = nil, options: FitOptions = FitOptions()
    ) throws -> PeakFit {
        var prepared = try PreparedFit(model: self, spectrum: spectrum, variances: variances, options: options)
        prepared.outcome = try prepared.fitter.run()
        return try prepared.assembled()
    }
}

extension PeakModel {
    /// How the energies of `spectrum` are referenced: as the model states, or as the spectrum was before.
    func calibration(of spectrum: Spectrum) -> Calibration {
        calibration == .none ? spectrum.calibration : calibration
    }
}

/// A spectrum and a model made ready for each other, alone or as one of a series; after `fitter` has run, its result.
struct PreparedFit {
    let spectrum: Spectrum
    let model: ResolvedModel
    let variances: [Double]?
    let requested: Calibration
    /// A shift that was given and has been added to the energies already.
    let shift: Double
    let options: FitOptions
    var fitter: PeakFitter
    var outcome: PeakFitter.Outcome?

    init(model: PeakModel, spectrum: Spectrum, variances: [Double]? = nil, options: FitOptions) throws {
        let requested = model.calibration(of: spectrum)
        let resolved = try model.resolved(calibration: requested)
        let (data, shift) = try Self.data(spectrum, variances: variances, calibration: requested)
        try self.init(
            resolved, data, spectrum: spectrum, variances: variances, calibration: requested, shift: shift,
            options: options)
    }

    /// - Parameters:
    ///   - data: the points of the spectrum with that shift, as `data(_:variances:calibration:)` gives them.
    ///   - startShift: where the search for the shift of a calibration line would end, in eV, where that is known.
    init(
        _ model: ResolvedModel, _ data: FitData, spectrum: Spectrum, variances: [Double]?, calibration: Calibration,
        shift: Double, options: FitOptions, startShift: Double? = nil
    ) throws {
        requested = calibration
        self.model = model
        self.shift = shift
        self.spectrum = spectrum
        self.variances = variances
        self.options = options
        fitter = try PeakFitter(model: model, data: data, options: options, startShift: startShift)
    }

    /// The points of a spectrum, and the shift in eV that has been added to their energies because it is given.
    static func data(
        _ spectrum: Spectrum, variances: [Double]?, calibration: Calibration
    ) throws -> (data: FitData, shift: Double) {
        var data = try FitData(spectrum, variances: variances)
        guard case .shift(let given) = calibration else { return (data, 0) }
        data.energies = data.energies.map { $0 + given.value }
        return (data, given.value)
    }

    func assembled() throws -> PeakFit {
        guard let outcome else { throw FitError.invalidSpectrum("\"\(spectrum.name)\" was not fitted") }
        var fit = try FitAssembly(
            spectrum: spectrum, model: model, fitter: fitter, outcome: outcome, calibration: requested, shift: shift,
            options: options
        ).result()
        fit.workings = FitWorkings(
            spectrum: spectrum, givenVariances: variances, options: options, fitter: fitter, solution: outcome.solution,
            weights: outcome.weights)
        return fit
    }
}

/// One spectrum and one model on their way to a solution.
struct PeakFitter {
    /// A solution with the weights it was found under.
    struct Outcome {
        var solution: SeparableSolution
        var weights: [Double]
        var evaluations: Int
        var starts: Int
        var background: [Double]
        var components: [[Double]]
        /// Why a fit that ended at a minimum still cannot be trusted, if so.
        var weightsConverged: Bool
    }

    let model: ResolvedModel
    let data: FitData
    let options: FitOptions
    let energies: [Double]
    let intensities: [Double]
    let subtracted: [Double]
    /// What was subtracted, named with units.
    let subtractedParameters: [NamedMeasurement]
    /// The points that each part of the background covers.
    let regions: [Range<Int>]
    /// Which points of `data` are fitted, and which of them each part of the background covers.
    let selection: BackgroundRegions
    /// The variances of the points in the window, where the caller knows them.
    let variances: [Double]?
    /// Where the fitted shift starts.
    let startShift: Double

    /// - Parameter given: where the search for the shift of a calibration line would end, in eV, where that is known.
    init(model: ResolvedModel, data: FitData, options: FitOptions, startShift given: Double? = nil) throws {
        self.model = model
        self.data = data
        self.options = options
        guard let first = data.energies.first, let last = data.energies.last else {
            throw FitError.invalidSpectrum("the spectrum has no point")
        }
        startShift = try model.shiftIndex == nil ? 0 : given ?? Self.findShift(model, data)
        // A line at energy E after calibration stands at E - shift in the data.
        let window = model.effective.window ?? (first + startShift)...(last + startShift)
        let range = data.range((window.lowerBound - startShift)...(window.upperBound - startShift))
        let parameters = model.nonlinear.count + model.linear.count
        guard range.count >= max(3, parameters + 1) else {
            let shown = (first + startShift)...(last + startShift)
            guard range.count < 3 else {
                throw FitError.invalidModel(
                    "the window holds \(range.count) points, too few for \(parameters) free parameters")
            }
            throw FitError.windowMissesData(window: window, data: shown, points: range.count)
        }
        let selection = try BackgroundRegions(
            model.effective.background, data: data, range: range, shift: startShift, parameters: parameters)
        self.selection = selection
        regions = selection.regions
        energies = selection.indices.map { data.energies[$0] }
        intensities = selection.indices.map { data.intensities[$0] }
        variances = data.variances.map { variances in selection.indices.map { variances[$0] } }
        let curve = try SubtractedBackground(
            model.effective.background, data: data, indices: selection.indices, ranges: selection.ranges)
        subtracted = curve.values
        subtractedParameters = curve.parameters
        try checkComponentsLieInside(window)
    }

    /// Every component must have a chance to show inside the window: to stand there, or beside it with half its width
    /// inside, as tails of neighbours do.
    private func checkComponentsLieInside(_ window: ClosedRange<Double>) throws {
        let starts = model.start(shirley: 0, shift: startShift)
        for part in model.parts {
            let position = part.position.value(starts)
            let other = position + part.splitting.value(starts)
            let reach = part.shape.shape.parameters.reduce(0) {
                $1 == .mixing || $1 == .asymmetry ? $0 : max($0, part.expression($1).value(starts) / 2)
            }
            let near = (window.lowerBound - reach)...(window.upperBound + reach)
            let extent = part.shape.shape.extent
            func reaches(_ line: Double) -> Bool {
                near.overlaps((line + extent.lowerBound)...(line + extent.upperBound))
            }
            guard !reaches(position), !(part.isDoublet && reaches(other)) else { continue }
            throw FitError.invalidModel(
                "component \"\(part.name)\" lies at \(String(format: "%.2f", position)) eV, outside the window "
                    + String(format: "%.2f to %.2f eV", window.lowerBound, window.upperBound))
        }
    }

    /// Whether the weights are reciprocal variances, so that chi squared has a scale.
    var isWeighted: Bool { variances != nil || options.weighting != .unweighted }

    /// Whether chi squared can be judged against its expectation: variances known, not estimated from the scatter.
    var hasScale: Bool { variances != nil || (options.weighting != .unweighted && !data.gainIsEstimated) }

    /// Whether the weights come from the fit itself.
    var iteratesWeights: Bool { variances == nil && options.weighting == .poisson }

    // MARK: - Starts

    /// The shift that lines the model up best with the data.
    private static func findShift(_ model: ResolvedModel, _ data: FitData) throws -> Double {
        guard var scan = try ShiftScan(model, energies: data.energies) else { return 0 }
        return try scan.bestShift(data)
    }

    /// Moving average over five points, for a first estimate of variances.
    static func smoothed(_ values: [Double]) -> [Double] {
        [Double](unsafeUninitializedCapacity: values.count) { result, count in
            values.withUnsafeBufferPointer { FitWorkspace.smooth($0, into: result) }
            count = values.count
        }
    }

    // MARK: - Solving

    /// The lowest number of expected counts that a variance is taken from: below it, counting statistics give next to
    /// no weight away any more, and a background fitted slightly negative must not make variances vanish.
    static let fewestCounts = 0.5

    func poissonVariances(expected: [Double]) -> [Double] {
        expected.map { max($0, Self.fewestCounts * data.gain) * data.gain }
    }

    /// Runs the fit from its start, from further ones where that ends badly, and iterates the weights.
    ///
    /// - Parameter given: nonlinear parameters to start from, such as those of a neighbour in a series; the shift is
    ///   found anew.
    func run(from given: [Double]? = nil) throws -> Outcome {
        var workspace = FitWorkspace(model: model, energies: energies, regions: regions, options: options)
        let end = try workspace.run(self, from: given)
        return workspace.outcome(end, subtracted: subtracted)
    }
}
