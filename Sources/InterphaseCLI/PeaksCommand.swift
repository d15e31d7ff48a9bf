import ArgumentParser
import Foundation
import Interphase

/// `interphase peaks FILE`: background, K-alpha-2 and the peak list of a measured pattern.
struct PeaksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peaks", abstract: "Find and fit the peaks of a measured powder pattern.",
        discussion: """
            Peaks are found where noise does not explain them, and fitted with K-alpha-2 in the model and the background \
            beside them. Positions and spacings refer to K-alpha-1. The wavelength comes from the file or from \
            --wavelength; it is never assumed.

            Examples:
              interphase peaks scan.xrdml --plot scan.svg --csv peaks.csv
              interphase peaks scan.xy --wavelength CuKa --range 15:90
              interphase peaks scan.raw --standard LaB6.raw          # sizes, with the instrument's width taken off
              interphase peaks scan.raw --instrument 0.01,-0.005,0.004,0.02,0.01
            """)

    @Argument(help: ArgumentHelp("A diffraction pattern of any known format.", valueName: "file"))
    var file: String

    @OptionGroup var radiation: RadiationOptions
    @OptionGroup var scans: ScanOptions

    @Option(help: ArgumentHelp("How many peaks noise alone may show in a pattern like this.", valueName: "number"))
    var falsePeaks: Double = 0.05

    @Option(help: ArgumentHelp("About the full width of the narrowest peaks; measured if left out.", valueName: "deg"))
    var width: Double?

    @Option(
        help: ArgumentHelp(
            "The background between peaks: spline:8 with knots every 8 degrees, or chebyshev:9 of degree 9.",
            valueName: "form"))
    var background: String = "spline:8"

    @Option(
        help: ArgumentHelp(
            "The instrument's widths for sizes: U,V,W (degrees squared) and X,Y (degrees).", valueName: "U,V,W,X,Y"))
    var instrument: String?

    @Option(
        help: ArgumentHelp(
            "A pattern of a standard measured alike, LaB6 or Si, whose peaks give the instrument's widths.",
            valueName: "file"))
    var standard: String?

    @OptionGroup var figures: FigureOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write the peaks as CSV.", valueName: "file.csv"))
    var csv: String?

    @Option(name: .customLong("curves-csv"), help: ArgumentHelp("Write data and model as CSV.", valueName: "file.csv"))
    var curvesFile: String?

    @Option(
        help: ArgumentHelp("Write the pattern without K-alpha-2, with its uncertainty, as CSV.", valueName: "file.csv"))
    var stripped: String?

    @Option(help: ArgumentHelp("Write the plot as SVG, PNG or PDF, by its name.", valueName: "file.svg"))
    var plot: String?

    @Flag(help: "Put data and curves into the JSON.")
    var curves = false

    func validate() throws {
        _ = try form
        _ = try widths
        if instrument != nil, standard != nil {
            throw ValidationError("--instrument stands instead of --standard; give one or the other")
        }
        if !(falsePeaks > 0 && falsePeaks <= 1000) {
            throw ValidationError("--false-peaks \(falsePeaks): expected a positive number, usually below 1")
        }
        if let width, !(width > 0 && width < 20) {
            throw ValidationError("--width \(width): expected a width in degrees")
        }
    }

    mutating func run() async throws {
        let (source, pattern, curve) = try scans.read(file, radiation: radiation.stated)
        for note in source.notes { output.say("\(file): \(note)") }
        let emission = try radiation.emission(of: pattern, file: file)
        let fitting = PeakFitting(
            search: PeakSearch(falsePeaks: falsePeaks, fullWidth: width), background: try form)
        let peaks = try about(file) { try fitting(curve, emission: emission) }
        for finding in peaks.findings { output.say("\(finding.severity.rawValue): \(finding.message)") }
        let instrument = try widths ?? standard.map { try instrumentWidths(of: $0, fitting) }
        let broadening = instrument.map { PeakBroadening(peaks, instrument: $0) }
        let table = PeakTable(peaks, unit: pattern.unit, sizes: broadening?.sizes ?? [])
        if let plot {
            var figure = peaks.plot
            figure.unit = pattern.unit
            try figures.write(figure, to: plot)
        }
        if let csv { try AtomicFile.write(table.csv, to: csv) }
        if let curvesFile { try AtomicFile.write(table.curvesCSV, to: curvesFile) }
        if let stripped { try AtomicFile.write(try strippedCSV(peaks), to: stripped) }
        if output.printsTable {
            print(table.text)
            if let text = broadening?.text { print(text) }
        }
        try output.writeJSON(
            PeaksReport(
                peaks, table: table, file: file, scan: pattern, origin: pattern.radiation.origin,
                broadening: broadening, curves: curves))
    }

    /// Errors of processing with the file that they are about.
    private func about<Result>(_ path: String, _ work: () throws -> Result) throws -> Result {
        do { return try work() } catch let error as PatternError {
            throw CommandFailure(.badData, "\(path): \(error)")
        }
    }

    private var form: SmoothBackground.Form {
        get throws {
            let parts = background.split(separator: ":").map(String.init)
            switch parts.first?.lowercased() {
            case "spline":
                if parts.count == 1 { return .spline(spacing: 8) }
                if parts.count == 2, let spacing = Double(parts[1]), spacing >= 0.5, spacing <= 180 {
                    return .spline(spacing: spacing)
                }
            case "chebyshev":
                if parts.count == 1 { return .chebyshev(degree: 9) }
                if parts.count == 2, let degree = Int(parts[1]), (0...40).contains(degree) {
                    return .chebyshev(degree: degree)
                }
            default: break
            }
            throw ValidationError(
                "--background \(background): expected spline:DEGREES (0.5 or more) or chebyshev:DEGREE (0 to 40)")
        }
    }

    private var widths: LineWidths? {
        get throws {
            guard let instrument else { return nil }
            let numbers = instrument.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
            guard numbers.count == 3 || numbers.count == 5, let u = numbers[0], let v = numbers[1], let w = numbers[2]
            else { throw ValidationError("--instrument \(instrument): expected U,V,W or U,V,W,X,Y") }
            if numbers.count == 3 { return LineWidths(u: u, v: v, w: w) }
            guard let x = numbers[3], let y = numbers[4] else {
                throw ValidationError("--instrument \(instrument): expected U,V,W or U,V,W,X,Y")
            }
            return LineWidths(u: u, v: v, w: w, x: x, y: y)
        }
    }

    private func instrumentWidths(of path: String, _ fitting: PeakFitting) throws -> LineWidths {
        let (_, pattern, curve) = try ScanOptions.read(path, radiation: radiation.stated)
        let emission = try radiation.emission(of: pattern, file: path)
        return try about(path) { try LineWidths(fittedTo: fitting(curve, emission: emission).peaks) }
    }

    private func strippedCSV(_ peaks: PatternPeaks) throws -> String {
        let without = try about(file) {
            try KAlpha2Removal(peaks.emission)(peaks.curve, background: peaks.background)
        }
        var lines = ["two_theta_deg,intensity,u_intensity"]
        for index in without.twoTheta.indices {
            let u = without.variances[index].squareRoot()
            lines.append("\(without.twoTheta[index]),\(without.intensities[index]),\(u)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
