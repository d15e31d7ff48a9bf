import Photoemission
import Spectra
import SpectrumFiles

/// What `info --json` gives, schema `interphase.info/1`. Keys are added, never renamed; what a file does not say is null.
package struct InfoReport: Encodable {
    /// A file that could not be read.
    package struct Failure: Encodable {
        package var file: String
        package var message: String

        package init(file: String, message: String) {
            self.file = file
            self.message = message
        }
    }

    /// A file and its spectra.
    package struct File: Encodable {
        package var file: String
        package var format: String
        package var spectra: [SpectrumEntry]
        package var comments: Int
        package var notes: [String]
        /// The scans of a diffraction file; left out for spectra.
        package var patterns: [PatternEntry]?

        package init(_ file: DiffractionFile) {
            self.file = file.path
            format = file.format
            spectra = []
            comments = 0
            notes = file.notes
            patterns = file.patterns.map(PatternEntry.init)
        }

        package init(_ file: SpectrumFile) {
            self.file = file.path
            format = file.format
            spectra = file.spectra.map(SpectrumEntry.init)
            comments = file.comments.count
            notes = file.notes
        }
    }

    /// One spectrum.
    package struct SpectrumEntry: Encodable {
        package var spectrum: Spectrum

        package init(_ spectrum: Spectrum) { self.spectrum = spectrum }

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

        package func encode(to encoder: any Encoder) throws {
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
            try container.encode(StoredFits(spectrum), forKey: .fits)
        }
    }

    /// The fits by other programs that are stored with a spectrum, as one where there are several.
    package struct StoredFits: Encodable {
        package var program: String
        package var regions: Int
        package var components: Int
        package var calibrations: Int
        package var peaks: [Peak]
        package var backgrounds: [Background]

        /// A component; what the file does not say is null.
        package struct Peak: Encodable {
            package var name: String
            package var position: Double?
            package var scale: String
            package var width: Double?
            package var area: Double?
            package var shape: String?

            enum CodingKeys: String, CodingKey {
                case name, scale, area, shape
                case position = "position_eV"
                case width = "fwhm_eV"
            }

            package func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(name, forKey: .name)
                try container.encode(position, forKey: .position)
                try container.encode(scale, forKey: .scale)
                try container.encode(width, forKey: .width)
                try container.encode(area, forKey: .area)
                try container.encode(shape, forKey: .shape)
            }
        }

        /// A background.
        package struct Background: Encodable {
            package var name: String
            package var kind: String?

            enum CodingKeys: String, CodingKey { case name, kind }

            package func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(name, forKey: .name)
                try container.encode(kind, forKey: .kind)
            }
        }

        /// The fits stored with `spectrum`, `nil` where there is none.
        package init?(_ spectrum: Spectrum) {
            let fits = spectrum.storedFits()
            let annotations = CasaXPSAnnotations(comments: spectrum.comments)
            guard !fits.isEmpty || !annotations.isEmpty else { return nil }
            var programs: [String] = annotations.isEmpty ? [] : ["CasaXPS"]
            for fit in fits where !fit.program.isEmpty && !programs.contains(fit.program) {
                programs.append(fit.program)
            }
            program = programs.isEmpty ? "another program" : programs.joined(separator: ", ")
            regions = fits.reduce(0) { $0 + $1.backgrounds.count }
            components = fits.reduce(0) { $0 + $1.peaks.count }
            calibrations = annotations.calibrations.count
            peaks = fits.flatMap { fit in
                fit.peaks.map {
                    Peak(
                        name: $0.name, position: $0.position, scale: fit.scale.rawValue, width: $0.width, area: $0.area,
                        shape: $0.shape.isEmpty ? nil : $0.shape)
                }
            }
            backgrounds = fits.flatMap(\.backgrounds).map {
                Background(name: $0.name, kind: $0.kind.isEmpty ? nil : $0.kind)
            }
        }
    }

    package var schema = "interphase.info/1"
    package var files: [File] = []
    package var errors: [Failure] = []

    package init() {}
}
