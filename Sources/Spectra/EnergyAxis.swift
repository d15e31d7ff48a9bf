/// Which of the two energies of a photoelectron an axis counts (ISO 18115-1).
public enum EnergyScale: String, Sendable, Hashable, Codable {
    /// Kinetic energy of the electron, on the Fermi-level scale as spectrometers record it.
    case kinetic
    /// Binding energy: photon energy - kinetic energy.
    case binding
}

/// The energies of a spectrum in eV: one list as the file has it, seen as binding or as kinetic energy.
///
/// Binding energy = photon energy - kinetic energy. No work function is added: files store kinetic energy on the
/// Fermi-level scale. Steps may be unequal and the order may be ascending or descending.
public struct EnergyAxis: Sendable, Hashable {
    /// The energies in eV in measured order, on `scale`.
    public let values: [Double]
    /// What `values` count.
    public let scale: EnergyScale
    /// The photon energy in eV, `nil` where the file does not say (or for electron excitation).
    public let photonEnergy: Double?

    /// An axis of `values` in eV on `scale`. A photon energy that is not positive is stored as unknown.
    public init(_ values: [Double], scale: EnergyScale, photonEnergy: Double?) {
        self.values = values
        self.scale = scale
        self.photonEnergy = photonEnergy.flatMap { $0 > 0 ? $0 : nil }
    }

    /// Binding energies in eV in measured order; `nil` for a kinetic axis whose photon energy is unknown.
    public var bindingEnergies: [Double]? { energies(on: .binding) }

    /// Kinetic energies in eV in measured order; `nil` for a binding axis whose photon energy is unknown.
    public var kineticEnergies: [Double]? { energies(on: .kinetic) }

    /// The energies in eV on the scale asked for; `nil` where that needs a photon energy that is unknown.
    public func energies(on wanted: EnergyScale) -> [Double]? {
        if wanted == scale { return values }
        guard let photonEnergy else { return nil }
        return values.map { photonEnergy - $0 }
    }

    /// The number of points.
    public var count: Int { values.count }

    /// The mean step in eV, positive for ascending values; `nil` for fewer than two points.
    public var meanStep: Double? {
        guard let first = values.first, let last = values.last, values.count > 1 else { return nil }
        return (last - first) / Double(values.count - 1)
    }

    /// Whether all points lie on a straight line from the first to the last within `tolerance` steps (a twentieth unless
    /// stated: files print energies with few digits, 1076.57 for 1076.575).
    public func isUniform(tolerance: Double = 0.05) -> Bool {
        guard let step = meanStep, step != 0 else { return false }
        let first = values[0]
        return values.indices.allSatisfy { abs(values[$0] - first - Double($0) * step) <= tolerance * abs(step) }
    }

    /// Whether the values rise or fall strictly from point to point.
    public var isStrictlyMonotonic: Bool {
        guard values.count > 1 else { return true }
        let pairs = zip(values, values.dropFirst())
        return pairs.allSatisfy { $0 < $1 } || pairs.allSatisfy { $0 > $1 }
    }
}
