/// How a diffraction pattern was measured; every field is `nil` where the file does not say.
public struct DiffractionSetup: Sendable, Hashable {
    /// The instrument, as the file has it.
    public var instrument: String?
    /// When it was measured, as the file has it.
    public var date: String?
    /// The axis that was scanned, under the name the file gives it: "Gonio", "COUPLED", "TwoThetaTheta", "Omega".
    public var scanAxis: String?
    /// How it was scanned: "Continuous", "Step".
    public var scanMode: String?
    /// The radius of the goniometer, mm.
    public var goniometerRadius: Double?
    /// The monochromators, as the file has them.
    public var monochromator: String?
    /// The filter against K-beta, as the file has it: "Ni".
    public var betaFilter: String?
    /// The divergence slit, as the file has it.
    public var divergenceSlit: String?
    /// The voltage of the tube, kV.
    public var tubeVoltage: Double?
    /// The current of the tube, mA.
    public var tubeCurrent: Double?
    /// The temperature of the sample, K.
    public var temperature: Double?
    /// Further things the file says, under its own names.
    public var further: [String: String]

    /// A setup of which nothing is known but what is assigned.
    public init(scanAxis: String? = nil, date: String? = nil, further: [String: String] = [:]) {
        self.scanAxis = scanAxis
        self.date = date
        self.further = further
    }
}

/// How long each point of a pattern was measured.
public enum CountingTime: Sendable, Hashable {
    /// The same time in s at every point. With a strip detector that moves: the sum over its channels, as instruments
    /// state it, which is longer than the goniometer stayed at a point.
    case common(Double)
    /// The time in s at each point.
    case each([Double])

    /// The time in s at the point `index`.
    public subscript(index: Int) -> Double {
        switch self {
        case .common(let time): time
        case .each(let times): times[index]
        }
    }
}

/// One measured scan: intensities against two theta (or d, momentum transfer, time of flight), with all that is known
/// of how they came about.
public struct DiffractionPattern: Sendable, Hashable {
    /// The name of the scan in the file; empty where it has none.
    public var name: String
    /// The name of the sample; empty where the file has none.
    public var sample: String
    /// The places of the points.
    public var axis: DiffractionAxis
    /// The intensities in `unit`, in the order of `axis`, corrected for an automatic attenuator where
    /// `attenuationFactors` says so.
    public var intensities: [Double]
    /// The unit of `intensities`.
    public var unit: IntensityUnit
    /// The standard uncertainty of each intensity, where the file has them.
    public var standardUncertainties: [Double]?
    /// The factor by which an attenuator weakened the beam at each point. The intensities are already multiplied by it:
    /// what was counted is intensity / factor.
    public var attenuationFactors: [Double]?
    /// How long each point was measured.
    public var countingTime: CountingTime?
    /// The wavelengths, and where they are known from.
    public var radiation: Radiation
    /// How the scan was measured.
    public var setup: DiffractionSetup
    /// Lines of comment in the file, verbatim.
    public var comments: [String]
    /// Further columns of the file by name.
    public var columns: [NamedColumn]
    /// The number of points that the file announces but does not hold, because the measurement or the copy was broken
    /// off; 0 for a whole scan.
    public var missingPoints: Int

    /// A pattern; `axis`, `intensities` and whatever else has one number for each point have the same length.
    public init(
        name: String = "", sample: String = "", axis: DiffractionAxis, intensities: [Double], unit: IntensityUnit,
        standardUncertainties: [Double]? = nil, attenuationFactors: [Double]? = nil, countingTime: CountingTime? = nil,
        radiation: Radiation, setup: DiffractionSetup = DiffractionSetup(), comments: [String] = [],
        columns: [NamedColumn] = [], missingPoints: Int = 0
    ) {
        let count = axis.count
        precondition(intensities.count == count, "a pattern has one intensity for each place")
        precondition(standardUncertainties.map { $0.count == count } ?? true, "one uncertainty for each place")
        precondition(attenuationFactors.map { $0.count == count } ?? true, "one attenuation factor for each place")
        if case .each(let times) = countingTime { precondition(times.count == count, "one time for each place") }
        self.name = name
        self.sample = sample
        self.axis = axis
        self.intensities = intensities
        self.unit = unit
        self.standardUncertainties = standardUncertainties
        self.attenuationFactors = attenuationFactors
        self.countingTime = countingTime
        self.radiation = radiation
        self.setup = setup
        self.comments = comments
        self.columns = columns
        self.missingPoints = missingPoints
    }

    /// The scattering angles in degrees: the axis itself, or worked out from d or Q and the wavelength; `nil` where
    /// that is not possible.
    public var twoTheta: [Double]? {
        if axis.kind == .twoTheta { return axis.values }
        return radiation.wavelength.flatMap { axis.twoTheta(wavelength: $0) }
    }

    /// The factor k in intensity = k x (events counted) at each point; `nil` where the file does not say.
    private var scale: [Double]? {
        var scale = attenuationFactors ?? [Double](repeating: 1, count: intensities.count)
        switch unit {
        case .counts: break
        case .arbitrary: return nil
        case .countsPerSecond:
            guard let countingTime else { return nil }
            for index in scale.indices { scale[index] /= countingTime[index] }
        }
        return scale.allSatisfy { $0 > 0 && $0.isFinite } ? scale : nil
    }

    /// The events counted at each point: the numbers whose statistics are Poisson's. `nil` where the unit is arbitrary
    /// or the counting time unknown.
    public var rawCounts: [Double]? {
        scale.map { scale in zip(intensities, scale).map { $0 / $1 } }
    }

    /// The variance of each intensity: the square of the file's own standard uncertainty where it has them, otherwise
    /// k^2 max(n, 1) with n events counted and intensity = k n (Poisson statistics; a channel without events is given
    /// that of one event). `nil` where neither is known.
    public var variances: [Double]? {
        if let standardUncertainties { return standardUncertainties.map { $0 * $0 } }
        return scale.map { scale in zip(intensities, scale).map { max($0 / $1, 1) * $1 * $1 } }
    }

    /// The pattern with its points in ascending order of the axis; points at the same place keep their order.
    public func sortedByAxis() -> DiffractionPattern {
        if zip(axis.values, axis.values.dropFirst()).allSatisfy({ $0 <= $1 }) { return self }
        let order = axis.values.indices.sorted { (axis.values[$0], $0) < (axis.values[$1], $1) }
        func arranged(_ values: [Double]) -> [Double] { order.map { values[$0] } }
        var copy = self
        copy.axis = DiffractionAxis(arranged(axis.values), kind: axis.kind)
        copy.intensities = arranged(intensities)
        copy.standardUncertainties = standardUncertainties.map(arranged)
        copy.attenuationFactors = attenuationFactors.map(arranged)
        if case .each(let times) = countingTime { copy.countingTime = .each(arranged(times)) }
        copy.columns = columns.map { NamedColumn(name: $0.name, values: arranged($0.values)) }
        return copy
    }
}
