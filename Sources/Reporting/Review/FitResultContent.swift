import Photoemission
import Spectra

/// The part of the schema that is read.
struct FitResultContent: Decodable, Sendable {
    struct Quantity: Decodable {
        var value: Double?
        var u: Double?

        var measured: Measured { Measured(value ?? .nan, standardUncertainty: u) }
    }

    struct Source: Decodable {
        var file: String?
        var spectrum: String
        var sha256: String?
        var photonEnergy: Double?
        var secondsPerChannel: Double?

        enum CodingKeys: String, CodingKey {
            case file, spectrum, sha256
            case photonEnergy = "photon_energy_eV"
            case secondsPerChannel = "seconds_per_channel"
        }
    }

    struct Software: Decodable {
        var version: String?
    }

    struct Calibration: Decodable {
        var shift: Quantity?
        var reference: String

        enum CodingKeys: String, CodingKey {
            case reference
            case shift = "shift_eV"
        }
    }

    struct Background: Decodable {
        var kind: String
        var fitted: Bool
        var parameters: [String: Quantity]
    }

    /// Data and curves, which only `--curves` puts into a result.
    struct Curves: Decodable {
        var energies: [Double?]
        var intensities: [Double?]
        var standardDeviations: [Double?]
        var background: [Double?]
        var envelope: [Double?]
        var components: [String: [Double?]]

        enum CodingKeys: String, CodingKey {
            case background, envelope, components
            case energies = "binding_energy_eV"
            case intensities = "counts"
            case standardDeviations = "standard_deviation"
        }
    }

    /// The curves that intervals were read off.
    struct Uncertainty: Decodable {
        struct Profile: Decodable {
            var component: String
            var quantity: String
            var best: Double
            var values: [Double]
            var rises: [Double]
        }

        var profiles: [Profile]?
    }

    struct Convergence: Decodable {
        var converged: Bool
        var reason: String
    }

    struct Component: Decodable {
        var name: String?
        var level: String?
        var line: String?
        var shape: String?
        var fwhm: Quantity?
        var fraction: Quantity?
        var position: Quantity
        var trueWidth: Quantity
        var area: Quantity
        var splitting: Quantity?
        var areaRatio: Quantity?
        var widthRatio: Quantity?

        enum CodingKeys: String, CodingKey {
            case name, level, line, shape, area, fraction
            case fwhm = "fwhm_eV"
            case position = "position_eV"
            case trueWidth = "fwhm_true_eV"
            case splitting = "splitting_eV"
            case areaRatio = "area_ratio"
            case widthRatio = "width_ratio"
        }
    }

    struct Statistics: Decodable {
        var points: Int
        var freeParameters: Int
        var chi2: Double?
        var reducedChi2: Double?
        var abbe: Double?
        var residual: Double?
        var weighting: String

        enum CodingKeys: String, CodingKey {
            case points, chi2, abbe, weighting
            case freeParameters = "free_parameters"
            case reducedChi2 = "reduced_chi2"
            case residual = "residual_std"
        }
    }

    struct Parameters: Decodable {
        var names: [String]
        var values: [Double?]
        var covariance: [[Double?]]
        var atBound: [String]

        enum CodingKeys: String, CodingKey {
            case names, values, covariance
            case atBound = "at_bound"
        }
    }

    struct Entry: Decodable {
        var rule: String
        var severity: Finding.Severity
        var message: String
        var subject: String?
        var expected: String?
        var source: String?
        var advice: String?

        var finding: Finding {
            Finding(
                rule: rule, severity: severity, message: message, subject: subject, expected: expected, source: source,
                advice: advice)
        }
    }

    var schema: String
    var software: Software?
    var source: Source
    var unit: String?
    var window: [Double]
    var calibration: Calibration
    var convergence: Convergence
    var components: [Component]
    var statistics: Statistics
    var parameters: Parameters
    var findings: [Entry]
    var effectiveRecipe: String?
    var level: String?
    var background: Background?
    var curves: Curves?
    var uncertainty: Uncertainty?

    enum CodingKeys: String, CodingKey {
        case schema, software, source, level, unit, background, curves, uncertainty, calibration, convergence,
            components
        case statistics, parameters, findings
        case window = "window_eV"
        case effectiveRecipe = "effective_recipe"
    }
}
