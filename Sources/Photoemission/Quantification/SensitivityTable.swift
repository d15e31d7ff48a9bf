import Foundation
import ReferenceSpectra
import Spectra

extension SensitivitySet {
    /// Reads a table of sensitivity factors: YAML, or comma-separated values with the columns `level`, `factor` and
    /// optionally `u` (relative standard uncertainty). A level is written as `S 2p`, a line of it as `S 2p3/2`.
    ///
    /// ```
    /// interphase-sensitivities: 1
    /// name: our instrument
    /// source: "Cu, Ag, Au foils, March 2026"
    /// photon_energy: 1486.6
    /// relative_uncertainty: 0.05
    /// factors: {S 2p: 1.67, P 2p: {factor: 1.19, u: 0.03}}
    /// ```
    ///
    /// - Throws: `ReferenceDataError` with line and column for anything that is not such a table, and for totals that
    ///   are not the sum of their lines.
    public init(text: String, file: String) throws(ReferenceDataError) {
        let first = text.split(whereSeparator: \.isNewline).first { !$0.hasPrefix("#") } ?? ""
        let isYAML = first.hasPrefix("interphase-sensitivities")
        var table = try isYAML ? Self.yaml(text, file: file) : Self.csv(text, file: file)
        table.completeFromLines()
        guard !table.factors.isEmpty else {
            throw ReferenceDataError(file: file, expected: "at least one sensitivity factor", found: "none")
        }
        if let problem = table.problems.first {
            throw ReferenceDataError(file: file, expected: "factors that agree with each other", found: problem)
        }
        self = table
    }

    /// The total of a level of which only the two lines are given is their sum.
    private mutating func completeFromLines() {
        for (level, factor) in factors where !(factor.total > 0) {
            guard let major = factor.major else {
                factors[level] = nil
                continue
            }
            guard let minor = factor.minor else {
                // One line alone tells the level by the number of electrons.
                factors[level]?.total = major * (1 + (level.statisticalAreaRatio ?? 0))
                continue
            }
            factors[level]?.total = major + minor
        }
    }

    /// Takes in the factor of the level or line called `name`; `nil` where that is neither.
    private mutating func add(_ value: Double, uncertainty: Double?, to name: String) -> Bool? {
        let plain = name.trimmingCharacters(in: .whitespaces)
        guard let level = CoreLevel(label: plain) else { return nil }
        var factor = factors[level] ?? Factor(total: 0)
        func isNew(_ known: Double?) -> Bool { known == nil || known == 0 }
        let compact = plain.filter { !$0.isWhitespace }.lowercased()
        func isNamed(_ label: String) -> Bool { label.filter { !$0.isWhitespace }.lowercased() == compact }
        if isNamed(level.description) {
            guard isNew(factor.total) else { return false }
            factor.total = value
        } else if isNamed(level.majorLine) {
            guard isNew(factor.major) else { return false }
            factor.major = value
        } else if isNamed(level.minorLine) {
            guard isNew(factor.minor) else { return false }
            factor.minor = value
        } else {
            return nil
        }
        factor.relativeUncertainty = uncertainty ?? factor.relativeUncertainty
        factors[level] = factor
        return true
    }

    private static func yaml(_ text: String, file: String) throws(ReferenceDataError) -> SensitivitySet {
        let fields = try YAMLValue(text: text, file: file).fields(
            "interphase-sensitivities", "name", "source", "photon_energy", "relative_uncertainty", "factors")
        let version = try fields.require("interphase-sensitivities")
        guard try version.count() == 1 else { throw version.error(expected: "table version 1") }
        var set = SensitivitySet(
            name: try fields.require("name").text(), source: try fields["source"]?.text() ?? file, factors: [:])
        if let energy = fields["photon_energy"] {
            set.photonEnergy = try positive(energy, "a photon energy above 0 eV")
        }
        if let value = fields["relative_uncertainty"] { set.relativeUncertainty = try uncertainty(value) }
        for (key, value) in try fields.require("factors").pairs() {
            var own: Double?
            let factor: Double
            if let plain = try? value.number() {
                guard plain > 0 else { throw value.error(expected: "a factor above 0") }
                factor = plain
            } else {
                let parts = try value.fields("factor", "u")
                factor = try positive(try parts.require("factor"), "a factor above 0")
                if let value = parts["u"] { own = try uncertainty(value) }
            }
            switch set.add(factor, uncertainty: own, to: try key.text()) {
            case .none: throw key.error(expected: "a core level or a line such as S 2p or S 2p3/2")
            case .some(false): throw key.error(expected: "each level once")
            case .some(true): break
            }
        }
        return set
    }

