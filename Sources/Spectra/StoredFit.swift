/// A fit that another program made and stored with a spectrum: its numbers as the file has them.
///
/// It is a record, not a model: what the numbers mean in detail (which area, which width of an asymmetric line) is the
/// convention of `program`.
public struct StoredFit: Sendable, Hashable {
    /// A component.
    public struct Peak: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The position in eV, on `scale`, with `shift`.
        public var position: Double?
        /// The width in eV, the full one at half maximum for symmetric lines.
        public var width: Double?
        /// The area in `unit` times eV.
        public var area: Double?
        /// The line shape in the notation of the program, "GL(30)"; empty where the file does not say.
        public var shape: String
        /// The intensity of the component at each point of the spectrum, where the file has it (with or without
        /// background, as there).
        public var curve: [Double]?

        /// A component of which only the stated numbers are known.
        public init(
            name: String, position: Double? = nil, width: Double? = nil, area: Double? = nil, shape: String = "",
            curve: [Double]? = nil
        ) {
            self.name = name
            self.position = position
            self.width = width
            self.area = area
            self.shape = shape
            self.curve = curve
        }
    }

    /// A background.
    public struct Background: Sendable, Hashable {
        /// The name, usually that of the region it is drawn in.
        public var name: String
        /// The kind in the notation of the program, "Shirley", "U 3 Tougaard"; empty where the file does not say.
        public var kind: String
        /// The intensity at each point, where the file has it.
        public var curve: [Double]?

        /// A background of a kind.
        public init(name: String = "", kind: String = "", curve: [Double]? = nil) {
            self.name = name
            self.kind = kind
            self.curve = curve
        }
    }

    /// The program that made it, "CasaXPS"; empty where the file does not say.
    public var program: String
    /// The name of the fit, usually that of the spectrum or region; may be empty.
    public var name: String
    /// The scale of the positions.
    public var scale: EnergyScale
    /// What the program added to the binding energies of the file before it fitted, eV.
    public var shift: Double
    /// The unit that areas are counted in, times eV; `nil` where it is not known.
    public var unit: IntensityUnit?
    /// The components in the order of the file.
    public var peaks: [Peak]
    /// The backgrounds in the order of the file.
    public var backgrounds: [Background]
    /// The sum of components and background at each point, where the file has it.
    public var envelope: [Double]?

    /// A fit by `program`.
    public init(
        program: String, name: String = "", scale: EnergyScale = .binding, shift: Double = 0,
        unit: IntensityUnit? = nil, peaks: [Peak] = [], backgrounds: [Background] = [], envelope: [Double]? = nil
    ) {
        self.program = program
        self.name = name
        self.scale = scale
        self.shift = shift
        self.unit = unit
        self.peaks = peaks
        self.backgrounds = backgrounds
        self.envelope = envelope
    }
}

extension StoredFit {
    /// The fit whose curves are the columns of `spectrum`, by their names: an envelope with components or a background;
    /// `nil` where they are none.
    public init?(curvesOf spectrum: Spectrum, program: String = "") {
        let columns = spectrum.columns.filter { $0.coordinate == nil }
        func indices(_ words: [String]) -> [Int] {
            columns.indices.filter { index in
                let name = columns[index].name.lowercased()
                return words.contains { name == $0 || ($0.count > 1 && name.hasPrefix($0)) }
            }
        }
        guard let envelope = indices(["envelope", "fit_sum", "fit sum", "sum_fit"]).first else { return nil }
        let backgrounds = indices(["background", "bg"])
        let others = indices([
            "residual", "counts", "data-bg", "x", "cps", "transmission", "data_errors", "envelope", "fit", "sum_fit",
        ])
        let known = Set(backgrounds + others)
        let peaks = columns.indices.filter { !known.contains($0) }
        guard !peaks.isEmpty || !backgrounds.isEmpty else { return nil }
        self.init(
            program: program, name: spectrum.name, scale: spectrum.axis.scale,
            peaks: peaks.map { Peak(name: columns[$0].name, curve: columns[$0].values) },
            backgrounds: backgrounds.map { Background(name: columns[$0].name, curve: columns[$0].values) },
            envelope: columns[envelope].values)
    }
}
