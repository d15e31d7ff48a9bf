import Spectra

/// Turns the stored regions and components of one block into models.
struct CasaXPSModelReader {
    let regions: [CasaXPSRegion]
    let components: [CasaXPSComponent]
    /// What the calibrations add to binding energies, eV.
    let calibration: Double
    /// Calibrated binding energy = origin - stored limit of a region.
    let regionOrigin: Double
    /// Calibrated binding energy = origin - stored position of a component.
    let componentOrigin: Double

    /// The binding energies of a region, eV after calibration.
    func window(of region: CasaXPSRegion) -> ClosedRange<Double> {
        region.window(origin: regionOrigin)
    }

    /// The binding energy of a component, eV after calibration.
    func position(of component: CasaXPSComponent) -> Double { componentOrigin - component.position.value }

    /// The components of each region, by place: those inside the first region that holds them, those outside all regions
    /// in the nearest one.
    func members(ofRegion index: Int) -> [Int] {
        let windows = regions.map(window)
        return components.indices.filter { place in
            let energy = position(of: components[place])
            let distances = windows.map { max($0.lowerBound - energy, energy - $0.upperBound, 0) }
            return distances.firstIndex(of: distances.min() ?? 0) == index
        }
    }

    /// The fit in a region; `nil` where no component belongs to it.
    ///
    /// Throws `FitError.invalidModel` where its background or a line shape cannot be drawn.
    func fit(inRegion index: Int) throws -> CasaXPSFit? {
        let region = regions[index]
        let inside = members(ofRegion: index)
        guard !inside.isEmpty else { return nil }
        let model = PeakModel(
            window: window(of: region), calibration: calibration == 0 ? .none : .shift(Measured(calibration)),
            background: try region.drawnBackground,
            components: try inside.map { try component($0, among: inside) })
        return CasaXPSFit(
            region: region, stored: inside.map { components[$0] }, places: inside,
            positions: inside.map { position(of: components[$0]) }, origin: componentOrigin, model: model)
    }

    private func component(_ index: Int, among inside: [Int]) throws -> Component {
        let stored = components[index]
        guard let shape = LineShape(name: stored.lineShape) else {
            throw FitError.invalidModel(
                "the CasaXPS line shape \"\(stored.lineShape)\" of component \"\(stored.name)\" cannot be drawn")
        }
        guard shape.parameters.first == .width else {
            throw FitError.invalidModel(
                "CasaXPS does not say how the width of the line shape \"\(stored.lineShape)\" of component "
                    + "\"\(stored.name)\" is meant")
        }
        guard stored.width.value > 0 else {
            throw FitError.invalidModel("component \"\(stored.name)\" is stored with the width \(stored.width.value)")
        }
        return Component(
            name: uniqueName(index), isDoublet: false, shape: shape,
            position: constraint(\.position, of: index, among: inside, isPosition: true),
            width: constraint(\.width, of: index, among: inside, isPosition: false),
            area: constraint(\.area, of: index, among: inside, isPosition: false))
    }

    /// CasaXPS allows equal names; ours are told apart by their place.
    func uniqueName(_ index: Int) -> String {
        let name = components[index].name
        let same = components.indices.filter { components[$0].name == name }
        guard same.count > 1, let place = same.firstIndex(of: index) else { return name }
        return "\(name) (\(place + 1))"
    }

    private func constraint(
        _ path: KeyPath<CasaXPSComponent, CasaXPSComponent.Parameter>, of index: Int, among inside: [Int],
        isPosition: Bool
    ) -> Constraint {
        let parameter = components[index][keyPath: path]
        let value = isPosition ? componentOrigin - parameter.value : parameter.value
        if let leader = parameter.leader, leader != index, components.indices.contains(leader) {
            // What leads stands in another region, which is fitted on its own.
            guard inside.contains(leader) else { return .fixed(value) }
            let name = uniqueName(leader)
            // Kinetic energy runs against binding energy, and so do offsets.
            return isPosition
                ? .offset(from: name, by: .fixed(-parameter.relation))
                : .ratio(of: name, by: .fixed(parameter.relation))
        }
        let ends =
            isPosition
            ? [componentOrigin - parameter.upper, componentOrigin - parameter.lower]
            : [parameter.lower, parameter.upper]
        guard ends[0] < ends[1] else { return .fixed(value) }
        // Stored values carry few digits and may lie outside their bounds by rounding.
        return .free(start: min(max(value, ends[0]), ends[1]), min: ends[0], max: ends[1])
    }
}
