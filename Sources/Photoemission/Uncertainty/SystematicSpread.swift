import Spectra

/// One of the choices that could have been made otherwise: window, background.
public struct FitVariant: Sendable, Hashable {
    /// What was varied.
    public enum Choice: String, Sendable, Hashable, CaseIterable {
        /// The ends of the window.
        case window
        /// The number of points averaged at the ends of a background that is subtracted first.
        case averaging
        /// The kind of background.
        case background
    }

    /// What was varied.
    public var choice: Choice
    /// How, in words: "window 158.5 to 169.5 eV".
    public var description: String
    /// Chi squared per degree of freedom; `nil` where there is no fit.
    public var reducedChi2: Double?
    /// Why the variant does not count; `nil` for one that does.
    public var rejection: String?
    /// Area, fraction and position (eV) of every component, in the order of the model.
    public var components: [Values]

    /// The numbers of one component.
    public struct Values: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The area.
        public var area: Double
        /// The share of all areas, 0 ... 1.
        public var fraction: Double
        /// The position, eV.
        public var position: Double
    }
}

/// How far results move when window and background are chosen otherwise: a systematic uncertainty, beside the
/// statistical one and not contained in it.
public struct SystematicSpread: Sendable, Hashable {
    /// All variants, those that do not count included.
    public var variants: [FitVariant]
    /// The spread of every component, in the order of the model.
    public var components: [Component]

    /// Half the distance between the lowest and the highest value over the variants that count, the original fit
    /// included.
    public struct Component: Sendable, Hashable {
        /// The name.
        public var name: String
        /// Of the area, in the unit of the intensities times eV.
        public var area: Double
        /// Of the fraction, 0 ... 1.
        public var fraction: Double
        /// Of the position, eV.
        public var position: Double
        /// The same spread for each choice alone: of the fraction.
        public var fractionByChoice: [FitVariant.Choice: Double]
    }
}

extension PeakFit {
    /// Repeats the fit over windows whose ends lie up to `reach` eV further in or out, over averaging widths of 3, 7
    /// and 11 points, and over backgrounds that are fitted or subtracted first.
    ///
    /// A variant counts unless it did not converge, or describes the data worse than the original fit by more than
    /// five standard deviations of reduced chi squared: what the data rule out is no systematic doubt.
    ///
    /// - Throws: `FitError.uncertainty`.
    public func systematicSpread(reach: Double = 0.5) throws -> SystematicSpread {
        guard let workings else {
            throw FitError.uncertainty("this result was not made by a fit, so it cannot be repeated")
        }
        guard convergence.converged else {
            throw FitError.uncertainty("the fit did not converge: \(convergence.reason)")
        }
        let variants = variantModels(reach: reach).map { variant(of: workings, $0) }
        let counted = variants.filter { $0.rejection == nil }
        let own = values(self)
        func spread(_ index: Int, _ among: [FitVariant], _ pick: (FitVariant.Values) -> Double) -> Double {
            let all = [pick(own[index])] + among.map { pick($0.components[index]) }
            return ((all.max() ?? 0) - (all.min() ?? 0)) / 2
        }
        let spreads = components.indices.map { index in
            SystematicSpread.Component(
                name: components[index].name, area: spread(index, counted, \.area),
                fraction: spread(index, counted, \.fraction), position: spread(index, counted, \.position),
                fractionByChoice: Dictionary(
                    uniqueKeysWithValues: FitVariant.Choice.allCases.map { choice in
                        (choice, spread(index, counted.filter { $0.choice == choice }, \.fraction))
                    }))
        }
        return SystematicSpread(variants: variants, components: spreads)
    }

    private func values(_ fit: PeakFit) -> [FitVariant.Values] {
        fit.components.map {
            .init(name: $0.name, area: $0.area.value, fraction: $0.fraction.value, position: $0.position.value)
        }
    }

    private func variant(
        of workings: FitWorkings, _ other: (choice: FitVariant.Choice, description: String, model: PeakModel)
    ) -> FitVariant {
        var variant = FitVariant(
            choice: other.choice, description: other.description, reducedChi2: nil, rejection: nil, components: [])
        do {
            let fit = try other.model.fit(
                workings.spectrum, variances: workings.givenVariances, options: workings.options)
            variant.reducedChi2 = fit.statistics.reducedChi2
            variant.components = values(fit)
            let degrees = Double(max(1, fit.statistics.points - fit.statistics.freeParameters))
            let limit = max(1, statistics.reducedChi2) * (1 + 5 * (2 / degrees).squareRoot())
            if !fit.convergence.converged {
                variant.rejection = fit.convergence.reason
            } else if workings.options.weighting != .unweighted, fit.statistics.reducedChi2 > limit {
                variant.rejection = "the data rule it out"
            }
        } catch {
            variant.rejection = "\(error)"
        }
        return variant
    }

    private func variantModels(
        reach: Double
    ) -> [(choice: FitVariant.Choice, description: String, model: PeakModel)] {
        var models: [(choice: FitVariant.Choice, description: String, model: PeakModel)] = []
        for low in [-reach, 0, reach] {
            for high in [-reach, 0, reach] where low != 0 || high != 0 {
                guard window.lowerBound + low < window.upperBound + high else { continue }
                var model = effectiveModel
                let moved = (window.lowerBound + low)...(window.upperBound + high)
                model.window = moved
                models.append(
                    (.window, "window \(rounded(moved.lowerBound)) to \(rounded(moved.upperBound)) eV", model))
            }
        }
        for points in [3, 7, 11] {
            var model = effectiveModel
            model.background = subtracted(points: points)
            let kind = model.background.kindDescription
            models.append((.averaging, "\(kind), subtracted first, \(points) points averaged", model))
        }
        let others: [(String, Background)] = [
            ("Shirley, fitted", .shirley), ("Shirley and slope, fitted", Background(.shirley, hasSlope: true)),
            ("straight line, fitted", .linear), ("constant, fitted", .constant),
        ]
        for (name, background) in others where background != effectiveModel.background {
            var model = effectiveModel
            model.background = background
            models.append((.background, name, model))
        }
        return models
    }

    /// The background of the model, computed from the data with averages over `points` at the ends.
    private func subtracted(points: Int) -> Background {
        var parts = effectiveModel.background.parts.filter { $0.kind != .none && $0.kind.canBeSubtracted }
        for index in parts.indices {
            parts[index].isFitted = false
            parts[index].hasSlope = false
            parts[index].isPerComponent = false
            parts[index].strength = nil
            parts[index].endPoints = points
            parts[index].rule = .trapezium
        }
        // Two subtracted parts over the same points would each take the whole background away.
        guard var whole = parts.last else {
            return Background(.shirley, isFitted: false, endPoints: points, rule: .trapezium)
        }
        if parts.allSatisfy({ $0.window != nil }) { return parts.dropFirst().reduce(parts[0], +) }
        whole.others = []
        return whole
    }

    private func rounded(_ energy: Double) -> Double { (energy * 1000).rounded() / 1000 }
}
