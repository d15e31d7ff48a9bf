import Spectra

/// Backgrounds that are computed from the data and subtracted before the fit.
struct SubtractedBackground {
    /// The curve over the points that were asked for, zero where no part is subtracted.
    var values: [Double]
    /// What the curves were drawn with, named with units.
    var parameters: [NamedMeasurement]

    /// The subtracted parts of `background`.
    ///
    /// - Parameters:
    ///   - data: all points; the ends of a part average points outside it too.
    ///   - indices: the points asked for, ascending.
    ///   - ranges: for each part the points it covers, as a range of `data`.
    /// - Throws: `FitError` where a part cannot be computed, or two of them cover the same points.
    init(_ background: Background, data: FitData, indices: [Int], ranges: [Range<Int>]) throws {
        var curve: [Int: Double] = [:]
        var parameters: [NamedMeasurement] = []
        let parts = background.parts
        for (number, (part, range)) in zip(parts, ranges).enumerated() where !part.isFitted && part.kind != .none {
            let drawn = try Self.draw(part, data: data, range: range)
            // Windows that touch share the point between them; it belongs to the first.
            let shared = range.filter { curve[$0] != nil }
            guard shared.count <= 1 else {
                throw FitError.invalidModel(
                    "two subtracted backgrounds cover the same \(shared.count) points: each would take all of the "
                        + "background away; give them windows that do not overlap")
            }
            for (index, value) in zip(range, drawn.values) where curve[index] == nil { curve[index] = value }
            let prefix = parts.count > 1 ? "\(number + 1)." : ""
            parameters += drawn.parameters.map { .init(name: prefix + $0.name, quantity: Measured($0.value)) }
        }
        values =
            curve.isEmpty ? [Double](repeating: 0, count: indices.count) : indices.map { curve[$0] ?? 0 }
        self.parameters = parameters
    }

    private typealias Drawn = (values: [Double], parameters: [(name: String, value: Double)])

    private static func draw(_ part: Background, data: FitData, range: Range<Int>) throws -> Drawn {
        guard let first = range.first, let last = range.last, first < last else {
            throw FitError.background("a background needs at least two points in its window")
        }
        let low = EndIntensity.mean(
            of: data.intensities, around: first, points: part.endPoints, offset: part.endOffsets.low)
        let high = EndIntensity.mean(
            of: data.intensities, around: last, points: part.endPoints, offset: part.endOffsets.high)
        let energies = Self.withoutRounding(Array(data.energies[range]))
        let intensities = Array(data.intensities[range])
        let ends = [("low_end", low), ("high_end", high)]
        switch part.kind {
        case .none: return (energies.map { _ in 0 }, [])
        case .constant: return (energies.map { _ in low }, [("constant", low)])
        case .linear:
            let start = energies[0], span = energies[energies.count - 1] - start
            return (energies.map { low + (high - low) * ($0 - start) / span }, ends)
        case .polynomial:
            let anchors =
                anchors(data, first, part.endPoints, part.endOffsets.low)
                + anchors(data, last, part.endPoints, part.endOffsets.high)
            return (
                try PolynomialBackground(degree: part.degree).curve(anchors: anchors, energies: energies),
                ends + [("degree", Double(part.degree))]
            )
        case .shirley:
            let shirley = ShirleyBackground(low: low, high: high, rule: part.rule)
            return (try shirley.curve(bindingEnergies: energies, intensities: intensities), ends)
        case .smart:
            let smart = SmartBackground(low: low, high: high, rule: part.rule)
            return (try smart.curve(bindingEnergies: energies, intensities: intensities), ends)
        case .tougaardU2, .tougaardU3, .tougaardU4:
            let crossSection = try part.resolvedLoss()
            let drawn = try TougaardBackground(low: low, high: high, crossSection: crossSection, rule: part.rule)
                .curve(bindingEnergies: energies, intensities: intensities)
            let unit = crossSection.startingUnit
            var parameters = ends + [("tougaard_b_eV2", drawn.b), ("tougaard_c_eV2", unit.c)]
            if crossSection.form == .fourParameters { parameters.append(("tougaard_c_prime", unit.cPrime)) }
            if crossSection.form != .twoParameters { parameters.append(("tougaard_d_eV2", unit.d)) }
            if unit.threshold > 0 { parameters.append(("tougaard_t0_eV", unit.threshold)) }
            return (drawn.values, parameters)
        case .slopeBackground:
            throw FitError.invalidModel("the background \(part.kind.rawValue) can only be fitted, not subtracted")
        }
    }

    /// Energies in files are rounded, often to 0.01 eV: where they are equally spaced but for that, the equally spaced
    /// ones, else what is given.
    private static func withoutRounding(_ energies: [Double]) -> [Double] {
        guard let first = energies.first, let last = energies.last, energies.count > 2, last > first else {
            return energies
        }
        let step = (last - first) / Double(energies.count - 1)
        let even = energies.indices.map { first + Double($0) * step }
        return zip(even, energies).allSatisfy { abs($0 - $1) < 0.1 * step } ? even : energies
    }

    private static func anchors(_ data: FitData, _ index: Int, _ points: Int, _ offset: Double) -> [(
        energy: Double, intensity: Double
    )] {
        EndIntensity.points(of: data.intensities, around: index, points: points).map {
            (data.energies[$0], data.intensities[$0] * (1 - offset / 100))
        }
    }
}
