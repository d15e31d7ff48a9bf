import Foundation
import Interphase

/// What `info --json` gives, schema `interphase.info/1`. Keys are added, never renamed; what a file does not say is null.
struct InfoReport: Encodable {
    /// A file that could not be read.
    struct Failure: Encodable {
        var file: String
        var message: String
    }

    /// A file and its spectra.
    struct File: Encodable {
        var file: String
        var format: String
        var spectra: [SpectrumEntry]
        var comments: Int
        var notes: [String]
        /// The scans of a diffraction file; left out for spectra.
        var patterns: [PatternEntry]?

        init(_ file: DiffractionFile) {
            self.file = file.path
            format = file.format
            spectra = []
            comments = 0
            notes = file.notes
            patterns = file.patterns.map(PatternEntry.init)
        }

        init(_ file: SpectrumFile) {
            self.file = file.path
            format = file.format
            spectra = file.spectra.map(SpectrumEntry.init)
            comments = file.comments.count
            notes = file.notes
        }
    }

    /// One spectrum.
    struct SpectrumEntry: Encodable {
        var spectrum: Spectrum

        init(_ spectrum: Spectrum) { self.spectrum = spectrum }

        enum CodingKeys: String, CodingKey {
            case name, sample, level, kind, axis, points, first, last, step, unit, sweeps, transmission, columns,
                comments
            case source, instrument, date, further
            case uniformStep = "uniform_step"
            case intensitySum = "intensity_sum"
            case photonEnergy = "photon_energy_eV"
            case dwell = "dwell_s"
            case acquisitionTime = "acquisition_time_s"
            case passEnergy = "pass_energy_eV"
            case workFunction = "work_function_eV"
            case fits = "stored_fits"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            let axis = spectrum.axis
            let acquisition = spectrum.acquisition
            try container.encode(spectrum.name, forKey: .name)
            try container.encode(spectrum.sample, forKey: .sample)
            try container.encode(spectrum.level?.description, forKey: .level)
            try container.encode(spectrum.kind, forKey: .kind)
            try container.encode(axis.scale, forKey: .axis)
            try container.encode(axis.count, forKey: .points)
            try container.encode(axis.values.first, forKey: .first)
            try container.encode(axis.values.last, forKey: .last)
            try container.encode(axis.meanStep, forKey: .step)
            try container.encode(axis.isUniform(), forKey: .uniformStep)
            try container.encode(spectrum.unit, forKey: .unit)
            try container.encode(spectrum.intensities.reduce(0, +), forKey: .intensitySum)
            try container.encode(axis.photonEnergy, forKey: .photonEnergy)
            try container.encode(acquisition.sweeps, forKey: .sweeps)
            try container.encode(acquisition.dwellTime, forKey: .dwell)
            try container.encode(acquisition.timePerChannel, forKey: .acquisitionTime)
            try container.encode(acquisition.passEnergy, forKey: .passEnergy)
            try container.encode(acquisition.workFunction, forKey: .workFunction)
            try container.encode(acquisition.source, forKey: .source)
            try container.encode(acquisition.instrument, forKey: .instrument)
            try container.encode(acquisition.date, forKey: .date)
            try container.encode(acquisition.further, forKey: .further)
            try container.encode(spectrum.transmission != nil, forKey: .transmission)
            try container.encode(spectrum.columns.map(\.name), forKey: .columns)
            try container.encode(spectrum.comments.count, forKey: .comments)
            try container.encode(StoredFit(spectrum), forKey: .fits)
        }
    }

    /// How much of a fit by another program is stored with a spectrum.
    struct StoredFit: Encodable {
        var program = "CasaXPS"
        var regions: Int
        var components: Int
        var calibrations: Int

        /// The CasaXPS fit in the comments of a block, `nil` where there is none.
        init?(_ spectrum: Spectrum) {
            let annotations = CasaXPSAnnotations(comments: spectrum.comments)
            guard !annotations.isEmpty else { return nil }
            regions = annotations.regions.count
            components = annotations.components.count
            calibrations = annotations.calibrations.count
        }
    }

    var schema = "interphase.info/1"
    var files: [File] = []
    var errors: [Failure] = []
}
