import Foundation
import Interphase

/// What `info` prints for people.
enum InfoTable {
    /// The spectra of a file as a table below its name, with the notes of the reader.
    static func text(of file: SpectrumFile) -> String {
        let header = ["#", "name", "level", "range / eV", "step", "points", "unit", "sum", "sweeps x dwell", "hv / eV"]
        let count = file.spectra.count
        var text = "\(file.path): \(file.format), \(count) \(count == 1 ? "spectrum" : "spectra")\n"
        // Made twice, for the widths and for the text: a file may hold more spectra than there is room for their rows.
        var widths = header.map(\.count)
        for (index, spectrum) in file.spectra.enumerated() {
            for (column, cell) in row(of: spectrum, number: index + 1).enumerated() {
                widths[column] = max(widths[column], min(cell.count, widest))
            }
        }
        text.reserveCapacity(text.utf8.count + (count + 1) * (3 + widths.reduce(0) { $0 + $1 + 2 }))
        text += "  \(line(of: header, widths: widths))\n"
        for (index, spectrum) in file.spectra.enumerated() {
            text += "  \(line(of: row(of: spectrum, number: index + 1), widths: widths))\n"
        }
        for line in details(of: file.spectra) { text += "\(line)\n" }
        for note in file.notes { text += "  note: \(note)\n" }
        return text
    }

    private static func row(of spectrum: Spectrum, number: Int) -> [String] {
        let axis = spectrum.axis
        let ends = EnergyAxis(
            [axis.values.first, axis.values.last].compactMap { $0 }, scale: axis.scale, photonEnergy: axis.photonEnergy)
        let energies = ends.bindingEnergies ?? ends.values
        let scale = ends.bindingEnergies == nil ? "KE" : "BE"
        let range = "\(scale) \(short(energies.first)) - \(short(energies.last))"
        let acquisition = spectrum.acquisition
        var time = "-"
        if let sweeps = acquisition.sweeps, let dwell = acquisition.dwellTime {
            time = "\(sweeps) x \(short(dwell)) s"
        } else if let total = acquisition.timePerChannel {
            time = "\(short(total)) s"
        }
        return [
            "\(number)", spectrum.name, spectrum.level?.description ?? spectrum.kind.rawValue, range,
            short(axis.meanStep.map { abs($0) }) + (axis.isUniform() || axis.count < 2 ? "" : " (uneven)"),
            "\(axis.count)", spectrum.unit.rawValue, short(spectrum.intensities.reduce(0, +)), time,
            short(axis.photonEnergy),
        ]
    }

    /// What only some spectra have, said once for neighbours that have the same.
    private static func details(of spectra: [Spectrum]) -> [String] {
        var runs: [(first: Int, last: Int, text: String)] = []
        for (index, spectrum) in spectra.enumerated() {
            guard let text = detail(of: spectrum) else { continue }
            if let run = runs.last, run.last == index, run.text == text {
                runs[runs.count - 1].last = index + 1
            } else {
                runs.append((index + 1, index + 1, text))
            }
        }
        return runs.map { "  #\($0.first)\($0.last > $0.first ? "-\($0.last)" : ""): \($0.text)" }
    }

    /// What only some spectra have.
    private static func detail(of spectrum: Spectrum) -> String? {
        var parts: [String] = []
        if !spectrum.sample.isEmpty { parts.append("sample \(spectrum.sample)") }
        if let pass = spectrum.acquisition.passEnergy { parts.append("pass energy \(short(pass)) eV") }
        if spectrum.transmission != nil { parts.append("transmission") }
        if !spectrum.columns.isEmpty { parts.append("columns " + spectrum.columns.map(\.name).joined(separator: ", ")) }
        if let fit = InfoReport.StoredFits(spectrum) { parts.append(text(of: fit)) }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }

    /// The stored fits: how many regions and components, the backgrounds, and where the components lie.
    private static func text(of fit: InfoReport.StoredFits) -> String {
        guard fit.regions + fit.components > 0 else {
            return "\(fit.calibrations) energy calibration\(fit.calibrations == 1 ? "" : "s") (\(fit.program))"
        }
        func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
        var text = "stored fit (\(fit.program)): \(counted(fit.regions, "region"))"
        let kinds = fit.backgrounds.compactMap(\.kind)
        if !kinds.isEmpty { text += " (\(Set(kinds).sorted().joined(separator: ", ")))" }
        text += ", \(counted(fit.components, "component"))"
        let placed = fit.peaks.compactMap { peak in
            peak.position.map { "\(peak.name) \(String(format: "%.2f", $0)) eV" }
        }
        if !placed.isEmpty {
            let shown = placed.prefix(mostComponents).joined(separator: ", ")
            text += ": \(shown)" + (placed.count > mostComponents ? " and \(placed.count - mostComponents) more" : "")
        }
        return text
    }

    /// How many components of a fit the table names.
    private static let mostComponents = 8

    /// At most seven digits, none in vain.
    static func short(_ value: Double?) -> String {
        guard let value else { return "-" }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 32) { buffer in
            guard let text = buffer.baseAddress else { return "" }
            _ = withVaList([value]) { vsnprintf(text, buffer.count, "%.7g", $0) }
            return String(cString: text)
        }
    }

    /// The most letters that a column is made wide for: a single long name is not to widen thousands of rows.
    private static let widest = 80

    /// The rows with their columns under one another.
    static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { min($0[column].count, widest) }.max() ?? 0
        }
        return rows.map { line(of: $0, widths: widths) }
    }

    /// The cells of one row, filled up to the widths of their columns.
    private static func line(of row: [String], widths: [Int]) -> String {
        var line = ""
        for (cell, width) in zip(row, widths) {
            line += cell
            line += String(repeating: " ", count: max(0, width - cell.count) + 2)
        }
        while line.last == " " { line.removeLast() }
        return line
    }
}
