import Spectra

/// A file of core levels, as `reference-spectra/xps/core-levels.yaml`.
public struct CoreLevelTable: Sendable, Hashable {
    /// The levels in the order of the file.
    public let levels: [CoreLevelReference]
    /// The sources by key.
    public let sources: [String: Source]

    /// Reads a table from YAML text; `file` names it in errors.
    ///
    /// - Throws: `ReferenceDataError` with line and column where the text is not YAML, a key is unknown or missing, a
    ///   number is none, a source is not listed, a level occurs twice, or a doublet lacks a part of it.
    public init(yaml: String, file: String) throws(ReferenceDataError) {
        let root = try YAMLValue(text: yaml, file: file)
        let fields = try root.fields("interphase-core-levels", "sources", "levels")
        let version = try fields.require("interphase-core-levels")
        guard try version.count() == 1 else { throw version.error(expected: "format version 1") }
        let sources = try Source.table(try fields.require("sources"))
        var levels: [CoreLevelReference] = []
        var seen: Set<CoreLevel> = []
        for entry in try fields.require("levels").list() {
            let level = try CoreLevelReference(entry, sources: sources)
            guard seen.insert(level.level).inserted else {
                throw entry.error(expected: "each level once", found: "\(level.level) twice")
            }
            levels.append(level)
        }
        self.levels = levels
        self.sources = sources
    }
}

extension CoreLevelReference {
    fileprivate init(_ entry: YAMLValue, sources: [String: Source]) throws(ReferenceDataError) {
        let fields = try entry.fields(
            "level", "binding_energy", "window", "splitting", "sensitivity", "width", "width_observed",
            "minor_width_ratio", "natural_width", "remark")
        let name = try fields.require("level")
        guard let level = CoreLevel(label: try name.text()), level.description == (try name.text()) else {
            throw name.error(expected: "a core level like S 2p")
        }
        self.level = level
        bindingEnergy = try BindingEnergyReference(try fields.require("binding_energy"), sources: sources)
        let window = try fields.require("window").fields("range", "source")
        self.window = try window.require("range").interval()
        windowSources = try Source.keys(try window.require("source"), in: sources)
        if let splitting = fields["splitting"] {
            guard level.isDoublet else { throw splitting.error(expected: "no splitting for an s level") }
            self.splitting = try SplittingReference(splitting, sources: sources)
        } else {
            guard !level.isDoublet else { throw entry.error(expected: "the key \"splitting\"", found: "none") }
            splitting = nil
        }
        sensitivity = try SensitivityReference(
            try fields.require("sensitivity"), isDoublet: level.isDoublet, sources: sources)
        width = try ParameterReference(try fields.require("width"), sources: sources)
        observedWidth = try fields["width_observed"].map { value throws(ReferenceDataError) in
            try PublishedValues(value, sources: sources)
        }
        minorWidthRatio = try fields["minor_width_ratio"].map { value throws(ReferenceDataError) in
            try ParameterReference(value, sources: sources)
        }
        naturalWidth = try fields["natural_width"].map { value throws(ReferenceDataError) in
            try NaturalWidthReference(value, isDoublet: level.isDoublet, sources: sources)
        }
        remark = try fields["remark"]?.text()
    }
}

extension BindingEnergyReference {
    fileprivate init(_ entry: YAMLValue, sources: [String: Source]) throws(ReferenceDataError) {
        let fields = try entry.fields("typical", "range", "records", "source")
        typical = try fields.require("typical").number()
        range = try fields.require("range").interval()
        records = try fields.require("records").count()
        self.sources = try Source.keys(try fields.require("source"), in: sources)
        guard range.contains(typical) else { throw entry.error(expected: "a typical value within the range") }
    }
}

extension SplittingReference {
    fileprivate init(_ entry: YAMLValue, sources: [String: Source]) throws(ReferenceDataError) {
        let fields = try entry.fields("default", "range", "records", "compounds", "source")
        let keys = try Source.keys(try fields.require("source"), in: sources)
        `default` = try fields.require("default").number()
        range = try fields.require("range").interval()
        guard range.contains(`default`), range.lowerBound > 0 else {
            throw entry.error(expected: "a positive default within the range")
        }
        var records: [SplittingRecord] = []
        for (code, value) in try fields["records"]?.pairs() ?? [] {
            records.append(SplittingRecord(code: try code.text(), value: try value.number()))
        }
        self.records = records.sorted { ($0.value, $0.code) < ($1.value, $1.code) }
        compounds = try fields["compounds"].map { value throws(ReferenceDataError) in
            try PublishedValues(value, inherited: keys, sources: sources)
        }
        self.sources = keys
    }
}

extension SensitivityReference {
    fileprivate init(
        _ entry: YAMLValue, isDoublet: Bool, sources: [String: Source]
    ) throws(ReferenceDataError) {
        let fields = try entry.fields("total", "major", "minor", "note", "source")
        total = try fields.require("total").number()
        guard total > 0 else { throw entry.error(expected: "a positive total") }
        if isDoublet {
            let major = try fields.require("major").number()
            let minor = try fields.require("minor").number()
            guard major > 0, minor > 0, abs(major + minor - total) <= 0.005 * total else {
                throw entry.error(
                    expected: "major + minor = total to 0.5 %", found: "\(major) + \(minor) against \(total)")
            }
            lines = Lines(major: major, minor: minor)
        } else {
            guard fields["major"] == nil, fields["minor"] == nil else {
                throw entry.error(expected: "a total alone for an s level", found: "parts")
            }
            lines = nil
        }
        note = try fields["note"]?.text()
        self.sources = try Source.keys(try fields.require("source"), in: sources)
    }
}

extension ParameterReference {
    fileprivate init(_ entry: YAMLValue, sources: [String: Source]) throws(ReferenceDataError) {
        let fields = try entry.fields("start", "min", "max", "source")
        let (low, high) = (try fields.require("min").number(), try fields.require("max").number())
        start = try fields.require("start").number()
        guard low > 0, low <= start, start <= high else {
            throw entry.error(expected: "0 < min <= start <= max", found: "\(low), \(start), \(high)")
        }
        range = low...high
        self.sources = try Source.keys(try fields.require("source"), in: sources)
    }
}

extension PublishedValues {
    fileprivate init(
        _ entry: YAMLValue, inherited: [String]? = nil, sources: [String: Source]
    ) throws(ReferenceDataError) {
        let fields = try entry.fields("median", "low", "high", "records", "source")
        let (low, high) = (try fields.require("low").number(), try fields.require("high").number())
        median = try fields.require("median").number()
        guard low <= median, median <= high else {
            throw entry.error(expected: "low <= median <= high", found: "\(low), \(median), \(high)")
        }
        spread = low...high
        records = try fields.require("records").count()
        if let inherited, fields["source"] == nil {
            self.sources = inherited
        } else {
            self.sources = try Source.keys(try fields.require("source"), in: sources)
        }
    }
}

extension NaturalWidthReference {
    fileprivate init(
        _ entry: YAMLValue, isDoublet: Bool, sources: [String: Source]
    ) throws(ReferenceDataError) {
        let fields = try entry.fields("major", "minor", "source")
        major = try fields.require("major").number()
        minor = isDoublet ? try fields.require("minor").number() : nil
        guard major > 0, minor ?? 1 > 0 else { throw entry.error(expected: "positive widths") }
        self.sources = try Source.keys(try fields.require("source"), in: sources)
    }
}
