import Foundation
import Spectra

/// Plain columns: two theta (or d, Q, time of flight), intensity and perhaps its standard uncertainty, set apart by
/// blanks, tabs, commas or semicolons, with a point or a comma as decimal mark, under any header or none: .xy, .xye,
/// .csv, .txt, .prn, .dat of all programs, the CSV of PANalytical's with its sections, pyFAI's .dat and others.
///
/// A line before the table that holds nothing but one number is the wavelength, as DASH and TOPAS write it.
enum ColumnsFormat: DiffractionFormat {
    static let name = "columns of numbers (xy, xye, csv)"
    static let extensions = ["xy", "xye", "csv", "txt", "prn", "dat", "tsv"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content, length: 32_768) else { return false }
        // The last line of the head may be cut.
        let lines = head.lines.dropLast(content.data.count > 32_768 && head.lines.count > 1 ? 1 : 0)
        let words = lines.filter { !$0.trimmed.isEmpty && !ColumnTable.isComment($0) }
        guard let dialect = ColumnDialect.best(for: Array(words)) else { return false }
        let rows = words.map(dialect.isRow)
        let count = rows.count { $0 }
        // A long header is no obstacle where rows follow each other.
        let longest = rows.split(separator: false).map(\.count).max() ?? 0
        return count >= 2 && (2 * count >= words.count || longest >= 5) && !isSpectrum(lines)
    }

    /// Whether the header speaks of electron energies: columns of another technique.
    private static func isSpectrum(_ lines: ArraySlice<Substring>) -> Bool {
        lines.prefix(60).contains { line in
            let text = line.lowercased()
            return ["binding energy", "kinetic energy", "binding_energy", "(ev)", "[ev]", "raman shift", "wavenumber"]
                .contains { text.contains($0) }
        }
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        let table = try ColumnTable(text)
        var notes: [String] = []
        let roles = try ColumnRoles(table, content: content, options: options, notes: &notes)
        let patterns = try table.runs.enumerated().map { index, run in
            try pattern(run, table, roles, scan: index + 1, options: options, notes: &notes)
        }
        if patterns.contains(where: { $0.axis.kind == .twoTheta && $0.radiation.wavelength == nil }) {
            notes.append("the file does not state the wavelength")
        }
        return try file(content, patterns, notes: notes)
    }

    private static func pattern(
        _ run: ColumnTable.Run, _ table: ColumnTable, _ roles: ColumnRoles, scan: Int, options: DiffractionReadOptions,
        notes: inout [String]
    ) throws -> DiffractionPattern {
        let places = try table.column(roles.place, of: run)
        let intensities = try table.column(roles.intensity, of: run)
        try requireOrder(places, run, table)
        let axis = DiffractionAxis(places.map { $0 * roles.factor }, kind: roles.kind)
        try requireAngles(axis, table)
        let time = roles.time.flatMap { try? table.column($0, of: run) }.flatMap { times -> CountingTime? in
            guard let first = times.first, times.allSatisfy({ $0 > 0 }) else { return nil }
            return times.allSatisfy { $0 == first } ? .common(first) : .each(times)
        }
        var uncertainties = try roles.uncertainty.map { try table.column($0, of: run) }
        var columns: [NamedColumn] = []
        for other in roles.others {
            guard let values = try? table.column(other.index, of: run) else { continue }
            // A third column without a name is the uncertainty where it goes with the square root of the intensity.
            if uncertainties == nil, !roles.isNamed, other.index == 2, isUncertainty(values, of: intensities) {
                uncertainties = values
                if scan == 1 {
                    notes.append(
                        "the third column was taken as standard uncertainties: it goes with the "
                            + "square root of the intensities")
                }
            } else {
                columns.append(NamedColumn(name: other.name, values: values))
            }
        }
        var unit = roles.unit ?? options.unit
        if unit == nil {
            let isWhole = intensities.allSatisfy { $0 >= 0 && $0 == $0.rounded() } && intensities.contains { $0 > 1 }
            unit = isWhole && uncertainties == nil ? .counts : .arbitrary
            if unit == .counts && scan == 1 {
                notes.append(
                    "the header does not say what the intensities are; as whole numbers they were taken as counts")
            }
        }
        let header = table.header(of: run)
        return DiffractionPattern(
            axis: axis, intensities: intensities, unit: unit ?? .arbitrary, standardUncertainties: uncertainties,
            countingTime: time, radiation: roles.radiation(header: header),
            setup: DiffractionSetup(scanAxis: roles.placeName),
            comments: header.map { String($0.trimmed) }.filter { !$0.isEmpty }, columns: columns,
            missingPoints: run.isCut ? 1 : 0)
    }

    /// Whether `values` go with the square root of `intensities`: su^2 / intensity varies by less than a factor of 30
    /// over nine tenths of the points, and su is small compared with the intensities.
    private static func isUncertainty(_ values: [Double], of intensities: [Double]) -> Bool {
        let pairs = zip(values, intensities).filter { $1 > 0 }
        guard pairs.count >= 2, values.allSatisfy({ $0 >= 0 }), pairs.contains(where: { $0.0 > 0 }) else {
            return false
        }
        let ratios = pairs.map { $0 * $0 / $1 }.sorted()
        let low = ratios[ratios.count / 20]
        let high = ratios[ratios.count - 1 - ratios.count / 20]
        let relative = pairs.map { $0 / $1 }.sorted()[pairs.count / 2]
        return low > 0 && high / low < 30 && relative < 0.5
    }

    private static func requireOrder(_ places: [Double], _ run: ColumnTable.Run, _ table: ColumnTable) throws {
        let steps = zip(places, places.dropFirst()).map { $1 - $0 }
        let up = steps.filter { $0 >= 0 }.count
        let down = steps.filter { $0 <= 0 }.count
        guard Double(max(up, down)) >= 0.95 * Double(steps.count), places.first != places.last else {
            throw table.text.malformed(
                run.rows.first ?? 0, expected: "a first column that ascends or descends, as the places of a scan do",
                found: "\(places.prefix(4).map { "\($0)" }.joined(separator: ", ")) ...")
        }
    }

    private static func requireAngles(_ axis: DiffractionAxis, _ table: ColumnTable) throws {
        guard axis.kind == .twoTheta, let low = axis.values.min(), let high = axis.values.max() else { return }
        guard low >= -180, high <= 180 else {
            throw table.text.content.malformed(
                .whole,
                expected: "two theta between -180 and 180 degrees in the first column (state what it counts "
                    + "where it is something else)", found: "\(low) to \(high)")
        }
    }
}