    private static func positive(_ value: YAMLValue, _ expected: String) throws(ReferenceDataError) -> Double {
        let number = try value.number()
        guard number > 0 else { throw value.error(expected: expected) }
        return number
    }

    private static func uncertainty(_ value: YAMLValue) throws(ReferenceDataError) -> Double {
        let number = try value.number()
        guard (0..<1).contains(number) else {
            throw value.error(expected: "a relative standard uncertainty from 0 to below 1, such as 0.05")
        }
        return number
    }

    private static func csv(_ text: String, file: String) throws(ReferenceDataError) -> SensitivitySet {
        var set = SensitivitySet(name: file, source: file, factors: [:])
        let table = try NumberTable(csv: text, file: file, name: "level", numbers: ["factor"], optional: ["u"])
        for row in table.rows {
            guard let factor = row.numbers["factor"], factor > 0 else {
                throw ReferenceDataError(
                    file: file, line: row.line, expected: "a factor above 0", found: "\(row.numbers["factor"] ?? 0)")
            }
            let own = row.numbers["u"]
            if let own, !(0..<1).contains(own) {
                throw ReferenceDataError(
                    file: file, line: row.line, expected: "a relative standard uncertainty from 0 to below 1",
                    found: "\(own)")
            }
            switch set.add(factor, uncertainty: own, to: row.name) {
            case .none:
                throw ReferenceDataError(
                    file: file, line: row.line, expected: "a core level or a line such as S 2p or S 2p3/2",
                    found: "\"\(row.name.prefix(40))\"")
            case .some(false):
                throw ReferenceDataError(
                    file: file, line: row.line, expected: "each level once", found: "\(row.name) again")
            case .some(true): break
            }
        }
        return set
    }
}

/// A small table of comma-separated values with a header line: a column of names (or none) and columns of numbers.
struct NumberTable {
    struct Row {
        var line: Int
        var name: String
        var numbers: [String: Double]
    }

    var rows: [Row] = []

    /// Reads the columns called `name` (where one is asked for), `numbers` and, where they are there, `optional`.
    init(
        csv text: String, file: String, name: String?, numbers: [String], optional: [String] = []
    ) throws(ReferenceDataError) {
        var columns: [String: Int] = [:]
        let wanted = (name.map { [$0] } ?? []) + numbers
        var isHeader = true
        for (index, raw) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let plain = raw.trimmingCharacters(in: .whitespaces)
            if plain.isEmpty || plain.hasPrefix("#") { continue }
            let cells = plain.split(separator: ",", omittingEmptySubsequences: false).map { cell in
                cell.trimmingCharacters(in: .whitespaces).trimmingCharacters(
                    in: CharacterSet(charactersIn: "\"\u{FEFF}"))
            }
            guard !isHeader else {
                isHeader = false
                for (column, title) in cells.enumerated() { columns[title.lowercased()] = column }
                if let missing = wanted.first(where: { columns[$0] == nil }) {
                    throw ReferenceDataError(
                        file: file, line: index + 1,
                        expected: "a header with the columns \((wanted + optional).joined(separator: ", "))",
                        found: "no column \"\(missing)\"")
                }
                continue
            }
            var row = Row(line: index + 1, name: "", numbers: [:])
            if let name, let column = columns[name], column < cells.count { row.name = cells[column] }
            for title in numbers + optional {
                guard let column = columns[title] else { continue }
                let cell = column < cells.count ? cells[column] : ""
                if cell.isEmpty, optional.contains(title) { continue }
                guard let number = Double(cell), number.isFinite else {
                    throw ReferenceDataError(
                        file: file, line: index + 1, expected: "a number in the column \"\(title)\"",
                        found: "\"\(cell.prefix(40))\"")
                }
                row.numbers[title] = number
            }
            rows.append(row)
        }
        guard !isHeader else {
            throw ReferenceDataError(file: file, expected: "a table with a header line", found: "nothing")
        }
    }
}
