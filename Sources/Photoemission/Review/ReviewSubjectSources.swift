import ReferenceSpectra
import Spectra

extension ReviewSubject {
    /// A recipe before any fit.
    ///
    /// - Parameters:
    ///   - recipe: the recipe.
    ///   - name: how findings call it.
    ///   - spectrum: the data that it is meant for, where they are at hand.
    /// - Throws: `FitError` for a model that contradicts itself.
    public init(recipe: Recipe, name: String, spectrum: Spectrum? = nil) throws {
        try self.init(
            model: recipe.model, origin: .recipe, name: name, weighting: recipe.weighting,
            calibration: recipe.model.calibration == .none
                ? spectrum?.calibration ?? .none : recipe.model.calibration)
        if recipe.model.window == nil { missingItems.append("the energy range that is fitted (window)") }
        if recipe.model.level == nil { missingItems.append("the core level") }
        guard let spectrum else { return }
        unit = spectrum.unit
        hasCountingStatistics = spectrum.rawCounts != nil
        photonEnergy = spectrum.axis.photonEnergy
        secondsPerChannel = spectrum.acquisition.timePerChannel
        var shift = 0.0
        if case .shift(let given) = recipe.model.calibration { shift = given.value }
        energies = spectrum.axis.bindingEnergies.map { $0.map { $0 + shift }.sorted() }
    }

    /// A fit.
    public init(_ fit: PeakFit) {
        self.init(fit, spectrum: fit.workings?.spectrum, weighting: fit.workings?.options.weighting)
    }

    /// A fit of `spectrum`.
    init(_ fit: PeakFit, spectrum: Spectrum?, weighting: Weighting?) {
        let model = fit.effectiveModel
        self.init(
            origin: .fit, name: fit.spectrumName, level: fit.level, window: fit.window,
            reference: fit.calibration.reference == "none" ? nil : fit.calibration.reference,
            backgrounds: model.background.parts, weighting: weighting,
            components: zip(model.components, fit.components).map { Self.component($0, $1) })
        if case .line(let name, _) = model.calibration { referenceLine = name }
        hasGivenVariances = fit.statistics.weighting == "given variances"
        unit = fit.unit
        hasCountingStatistics =
            !fit.statistics.weighting.hasSuffix("estimated from the scatter")
            && fit.unit != .arbitrary
        photonEnergy = spectrum?.axis.photonEnergy
        secondsPerChannel = spectrum?.acquisition.timePerChannel
        statistics = fit.statistics
        convergence = fit.convergence
        parameters = fit.parameters
        curves = fit.curves
        freeParameters = fit.statistics.freeParameters
    }

    /// A fit that CasaXPS stored. `level` is that of the spectrum, where the names of region and components tell none.
    ///
    /// - Throws: `FitError` for links that lead nowhere.
    public init(_ stored: CasaXPSFit, level: CoreLevel?) throws {
        var model = stored.model
        model.level = CoreLevel(within: stored.region.name) ?? CoreLevel(within: stored.region.tag) ?? level
        for index in model.components.indices {
            model.components[index].level = CoreLevel(within: model.components[index].name) ?? model.level
        }
        try self.init(
            model: model, origin: .casaXPS, name: "region \(stored.region.name)", weighting: .unweighted,
            calibration: model.calibration)
        missingItems.append("standard uncertainties of positions and areas")
    }

    private init(
        model: PeakModel, origin: Origin, name: String, weighting: Weighting, calibration: Calibration
    ) throws {
        let resolved = try model.resolved(calibration: calibration)
        let theta = resolved.nonlinear.map { free in
            free.start ?? Self.middle(of: free.bounds)
        }
        let components = zip(resolved.effective.components, resolved.parts).map { component, part in
            Self.component(component, part, theta, resolved)
        }
        self.init(
            origin: origin, name: name, level: model.level, window: model.window,
            reference: Self.description(of: calibration), backgrounds: resolved.effective.background.parts,
            weighting: weighting, components: components)
        if case .line(let name, _) = calibration { referenceLine = name }
        freeParameters =
            resolved.nonlinear.count + resolved.linear.filter { $0.bounds.lowerBound < $0.bounds.upperBound }.count
    }

    init(
        origin: Origin, name: String, level: CoreLevel?, window: ClosedRange<Double>?, reference: String?,
        backgrounds: [Background], weighting: Weighting?, components: [ReviewedComponent]
    ) {
        self.origin = origin
        self.name = name
        self.level = level
        self.window = window
        self.reference = reference
        self.backgrounds = backgrounds
        self.weighting = weighting
        self.components = components
    }

    private static func middle(of bounds: ClosedRange<Double>) -> Double {
        switch (bounds.lowerBound.isFinite, bounds.upperBound.isFinite) {
        case (true, true): (bounds.lowerBound + bounds.upperBound) / 2
        case (true, false): bounds.lowerBound
        case (false, true): bounds.upperBound
        case (false, false): 0
        }
    }

    private static func description(of calibration: Calibration) -> String? {
        switch calibration {
        case .none: nil
        case .shift: "given"
        case .line(let name, let energy): "\(name) at \(energy) eV"
        }
    }

    /// A component with the values that its model starts from.
    private static func component(
        _ component: Component, _ part: ResolvedModel.Part, _ theta: [Double], _ resolved: ResolvedModel
    ) -> ReviewedComponent {
        func value(_ quantity: ComponentQuantity, _ number: Double?) -> ReviewedValue {
            reviewed(component[quantity], number)
        }
        let linear = resolved.linear[part.linearIndex]
        let area = linear.start.map { $0 * part.areaFactor.value(theta) }
        let width = part.shape.shape.isMeasured ? nil : ComponentWidths(part, theta: theta).full.value
        let isDoublet = part.isDoublet
        return ReviewedComponent(
            name: part.name, level: part.level, isDoublet: isDoublet, shape: part.shape.shape,
            position: value(.position, part.position.value(theta)),
            width: value(.width, width), area: value(.area, area),
            splitting: isDoublet ? value(.splitting, part.splitting.value(theta)) : nil,
            areaRatio: isDoublet ? value(.areaRatio, part.areaRatio.value(theta)) : nil,
            widthRatio: isDoublet ? value(.widthRatio, part.widthRatio.value(theta)) : nil)
    }

    /// A component with the values that a fit ended on.
    private static func component(_ component: Component, _ fitted: FittedComponent) -> ReviewedComponent {
        func value(_ quantity: ComponentQuantity, _ measured: Measured) -> ReviewedValue {
            var value = reviewed(component[quantity], measured.value)
            value.uncertainty = measured.standardUncertainty
            return value
        }
        return ReviewedComponent(
            name: fitted.name, level: fitted.level, isDoublet: component.isDoublet ?? (fitted.splitting != nil),
            shape: component.shape ?? .gaussian, position: value(.position, fitted.position),
            width: value(.width, fitted.trueFWHM), area: value(.area, fitted.area),
            splitting: fitted.splitting.map { value(.splitting, $0) },
            areaRatio: fitted.areaRatio.map { value(.areaRatio, $0) },
            widthRatio: fitted.widthRatio.map { value(.widthRatio, $0) })
    }

    private static func reviewed(_ constraint: Constraint?, _ value: Double?) -> ReviewedValue {
        switch constraint {
        case nil, .fixed: ReviewedValue(value)
        case .free(_, let low, let high), .prior(_, _, _, let low, let high):
            ReviewedValue(value, bounds: low < high ? low...high : nil)
        case .sameAs(let leader), .offset(let leader, _), .ratio(let leader, _):
            ReviewedValue(value, leader: leader)
        }
    }
}
