import Spectra

/// A fit that CasaXPS stored in a VAMAS block, in terms of our own model.
///
/// Every component of CasaXPS is a single line; the lines of a doublet are tied to each other by links. Areas are in
/// counts/s times eV, so the model belongs to the spectrum in counts per second.
public struct CasaXPSFit: Sendable, Hashable {
    /// The region whose background it uses.
    public var region: CasaXPSRegion
    /// The components that lie in the region, as stored.
    public var stored: [CasaXPSComponent]
    /// Binding energies of the stored positions, eV after calibration, in the order of `stored`.
    public var positions: [Double]
    /// The model: one single line per component, links and bounds as stored, CasaXPS's background subtracted first,
    /// each parameter starting at its stored value.
    public var model: PeakModel

    /// The options under which CasaXPS fits: every point alike, one start, and convergence to rounding.
    public static let options = FitOptions(weighting: .unweighted, furtherStarts: 0, tolerance: 1e-10)
}

extension Spectrum {
    /// The fits that CasaXPS stored in this spectrum's comments, one for each region that has components.
    ///
    /// Throws `FitError` where a stored fit uses a line shape or background that cannot be drawn here, or the spectrum
    /// lacks what is needed to place it (photon energy, time per channel).
    public func casaXPSFits() throws -> [CasaXPSFit] {
        let annotations = CasaXPSAnnotations(comments: comments)
        guard !annotations.components.isEmpty else { return [] }
        guard let photonEnergy = axis.photonEnergy else {
            throw FitError.invalidSpectrum("\"\(name)\" has no photon energy, so its CasaXPS fit cannot be placed")
        }
        guard let regionShift = annotations.regionShift, let componentShift = annotations.componentShift,
            let total = annotations.bindingEnergyShift
        else {
            throw FitError.invalidSpectrum("\"\(name)\" has a CasaXPS calibration of a kind not known here")
        }
        let reader = CasaXPSModelReader(
            components: annotations.components, calibration: total,
            regionOrigin: photonEnergy - regionShift + total, componentOrigin: photonEnergy - componentShift + total)
        return try annotations.regions.compactMap { try reader.fit(in: $0) }
    }

    /// The same spectrum with its intensities in counts per second, the unit of CasaXPS's areas.
    ///
    /// Throws `FitError.invalidSpectrum` where the time per channel is unknown.
    public func inCountsPerSecond() throws -> Spectrum {
        guard let rates = countsPerSecond else {
            throw FitError.invalidSpectrum("\"\(name)\" does not say how long each channel was measured")
        }
        var copy = self
        copy.intensities = rates
        copy.unit = .countsPerSecond
        return copy
    }
}

/// Turns stored regions and components into a model.
private struct CasaXPSModelReader {
    let components: [CasaXPSComponent]
    /// What the calibrations add to binding energies, eV.
    let calibration: Double
    /// Calibrated binding energy = origin - stored limit of a region.
    let regionOrigin: Double
    /// Calibrated binding energy = origin - stored position of a component.
    let componentOrigin: Double

    /// The fit in `region`; `nil` where no component lies there.
    func fit(in region: CasaXPSRegion) throws -> CasaXPSFit? {
        let window = region.window(origin: regionOrigin)
        let inside = components.indices.filter { window.contains(componentOrigin - components[$0].position.value) }
        guard !inside.isEmpty else { return nil }
        let model = PeakModel(
            window: window, calibration: calibration == 0 ? .none : .shift(Measured(calibration)),
            background: try region.drawnBackground, components: try inside.map { try component($0, among: inside) })
        return CasaXPSFit(
            region: region, stored: inside.map { components[$0] },
            positions: inside.map { componentOrigin - components[$0].position.value }, model: model)
    }

    private func component(_ index: Int, among inside: [Int]) throws -> Component {
        let stored = components[index]
        guard let shape = LineShape(name: stored.lineShape) else {
            throw FitError.invalidModel(
                "the CasaXPS line shape \"\(stored.lineShape)\" of component \"\(stored.name)\" cannot be drawn yet")
        }
        return Component(
            name: uniqueName(index), isDoublet: false, shape: shape,
            position: constraint(stored.position, of: index, among: inside, isPosition: true),
            width: constraint(stored.width, of: index, among: inside, isPosition: false),
            area: constraint(stored.area, of: index, among: inside, isPosition: false))
    }

    /// CasaXPS allows equal names; ours are told apart by their place.
    private func uniqueName(_ index: Int) -> String {
        let name = components[index].name
        let same = components.indices.filter { components[$0].name == name }
        guard same.count > 1, let place = same.firstIndex(of: index) else { return name }
        return "\(name) (\(place + 1))"
    }

    private func constraint(
        _ parameter: CasaXPSComponent.Parameter, of index: Int, among inside: [Int], isPosition: Bool
    ) -> Constraint {
        if let leader = parameter.leader, leader != index, inside.contains(leader) {
            let name = uniqueName(leader)
            // Kinetic energy runs against binding energy, and so do offsets.
            return isPosition
                ? .offset(from: name, by: .fixed(-parameter.relation))
                : .ratio(of: name, by: .fixed(parameter.relation))
        }
        let value = isPosition ? componentOrigin - parameter.value : parameter.value
        let ends =
            isPosition
            ? [componentOrigin - parameter.upper, componentOrigin - parameter.lower]
            : [parameter.lower, parameter.upper]
        guard ends[0] < ends[1] else { return .fixed(value) }
        // Stored values carry few digits and may lie outside their bounds by rounding.
        return .free(start: min(max(value, ends[0]), ends[1]), min: ends[0], max: ends[1])
    }
}
