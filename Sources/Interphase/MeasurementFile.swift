import Spectra
import SpectrumFiles

/// What a file was measured with.
package enum Technique: String, CaseIterable, Sendable {
    case xps
    case xrd
}

/// A file of either technique.
package enum MeasurementFile: Sendable {
    case spectra(SpectrumFile)
    case patterns(DiffractionFile)

    /// Reads the file at `path`. Without a stated technique the marks of diffraction formats decide, then the spectroscopic
    /// readers; plain columns without a mark are taken as a spectrum, unless the name ends in .xye.
    ///
    /// - Parameter radiation: what patterns were measured with, other than their file says.
    package init(
        contentsOf path: String, technique: Technique?, options: ReadOptions, radiation: Radiation? = nil
    ) throws {
        switch technique {
        case .xps: self = .spectra(try SpectrumFile(contentsOf: path, options: options))
        case .xrd: self = .patterns(try Self.diffraction(path, options, radiation))
        case nil:
            if try DiffractionFile.markedFormat(ofFileAt: path) != nil {
                self = .patterns(try Self.diffraction(path, options, radiation))
                return
            }
            self = try Self.unmarked(path, options, radiation)
        }
    }

    /// Reads a file without the mark of a diffraction format.
    private static func unmarked(
        _ path: String, _ options: ReadOptions, _ radiation: Radiation?
    ) throws -> MeasurementFile {
        // Columns are what both techniques have; the other text formats of diffraction are told by their first lines.
        func pattern() -> (file: DiffractionFile, isColumns: Bool)? {
            guard let file = try? diffraction(path, options, radiation) else { return nil }
            return (file, file.format.hasPrefix("columns"))
        }
        let file: SpectrumFile
        do {
            file = try SpectrumFile(contentsOf: path, options: options)
        } catch let error as ReadError {
            guard let pattern = pattern() else { throw error }
            if case .unknownFormat = error { return .patterns(pattern.file) }
            guard !pattern.isColumns else { throw error }
            return .patterns(pattern.file)
        }
        guard file.format == "plain columns" else { return .spectra(file) }
        // Reading columns as diffraction too would cost as much again, so the marks are asked first.
        let isOther = (try? DiffractionFile.format(ofFileAt: path)).map { !$0.hasPrefix("columns") } ?? false
        // Three columns that only diffraction calls by this name.
        if isOther || path.lowercased().hasSuffix(".xye"), let pattern = pattern() { return .patterns(pattern.file) }
        guard looksLikeAnglesOnly(file, options), pattern() != nil else { return .spectra(file) }
        var spectra = file
        spectra.notes.append("it may be a diffraction pattern, no label tells: --technique xrd reads it as one")
        return .spectra(spectra)
    }

    /// Whether columns without any label run as two theta usually does: many small steps upwards from a few degrees.
    private static func looksLikeAnglesOnly(_ file: SpectrumFile, _ options: ReadOptions) -> Bool {
        guard file.format == "plain columns", let spectrum = file.spectra.first,
            options.energyScale == nil, options.photonEnergy == nil, spectrum.level == nil,
            spectrum.axis.photonEnergy == nil, spectrum.axis.scale == .kinetic, spectrum.comments.isEmpty,
            let first = spectrum.axis.values.first, let last = file.spectra.compactMap(\.axis.values.last).max()
        else { return false }
        return spectrum.axis.count >= 500 && (0.5...35).contains(first) && (40...170).contains(last)
    }

    private static func diffraction(
        _ path: String, _ options: ReadOptions, _ radiation: Radiation?
    ) throws -> DiffractionFile {
        try DiffractionFile(
            contentsOf: path, options: DiffractionReadOptions(radiation: radiation, unit: options.unit))
    }
}
