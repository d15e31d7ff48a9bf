import ArgumentParser
import Interphase

/// Which radiation a pattern was measured with, where a file does not say or is to be overruled.
struct RadiationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The radiation where the file does not say, or other than it says: CuKa, CuKa1, CoKa, MoKa ..., or a "
                + "wavelength in Angstrom.", valueName: "name"))
    var wavelength: String?

    @Option(help: ArgumentHelp("The intensity of K-alpha-2 relative to K-alpha-1.", valueName: "ratio"))
    var alpha2Ratio: Double?

    func validate() throws {
        if let alpha2Ratio, !(0...0.9).contains(alpha2Ratio) {
            throw ValidationError("--alpha2-ratio \(alpha2Ratio): expected a number from 0 to 0.9, usually 0.5")
        }
        if let wavelength, EmissionSpectrum(wavelength) == nil {
            throw ValidationError("--wavelength \(wavelength): expected \(Radiation.expectedNames)")
        }
    }

    /// What was stated, for reading.
    var stated: Radiation? {
        wavelength.flatMap { Radiation(named: $0, alpha2Ratio: alpha2Ratio) }
    }

    /// The lines of the radiation of a pattern: as stated, else as the file says. No wavelength is ever assumed.
    func emission(of pattern: DiffractionPattern, file: String) throws -> EmissionSpectrum {
        if let emission = pattern.emission(alpha2Ratio: alpha2Ratio) { return emission }
        throw CommandFailure(
            .badData, "\(file): does not say the wavelength; state it, for example with --wavelength CuKa")
    }
}

/// Picks one scan out of a diffraction file.
struct ScanOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Which scan of the file, from 1; the first diffraction scan if left out.", valueName: "n"))
    var scan: Int?

    @Option(help: ArgumentHelp("Use only these angles, degrees.", valueName: "from:to"))
    var range: String?

    func validate() throws { _ = try limits }

    /// The angles to use; `nil` for all above zero.
    var limits: ClosedRange<Double>? {
        get throws {
            guard let range else { return nil }
            let ends = range.split(separator: ":").map { Double($0) }
            guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 0, low < high, high <= 180 else {
                throw ValidationError("--range \(range): expected two angles from 0 to 180 degrees, such as 20:80")
            }
            return low...high
        }
    }

    /// The scan of the file at `path` as what processing works on.
    func read(_ path: String, radiation: Radiation?) throws -> (DiffractionFile, DiffractionPattern, PatternCurve) {
        try Self.read(path, radiation: radiation, scan: scan, limits: try limits)
    }

    /// A scan of the file at `path`, the first where none is named, within `limits` degrees.
    static func read(
        _ path: String, radiation: Radiation?, scan: Int? = nil, limits: ClosedRange<Double>? = nil
    ) throws -> (DiffractionFile, DiffractionPattern, PatternCurve) {
        let file = try DiffractionFile(contentsOf: path, options: DiffractionReadOptions(radiation: radiation))
        let pattern: DiffractionPattern
        if let scan {
            guard file.patterns.indices.contains(scan - 1) else {
                throw CommandFailure(.badData, "\(path): --scan \(scan): the file holds \(file.patterns.count) scans")
            }
            pattern = file.patterns[scan - 1]
        } else if let first = file.patterns.first(where: { $0.axis.isDiffraction }) {
            pattern = first
        } else {
            throw CommandFailure(.badData, "\(path): holds no scan of two theta, d or Q")
        }
        // At and below zero there is the primary beam.
        let limits = limits ?? 0...180
        let used = max(limits.lowerBound, 1e-6)...min(limits.upperBound, 180 - 1e-6)
        do { return (file, pattern, try PatternCurve(pattern, range: used)) } catch {
            throw CommandFailure(.badData, "\(path): \(error)")
        }
    }
}
