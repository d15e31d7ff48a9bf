import Foundation
import Interphase

/// Sizes of crystallites from the peaks of a pattern.
struct PeakBroadening {
    let instrument: LineWidths
    let sizes: [Measured?]
    let lines: Result<WilliamsonHall, BroadeningFailure>

    init(_ peaks: PatternPeaks, instrument: LineWidths) {
        self.instrument = instrument
        let wavelength = peaks.emission.primary.wavelength
        sizes = peaks.peaks.map { try? $0.scherrerSize(beyond: instrument, wavelength: wavelength) }
        do throws(BroadeningFailure) {
            lines = .success(try WilliamsonHall(peaks.peaks, beyond: instrument, wavelength: wavelength))
        } catch { lines = .failure(error) }
    }

    var text: String {
        let head = "Scherrer sizes with K = 0.94 and the instrument's widths taken off; - where a line is not broader"
        switch lines {
        case .success(let result):
            let chi2 = result.reducedChi2.map { String(format: ", reduced chi2 %.2g", $0) } ?? ""
            return head
                + "\nWilliamson-Hall over \(result.points.count) lines, taken as of one phase: size \(result.size) A, "
                + "strain \(result.strain)\(chi2)"
        case .failure(let failure): return head + "\nWilliamson-Hall: \(failure)"
        }
    }
}

/// What `peaks --json` writes, schema `interphase.peaks/1`.
struct PeaksReport: Encodable {
    struct Line: Encodable {
        var name: String
        var wavelength: Double
        var intensity: Double

        enum CodingKeys: String, CodingKey {
            case name, intensity
            case wavelength = "wavelength_A"
        }
    }

    struct Entry: Encodable {
        var twoTheta: Measured
        var spacing: Measured
        var relativeArea: Measured
        var area: Measured
        var height: Double
        var fullWidth: Measured
        var mixing: Measured
        var integralBreadth: Double
        var significance: Double
        var sharesWidth: Bool
        var size: Measured?

        enum CodingKeys: String, CodingKey {
            case area, height, mixing, significance
            case twoTheta = "two_theta_deg"
            case spacing = "d_A"
            case relativeArea = "relative_area"
            case fullWidth = "fwhm_deg"
            case integralBreadth = "integral_breadth_deg"
            case sharesWidth = "shared_width"
            case size = "size_A"
        }
    }

    struct Statistics: Encodable {
        var points: Int
        var reducedChi2: Double
        var noise: PatternCurve.Noise

        enum CodingKeys: String, CodingKey {
            case points, noise
            case reducedChi2 = "reduced_chi2"
        }
    }

    struct Widths: Encodable {
        var size: Measured?
        var strain: Measured?
        var failure: String?
        var instrument: LineWidths

        enum CodingKeys: String, CodingKey {
            case strain, failure
            case size = "size_A"
            case instrument = "instrument_widths"
        }
    }

    struct Curves: Encodable {
        var twoTheta: [Double]
        var intensities: [Double]
        var background: [Double]
        var model: [Double]

        enum CodingKeys: String, CodingKey {
            case background, model
            case twoTheta = "two_theta_deg"
            case intensities = "intensity"
        }
    }

    var schema = "interphase.peaks/1"
    var file: String
    var scan: String
    var wavelength: Double
    var wavelengthOrigin: Radiation.Origin
    var emission: [Line]
    var background: String
    var areaUnit: String
    var peaks: [Entry]
    var broadening: Widths?
    var statistics: Statistics
    var findings: [Finding]
    var curves: Curves?

    enum CodingKeys: String, CodingKey {
        case schema, file, scan, emission, background, peaks, statistics, findings, curves
        case wavelength = "wavelength_A"
        case wavelengthOrigin = "wavelength_origin"
        case areaUnit = "area_unit"
        case broadening = "williamson_hall"
    }

    init(
        _ result: PatternPeaks, table: PeakTable, file: String, scan: DiffractionPattern, origin: Radiation.Origin,
        broadening: PeakBroadening?, curves includesCurves: Bool
    ) {
        self.file = file
        self.scan = scan.name
        wavelength = result.emission.primary.wavelength
        // Where only the anode is stated, its wavelengths are tabulated ones: the file's word all the same.
        wavelengthOrigin = origin == .unknown && scan.radiation.anode != nil ? .file : origin
        emission = result.emission.lines.map {
            Line(name: $0.name, wavelength: $0.wavelength, intensity: $0.intensity)
        }
        background = result.backgroundMethod
        areaUnit = table.areaUnit
        let relative = table.relativeAreas
        peaks = result.peaks.enumerated().map { index, peak in
            Entry(
                twoTheta: peak.twoTheta, spacing: peak.spacing, relativeArea: relative[index], area: peak.area,
                height: peak.height, fullWidth: peak.fullWidth, mixing: peak.mixing,
                integralBreadth: peak.integralBreadth, significance: peak.significance,
                sharesWidth: peak.sharesWidth, size: table.sizes.isEmpty ? nil : table.sizes[index])
        }
        self.broadening = broadening.map {
            switch $0.lines {
            case .success(let lines): Widths(size: lines.size, strain: lines.strain, instrument: $0.instrument)
            case .failure(let failure): Widths(failure: failure.description, instrument: $0.instrument)
            }
        }
        statistics = Statistics(
            points: result.curve.count, reducedChi2: result.reducedChi2, noise: result.curve.noise)
        findings = result.findings
        curves =
            includesCurves
            ? Curves(
                twoTheta: result.curve.twoTheta, intensities: result.curve.intensities,
                background: result.background, model: result.model) : nil
    }
}
