import Foundation
import Spectra

/// Writes spectra as columns of text: energy, intensity, further columns, below lines that say what they are.
///
/// Several spectra follow one another, a blank line between them. What is written is read back as the same spectra by
/// the reader of plain columns.
struct ColumnsWriter {
    /// The two kinds of columns.
    enum Style {
        /// Commas; comment lines start with `#`, the last line above the numbers labels the columns.
        case csv
        /// Blanks and two columns only; all text lines start with `#`.
        case xy
    }

    let style: Style

    /// The text of `spectra`.
    func text(_ spectra: [Spectrum]) -> String {
        spectra.map(text).joined(separator: "\n")
    }

    private func text(_ spectrum: Spectrum) -> String {
        var text = ""
        for (key, value) in facts(about: spectrum) { text += "# \(key): \(Self.oneLine(value))\n" }
        let energy = spectrum.axis.scale == .binding ? "Binding energy / eV" : "Kinetic energy / eV"
        let unit =
            switch spectrum.unit {
            case .counts: "Counts"
            case .countsPerSecond: "Counts/s"
            case .arbitrary: "Intensity"
            }
        var labels = [energy, unit]
        var columns = [spectrum.axis.values, spectrum.intensities]
        if style == .csv {
            if let transmission = spectrum.transmission {
                labels.append("Transmission")
                columns.append(transmission)
            }
            for column in spectrum.columns where column.values.count == spectrum.axis.count {
                labels.append(Self.cell(column.name))
                columns.append(column.values)
            }
        }
        let separator = style == .csv ? "," : " "
        text += (style == .csv ? "" : "# ") + labels.joined(separator: style == .csv ? "," : ", ") + "\n"
        for row in spectrum.axis.values.indices {
            for (index, column) in columns.enumerated() {
                if index > 0 { text += separator }
                text += VAMASWriter.shortest(column[row])
            }
            text += "\n"
        }
        return text
    }

    /// What is known of the spectrum beside its numbers.
    private func facts(about spectrum: Spectrum) -> [(String, String)] {
        var facts: [(String, String)] = []
        if !spectrum.name.isEmpty { facts.append(("spectrum", spectrum.name)) }
        if !spectrum.sample.isEmpty { facts.append(("sample", spectrum.sample)) }
        if let level = spectrum.level { facts.append(("core level", level.description)) }
        if spectrum.unit == .arbitrary { facts.append(("intensity unit", spectrum.unit.rawValue)) }
        if let energy = spectrum.axis.photonEnergy {
            facts.append(("photon energy", "\(VAMASWriter.shortest(energy)) eV"))
        }
        if let time = spectrum.acquisition.timePerChannel {
            facts.append(("acquisition time", "\(VAMASWriter.shortest(time)) s"))
        }
        if let pass = spectrum.acquisition.passEnergy {
            facts.append(("pass energy", "\(VAMASWriter.shortest(pass)) eV"))
        }
        return facts
    }

    private static func oneLine(_ text: String) -> String {
        text.split { $0.isNewline }.joined(separator: " ")
    }

    /// A label that is one cell of a csv file.
    private static func cell(_ text: String) -> String {
        let line = oneLine(text)
        guard line.contains(where: { ",\"".contains($0) }) else { return line }
        return "\"" + line.replacingOccurrences(of: "\"", with: "'").replacingOccurrences(of: ",", with: ";") + "\""
    }
}

/// The formats that spectra can be written in.
public enum SpectrumOutputFormat: String, Sendable, Hashable, CaseIterable {
    /// VAMAS, ISO 14976.
    case vamas
    /// Columns separated by commas below their labels.
    case csv
    /// Two columns separated by a blank; text behind `#`.
    case xy
    /// NeXus, application definition NXxps: HDF5.
    case nexus

    /// The format that the extension of `path` asks for, `nil` for an unknown one.
    public init?(path: String) {
        switch URL(fileURLWithPath: path).pathExtension.lowercased() {
        case "vms", "vam", "npl": self = .vamas
        case "csv": self = .csv
        case "xy", "txt", "dat": self = .xy
        case "nxs", "nx", "h5", "hdf5": self = .nexus
        default: return nil
        }
    }
}

extension SpectrumFile {
    /// The spectra as a file of `format`.
    ///
    /// Throws `WriteError.cannotExpress` where the format cannot hold them, and for NeXus where the HDF5 library is missing.
    public func data(as format: SpectrumOutputFormat) throws(WriteError) -> Data {
        switch format {
        case .vamas: Data(VAMASExperiment(spectra: spectra, comments: comments).text.utf8)
        case .csv: Data(ColumnsWriter(style: .csv).text(spectra).utf8)
        case .xy: Data(ColumnsWriter(style: .xy).text(spectra).utf8)
        case .nexus: try NeXusWriter.bytes(spectra, comments: comments)
        }
    }

    /// Writes the spectra to a file at `path` in `format`, whole or not at all.
    ///
    /// Throws `WriteError`.
    public func write(to path: String, as format: SpectrumOutputFormat) throws(WriteError) {
        try AtomicFile.write(data(as: format), to: path)
    }
}
