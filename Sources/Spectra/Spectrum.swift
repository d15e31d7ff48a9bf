/// The unit of a spectrum's intensities.
public enum IntensityUnit: String, Sendable, Hashable, Codable {
    /// Electrons counted over all sweeps: the quantity whose variance equals its mean.
    case counts
    /// Counts divided by (dwell time x sweeps).
    case countsPerSecond = "counts/s"
    /// Anything else: normalised, smoothed, background-subtracted or unknown.
    case arbitrary
}

/// How a spectrum was acquired; every field is `nil` where the file does not say.
public struct Acquisition: Sendable, Hashable {
    /// The number of sweeps (scans) summed in the intensities.
    public var sweeps: Int?
    /// The time in s spent on one channel in one sweep.
    public var dwellTime: Double?
    /// The time in s spent on one channel over all sweeps, where the file gives that: it then counts, not the product of
    /// sweeps and dwell time (a detector that sees many channels at once stays longer on each than it dwells).
    public var acquisitionTime: Double?
    /// The pass energy (or retarding ratio) of the analyser, eV.
    public var passEnergy: Double?
    /// The analyser work function that the file states, eV. Kept for the record; never used to compute energies.
    public var workFunction: Double?
    /// The label of the source, "Al K-alpha" or as the file has it.
    public var source: String?
    /// The instrument model.
    public var instrument: String?
    /// When it was measured: ISO 8601 without zone, as the file has it.
    public var date: String?
    /// Emission angle of the electrons from the surface normal, degrees.
    public var emissionAngle: Double?
    /// Where this spectrum lies in a series (etch time, position, cycle); empty for a spectrum on its own.
    public var coordinates: [SeriesCoordinate]
    /// Further things the file says, under its own names.
    public var further: [String: String]

    /// An acquisition of which only the stated fields are known.
    public init(
        sweeps: Int? = nil, dwellTime: Double? = nil, acquisitionTime: Double? = nil, passEnergy: Double? = nil,
        workFunction: Double? = nil, source: String? = nil, instrument: String? = nil, date: String? = nil,
        emissionAngle: Double? = nil, coordinates: [SeriesCoordinate] = [], further: [String: String] = [:]
    ) {
        self.sweeps = sweeps
        self.dwellTime = dwellTime
        self.acquisitionTime = acquisitionTime
        self.passEnergy = passEnergy
        self.workFunction = workFunction
        self.source = source
        self.instrument = instrument
        self.date = date
        self.emissionAngle = emissionAngle
        self.coordinates = coordinates
        self.further = further
    }

    /// The time in s spent on one channel over all sweeps.
    public var timePerChannel: Double? {
        if let acquisitionTime, acquisitionTime > 0 { return acquisitionTime }
        guard let dwellTime, dwellTime > 0, let sweeps, sweeps > 0 else { return nil }
        return dwellTime * Double(sweeps)
    }
}

/// What was recorded.
public enum SpectrumKind: String, Sendable, Hashable, Codable {
    /// The lines of one core level.
    case coreLevel = "core level"
    /// An overview of all energies.
    case survey
    /// The valence band, near zero binding energy.
    case valenceBand = "valence band"
    /// Auger electrons, at a kinetic energy that no photon energy changes.
    case auger
    /// Anything else.
    case other
}

/// One measured spectrum: intensities against energy, with all that is known of how they came about.
public struct Spectrum: Sendable, Hashable {
    /// The name in the file, "S 2p" or "S2p Scan".
    public var name: String
    /// The name of the sample, empty where the file has none.
    public var sample: String
    /// The core level, where the name or the energies tell it.
    public var level: CoreLevel?
    /// What kind of spectrum it is.
    public var kind: SpectrumKind
    /// The energies.
    public var axis: EnergyAxis
    /// The intensities as the file has them, in `unit`, in the order of `axis`.
    public var intensities: [Double]
    /// The unit of `intensities`.
    public var unit: IntensityUnit
    /// The transmission of the analyser at each point, where the file has it (any scale).
    public var transmission: [Double]?
    /// How it was acquired.
    public var acquisition: Acquisition
    /// The comment lines of the block in the file, verbatim.
    public var comments: [String]
    /// Further intensity columns of the file by name, for example the curves of a fit made by another program.
    public var columns: [NamedColumn]
    /// The fits that other programs stored with it and that the file gives as numbers of their own; those of CasaXPS in
    /// a VAMAS file stand in `comments` alone.
    public var fits: [StoredFit] = []
    /// How the binding energies are to be referenced before a fit.
    public var calibration: Calibration

    /// A spectrum; `axis` and `intensities` have the same number of points.
    public init(
        name: String, sample: String = "", level: CoreLevel? = nil, kind: SpectrumKind = .other, axis: EnergyAxis,
        intensities: [Double], unit: IntensityUnit, transmission: [Double]? = nil,
        acquisition: Acquisition = Acquisition(), comments: [String] = [], columns: [NamedColumn] = [],
        calibration: Calibration = .none
    ) {
        precondition(axis.count == intensities.count, "a spectrum has one intensity for each energy")
        self.name = name
        self.sample = sample
        self.level = level
        self.kind = kind
        self.axis = axis
        self.intensities = intensities
        self.unit = unit
        self.transmission = transmission
        self.acquisition = acquisition
        self.comments = comments
        self.columns = columns
        self.calibration = calibration
    }

    /// Electrons counted in each channel over all sweeps: the numbers whose statistics are Poisson's. `nil` where the
    /// file has no counts and does not say how long each channel was measured.
    public var rawCounts: [Double]? {
        switch unit {
        case .counts: intensities
        case .countsPerSecond: acquisition.timePerChannel.map { time in intensities.map { $0 * time } }
        case .arbitrary: nil
        }
    }

    /// Counts per second in each channel; `nil` where the time per channel is unknown.
    public var countsPerSecond: [Double]? {
        switch unit {
        case .countsPerSecond: intensities
        case .counts: acquisition.timePerChannel.map { time in intensities.map { $0 / time } }
        case .arbitrary: nil
        }
    }

    /// The same spectrum with the way its energies are to be referenced.
    public func calibrated(_ calibration: Calibration) -> Spectrum {
        var copy = self
        copy.calibration = calibration
        return copy
    }
}

/// A column of numbers with the name that the file gives it.
public struct NamedColumn: Sendable, Hashable {
    /// The name in the file.
    public var name: String
    /// One number for each point of the spectrum, `nan` where the file has none.
    public var values: [Double]
    /// Where the column lies in a series, if it is the spectrum measured at one place (one slice of a detector image);
    /// the intensities of the spectrum are then the sum of such columns.
    public var coordinate: SeriesCoordinate?

    /// A column `name` of `values`, at `coordinate` if it is part of a series.
    public init(name: String, values: [Double], coordinate: SeriesCoordinate? = nil) {
        self.name = name
        self.values = values
        self.coordinate = coordinate
    }
}

/// How measured binding energies are turned into referenced ones: referenced = measured + shift.
public enum Calibration: Sendable, Hashable {
    /// The energies are taken as the file has them.
    case none
    /// A known shift in eV, with its standard uncertainty where one is known.
    case shift(Measured)
    /// The fitted position of the component `name` (its line j = l + 1/2) is set to `energy`, in eV; the shift and its
    /// uncertainty come out of the fit.
    case line(String, at: Double)
}
