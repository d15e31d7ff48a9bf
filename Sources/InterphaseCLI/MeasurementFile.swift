import ArgumentParser
import Interphase

/// What a file was measured with.
enum Technique: String, ExpressibleByArgument, CaseIterable {
    case xps
    case xrd
}

/// A file of either technique.
enum MeasurementFile {
    case spectra(SpectrumFile)
    case patterns(DiffractionFile)

    /// Reads the file at `path`. Without a stated technique the marks of diffraction formats decide, then the spectroscopic
    /// readers; plain columns without a mark are taken as a spectrum.
    init(contentsOf path: String, technique: Technique?, options: ReadOptions) throws {
        switch technique {
        case .xps: self = .spectra(try SpectrumFile(contentsOf: path, options: options))
        case .xrd: self = .patterns(try Self.diffraction(path, options))
        case nil:
            if try DiffractionFile.markedFormat(ofFileAt: path) != nil {
                self = .patterns(try Self.diffraction(path, options))
                return
            }
            do {
                self = .spectra(try SpectrumFile(contentsOf: path, options: options))
            } catch let error as ReadError {
                guard case .unknownFormat = error, let file = try? Self.diffraction(path, options) else { throw error }
                self = .patterns(file)
            }
        }
    }

    private static func diffraction(_ path: String, _ options: ReadOptions) throws -> DiffractionFile {
        try DiffractionFile(contentsOf: path, options: DiffractionReadOptions(unit: options.unit))
    }
}
