import Photoemission
import Spectra

extension FitResultFile {
    /// The fit as it was when it was written, to be drawn or compared; it cannot be repeated.
    ///
    /// - Throws: `ReadError.malformed` where the result lacks its curves, or columns of them differ in length;
    ///   `ReferenceDataError` where the recipe inside is none.
    public func fit() throws -> PeakFit {
        let curves = try storedCurves()
        var model = PeakModel(components: [])
        if let text = content.effectiveRecipe {
            model = try Recipe(yaml: text, file: "\(path) (effective_recipe)").model
        }
        let window = content.window
        let energies = curves.bindingEnergies
        guard window.count == 2, window[0] < window[1] else {
            throw malformed("two rising energies under \"window_eV\"", found: "\(window)")
        }
        guard energies.count > 1 else { throw malformed("two points or more", found: "\(energies.count)") }
        let statistics = content.statistics
        return PeakFit(
            named: content.source.spectrum, level: content.level.flatMap(CoreLevel.init(label:)),
            unit: content.unit.flatMap(IntensityUnit.init) ?? .arbitrary, effectiveModel: model,
            window: window[0]...window[1],
            calibration: AppliedCalibration(
                appliedShift: content.calibration.shift?.measured ?? Measured(0),
                reference: content.calibration.reference),
            background: FittedBackground(
                storedKind: content.background?.kind ?? "none", isFitted: content.background?.fitted ?? false,
                parameters: (content.background?.parameters ?? [:]).sorted { $0.key < $1.key }
                    .map { NamedMeasurement($0.key, $0.value.measured) }),
            components: content.components.map(Self.component), parameters: parameters,
            statistics: FitStatistics(
                points: statistics.points, freeParameters: statistics.freeParameters, chi2: statistics.chi2 ?? .nan,
                reducedChi2: statistics.reducedChi2 ?? .nan, abbe: statistics.abbe ?? .nan,
                residualStandardDeviation: statistics.residual ?? .nan, weighting: statistics.weighting),
            convergence: Convergence(
                converged: content.convergence.converged, reason: content.convergence.reason, evaluations: 0, starts: 1),
            findings: content.findings.map(\.finding), curves: curves)
    }

    /// The correlations of the parameters, which every result holds.
    public func correlations() -> CorrelationPlot {
        let parameters = self.parameters
        let matrix = ParameterMatrix(parameters)
        let indices = parameters.names.indices
        return CorrelationPlot(
            names: parameters.names,
            coefficients: indices.map { row in indices.map { matrix.correlation(row, $0) } })
    }

    /// The profiles that `--uncertainty profile` puts into a result; empty for any other.
    public func profiles() -> [ProfilePlot.Profile] {
        (content.uncertainty?.profiles ?? []).map { profile in
            ProfilePlot.Profile(
                component: profile.component, quantity: profile.quantity, best: profile.best, values: profile.values,
                rises: profile.rises)
        }
    }

    private var parameters: FittedParameters {
        FittedParameters(
            names: content.parameters.names, values: content.parameters.values.map { $0 ?? .nan },
            covariance: content.parameters.covariance.flatMap { $0 }.map { $0 ?? 0 },
            atBound: content.parameters.atBound)
    }

    private static func component(_ stored: FitResultContent.Component) -> FittedComponent {
        var component = FittedComponent(
            named: stored.name ?? "", level: stored.level.flatMap(CoreLevel.init(label:)), line: stored.line ?? "",
            shape: stored.shape ?? "", position: stored.position.measured,
            fwhm: (stored.fwhm ?? stored.trueWidth).measured, trueFWHM: stored.trueWidth.measured,
            area: stored.area.measured, fraction: stored.fraction?.measured ?? Measured(.nan))
        component.splitting = stored.splitting?.measured
        component.areaRatio = stored.areaRatio?.measured
        component.widthRatio = stored.widthRatio?.measured
        return component
    }

    private func storedCurves() throws -> FitCurves {
        guard let stored = content.curves else {
            throw malformed("the key \"curves\" (write the result with --curves)", found: "none")
        }
        // Components of one name were told apart by numbers, in the order of the model.
        var used: Set<String> = []
        var components: [NamedColumn] = []
        for component in content.components {
            let name = component.name ?? ""
            var key = name
            var count = 2
            while !used.insert(key).inserted {
                key = "\(name) (\(count))"
                count += 1
            }
            guard let values = stored.components[key] else {
                throw malformed("a curve of every component", found: "none of \"\(key)\"")
            }
            components.append(NamedColumn(name: name, values: values.map { $0 ?? .nan }))
        }
        let columns = [
            stored.energies, stored.intensities, stored.standardDeviations, stored.background, stored.envelope,
        ].map { $0.map { $0 ?? .nan } }
        let lengths = columns.map(\.count) + components.map(\.values.count)
        guard Set(lengths).count == 1 else {
            throw malformed("curves of one length", found: "\(lengths.map(String.init).joined(separator: ", ")) points")
        }
        return FitCurves(
            storedEnergies: columns[0], intensities: columns[1], standardDeviations: columns[2], background: columns[3],
            envelope: columns[4], components: components)
    }

    private func malformed(_ expected: String, found: String) -> ReadError {
        .malformed(file: path, place: .whole, expected: expected, found: found)
    }
}
