import Foundation
import SQLiteDatabase
import Spectra

/// A text that is written piece by piece.
struct ResultText {
    private var pending: [UInt8] = []
    private let append: (Data) throws(WriteError) -> Void
    private static let piece = 1 << 16

    init(_ append: @escaping (Data) throws(WriteError) -> Void) { self.append = append }

    /// Adds a line of cells with `separator` between them.
    mutating func line(_ cells: [String], separator: UInt8) throws(WriteError) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { pending.append(separator) }
            pending.append(contentsOf: cell.utf8)
        }
        pending.append(UInt8(ascii: "\n"))
        if pending.count >= Self.piece { try finish() }
    }

    /// Hands on what is left.
    mutating func finish() throws(WriteError) {
        try append(Data(pending))
        pending.removeAll(keepingCapacity: true)
    }
}

/// Writes results as one table of comma-separated values (RFC 4180), a row for each spectrum.
struct ResultCSV {
    /// What of a component makes a column, as the table of components calls it.
    private static let quantities = [
        "position_eV", "position_u_eV", "fwhm_eV", "fwhm_u_eV", "area", "area_u", "fraction", "fraction_u",
        "atomic_percent", "atomic_percent_u",
    ]
    /// What of a spectrum makes a column before and behind its coordinates.
    private static let identity = ["number", "slice", "name", "sample", "level", "status", "message"]
    private static let quality = [
        "points", "dof", "chi2", "reduced_chi2", "abbe", "evaluations", "window_low_eV", "window_high_eV", "shift_eV",
        "shift_u_eV",
    ]
    private let components: [String]
    private let variables: [(name: String, unit: String)]

    init(_ database: borrowing Database) throws(DatabaseError) {
        // All fits are of one recipe, hence of the same components.
        components = try database.rows(
            "SELECT name FROM component WHERE spectrum = (SELECT min(spectrum) FROM component) ORDER BY number"
        ).map { $0[0].text ?? "" }
        variables = try database.rows("SELECT DISTINCT variable, unit FROM coordinate ORDER BY variable, unit")
            .map { ($0[0].text ?? "", $0[1].text ?? "") }
    }

    /// The table.
    func write(_ database: borrowing Database, to text: inout ResultText) throws {
        let comma = UInt8(ascii: ",")
        let places = variables.map { $0.unit.isEmpty ? $0.name : "\($0.name) / \($0.unit)" }
        let header =
            ["file"] + Self.identity + places + Self.quality
            + components.flatMap { name in Self.quantities.map { "\(name) \($0)" } }
        try text.line(header.map { Self.cell(.text($0)) }, separator: comma)
        let spectra = try database.statement(
            "SELECT id, \((Self.identity + Self.quality).joined(separator: ", ")) FROM spectrum "
                + "WHERE id BETWEEN ? AND ? ORDER BY id")
        let coordinates = try database.statement("SELECT variable, unit, value FROM coordinate WHERE spectrum = ?")
        let quantities = try database.statement(
            "SELECT \(Self.quantities.joined(separator: ", ")) FROM component WHERE spectrum = ? ORDER BY number")
        for file in try database.rows("SELECT id, name FROM file ORDER BY name") {
            let keys = SpectrumKey.keys(file: file[0].count ?? 0)
            try spectra.bind(keys.lowerBound, at: 1)
            try spectra.bind(keys.upperBound, at: 2)
            while try spectra.step() {
                let row = spectra.row
                var values = [file[1]] + row[1...Self.identity.count]
                try coordinates.bind(row[0], at: 1)
                var found: [String: DatabaseValue] = [:]
                while try coordinates.step() {
                    found["\(coordinates.value(0).text ?? "")\u{0}\(coordinates.value(1).text ?? "")"] =
                        coordinates.value(2)
                }
                values += variables.map { found["\($0.name)\u{0}\($0.unit)"] ?? .null }
                values += row[(1 + Self.identity.count)...]
                try quantities.bind(row[0], at: 1)
                var count = 0
                while try quantities.step() {
                    values += quantities.row
                    count += 1
                }
                for _ in count..<max(count, components.count) { values += Self.quantities.map { _ in .null } }
                try text.line(values.map(Self.cell), separator: comma)
            }
        }
        try text.finish()
    }

    private static func cell(_ value: DatabaseValue) -> String {
        switch value {
        case .null, .bytes: return ""
        case .integer(let number): return String(number)
        case .real(let number): return "\(number)"
        case .text(let text):
            // A line feed behind a carriage return is one character to Swift.
            guard text.unicodeScalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else { return text }
            return "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\""
        }
    }
}

/// Writes all that is a result as text, always in the same order: two files with the same results give the same bytes,
/// however they came about.
///
/// A line for each row, its cells separated by tabs: the name of the table, then the columns in their order. Keys are
/// written as the name of the file and the place of the spectrum in it. A tab, a line end or a backslash within a text is
/// written as `\t`, `\n`, `\r`, `\\`; `\N` is what has no value.
enum ResultCanonicalText {
    static func write(_ database: borrowing Database, to text: inout ResultText) throws {
        let tab = UInt8(ascii: "\t")
        try text.line(["interphase batch results", String(ResultTable.version)], separator: tab)
        for table in [ResultTable.run, .recipe] {
            for row in try database.rows("SELECT * FROM \(table.rawValue)") {
                try text.line([table.rawValue] + row.map(cell), separator: tab)
            }
        }
        let spectra = try database.statement("SELECT * FROM spectrum WHERE id BETWEEN ? AND ? ORDER BY id")
        for file in try database.rows("SELECT * FROM file ORDER BY name") {
            try text.line(["file"] + file.dropFirst().map(cell), separator: tab)
            let keys = SpectrumKey.keys(file: file[0].count ?? 0)
            try spectra.bind(keys.lowerBound, at: 1)
            try spectra.bind(keys.upperBound, at: 2)
            while try spectra.step() {
                try text.line(["spectrum", cell(file[1])] + spectra.row.dropFirst(2).map(cell), separator: tab)
            }
            for table in ResultTable.parts {
                let rows = try database.statement(
                    "SELECT * FROM \(table.rawValue) WHERE spectrum BETWEEN ? AND ? ORDER BY spectrum, number")
                try rows.bind(keys.lowerBound, at: 1)
                try rows.bind(keys.upperBound, at: 2)
                while try rows.step() {
                    let row = rows.row
                    let ordinal = SpectrumKey.ordinal(row[0].count ?? 0)
                    try text.line(
                        [table.rawValue, cell(file[1]), String(ordinal)] + row.dropFirst().map(cell), separator: tab)
                }
            }
        }
        try text.finish()
    }

    private static func cell(_ value: DatabaseValue) -> String {
        switch value {
        case .null, .bytes: return "\\N"
        case .integer(let number): return String(number)
        case .real(let number): return "\(number)"
        case .text(let text):
            guard text.unicodeScalars.contains(where: { "\t\n\r\\".unicodeScalars.contains($0) }) else { return text }
            var result = ""
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\t": result += "\\t"
                case "\n": result += "\\n"
                case "\r": result += "\\r"
                case "\\": result += "\\\\"
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result
        }
    }
}
