import Foundation
import Interphase

/// What `info` prints for people.
enum InfoTable {
    /// The spectra of a file as a table below its name, with the notes of the reader.
    static func text(of file: SpectrumFile) -> String {
        var rows = [["#", "name", "level", "range / eV", "step", "points", "unit", "sum", "sweeps x dwell", "hv / eV"]]
        rows += file.spectra.enumerated().map { row(of: $1, number: $0 + 1) }
        let count = file.spectra.count
        var lines = ["\(file.path): \(file.format), \(count) \(count == 1 ? "spectrum" : "spectra")"]
        lines += aligned(rows).map { "  " + $0 }
        lines += details(of: file.spectra)
        lines += file.notes.map { "  note: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(of spectrum: Spectrum, number: Int) -> [String] {
        let axis = spectrum.axis
        let energies = axis.bindingEnergies ?? axis.values
        let scale = axis.bindingEnergies == nil ? "KE" : "BE"
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
        return String(format: "%.7g", value)
    }

    /// The rows with their columns under one another.
    static func aligned(_ rows: [[String]]) -> [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
            return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }
}
