import Interphase

/// What `levels --json` gives, schema `interphase.levels/1`. Keys are added, never renamed; what is not known is left
/// out.
struct LevelsReport: Encodable {
    var schema = "interphase.levels/1"
    var levels: [Level]
    var sources: [String: SourceReport]

    init(_ references: [CoreLevelReference]) {
        levels = references.map(Level.init)
        sources = SourceReport.table(references.flatMap(\.sources))
    }

    /// One level.
    struct Level: Encodable {
        var level, line: String
        var energy: Energy
        var window: [Double]
        var windowSources: [String]
        var splitting: Splitting?
        var areaRatio: AreaRatio?
        var sensitivity: Sensitivity
        var width: Parameter
        var observedWidth: Published?
        var minorWidthRatio: Parameter?
        var naturalWidth: NaturalWidth?
        var remark: String?

        enum CodingKeys: String, CodingKey {
            case level, line, splitting, sensitivity, remark
            case energy = "binding_energy"
            case window = "window_eV"
            case windowSources = "window_sources"
            case areaRatio = "area_ratio"
            case width = "width_eV"
            case observedWidth = "width_observed_eV"
            case minorWidthRatio = "minor_width_ratio"
            case naturalWidth = "natural_width_eV"
        }

        init(_ reference: CoreLevelReference) {
            level = reference.level.description
            line = reference.level.majorLine
            energy = Energy(reference.bindingEnergy)
            window = [reference.window.lowerBound, reference.window.upperBound]
            windowSources = reference.windowSources
            splitting = reference.splitting.map(Splitting.init)
            if let statistical = reference.statisticalAreaRatio, let scofield = reference.scofieldAreaRatio {
                areaRatio = AreaRatio(statistical: statistical, scofield: scofield)
            }
            sensitivity = Sensitivity(reference.sensitivity)
            width = Parameter(reference.width)
            observedWidth = reference.observedWidth.map(Published.init)
            minorWidthRatio = reference.minorWidthRatio.map(Parameter.init)
            naturalWidth = reference.naturalWidth.map {
                NaturalWidth(major: $0.major, minor: $0.minor, sources: $0.sources)
            }
            remark = reference.remark
        }
    }

    /// Where the line is found.
    struct Energy: Encodable {
        var typical: Double
        var range: [Double]
        var records: Int
        var sources: [String]

        enum CodingKeys: String, CodingKey {
            case records, sources
            case typical = "typical_eV"
            case range = "range_eV"
        }

        init(_ reference: BindingEnergyReference) {
            typical = reference.typical
            range = [reference.range.lowerBound, reference.range.upperBound]
            records = reference.records
            sources = reference.sources
        }
    }

    /// The spin-orbit splitting.
    struct Splitting: Encodable {
        struct Record: Encodable {
            var code: String
            var value: Double

            enum CodingKeys: String, CodingKey {
                case code
                case value = "value_eV"
            }
        }

        var standard: Double
        var range: [Double]
        var records: [Record]
        var compounds: Published?
        var sources: [String]

        enum CodingKeys: String, CodingKey {
            case records, sources
            case standard = "default_eV"
            case range = "range_eV"
            case compounds = "compounds_eV"
        }

        init(_ reference: SplittingReference) {
            standard = reference.default
            range = [reference.range.lowerBound, reference.range.upperBound]
            records = reference.records.map { Record(code: $0.code, value: $0.value) }
            compounds = reference.compounds.map(Published.init)
            sources = reference.sources
        }
    }

    /// The area of the line j = l - 1/2 against that of j = l + 1/2.
    struct AreaRatio: Encodable {
        var statistical, scofield: Double
    }

    /// Cross sections relative to C 1s.
    struct Sensitivity: Encodable {
        var total: Double
        var major, minor: Double?
        var note: String?
        var sources: [String]

        init(_ reference: SensitivityReference) {
            total = reference.total
            major = reference.lines?.major
            minor = reference.lines?.minor
            note = reference.note
            sources = reference.sources
        }
    }

    /// Start and bounds of a parameter.
    struct Parameter: Encodable {
        var start, min, max: Double
        var sources: [String]

        init(_ reference: ParameterReference) {
            start = reference.start
            min = reference.range.lowerBound
            max = reference.range.upperBound
            sources = reference.sources
        }
    }

    /// Middle and spread of published values.
    struct Published: Encodable {
        var median, low, high: Double
        var records: Int
        var sources: [String]

        init(_ values: PublishedValues) {
            median = values.median
            low = values.spread.lowerBound
            high = values.spread.upperBound
            records = values.records
            sources = values.sources
        }
    }

    /// Lifetime widths.
    struct NaturalWidth: Encodable {
        var major: Double
        var minor: Double?
        var sources: [String]
    }
}

/// What `species --json` gives, schema `interphase.species/1`. Keys are added, never renamed; what is not known is left
/// out.
struct SpeciesReport: Encodable {
    var schema = "interphase.species/1"
    var species: [Entry]
    var sources: [String: SourceReport]

    /// The lines of `species`, those of `level` alone where one is given.
    init(_ species: [Species], level: CoreLevel?) {
        self.species = species.map { Entry($0, level: level) }
        sources = SourceReport.table(self.species.flatMap { $0.lines.flatMap { $0.values.map(\.source) } })
    }

    /// One species.
    struct Entry: Encodable {
        var id, name, group: String
        var aliases: [String]
        var formula: String?
        var ambiguousWith: [String]
        var note: String?
        var lines: [Line]

        enum CodingKeys: String, CodingKey {
            case id, name, group, aliases, formula, note, lines
            case ambiguousWith = "ambiguous_with"
        }

        init(_ species: Species, level: CoreLevel?) {
            id = species.id
            name = species.name
            group = species.group.rawValue
            aliases = species.aliases
            formula = species.formula
            ambiguousWith = species.ambiguousWith
            note = species.note
            lines = species.lines.filter { level == nil || $0.level == level }.map(Line.init)
        }
    }

    /// Its line of one level.
    struct Line: Encodable {
        var level, line: String
        var position: Double
        var range: [Double]
        var standardDeviation: Double?
        var papers: Int
        var values: [Value]
        var note: String?

        enum CodingKeys: String, CodingKey {
            case level, line, papers, values, note
            case position = "position_eV"
            case range = "range_eV"
            case standardDeviation = "standard_deviation_eV"
        }

        init(_ line: SpeciesLine) {
            level = line.level.description
            self.line = line.level.majorLine
            position = line.position
            range = [line.range.lowerBound, line.range.upperBound]
            standardDeviation = line.standardDeviation
            papers = line.records
            values = line.values.map(Value.init)
            note = line.note
        }
    }

    /// A published value.
    struct Value: Encodable {
        var position: Double
        var source: String
        var paper, reference, note: String?

        enum CodingKeys: String, CodingKey {
            case source, paper, reference, note
            case position = "position_eV"
        }

        init(_ value: SpeciesValue) {
            position = value.position
            source = value.source
            paper = value.paper
            reference = value.reference
            note = value.note
        }
    }
}

/// A source as JSON.
struct SourceReport: Encodable {
    var citation: String
    var doi, url, note: String?

    /// The sources called `keys`.
    static func table(_ keys: [String]) -> [String: SourceReport] {
        var result: [String: SourceReport] = [:]
        for key in keys {
            guard let source = ReferenceLibrary.source(key) else { continue }
            result[key] = SourceReport(citation: source.citation, doi: source.doi, url: source.url, note: source.note)
        }
        return result
    }
}
