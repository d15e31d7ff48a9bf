import ArgumentParser
import Foundation
import Interphase

/// `interphase pattern FILE.cif`: the powder pattern that a structure gives.
struct PatternCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pattern", abstract: "Compute the powder pattern of a crystal structure.",
        discussion: """
            Positions are those of the first line of the radiation, K-alpha-1. Intensities are relative, the strongest \
            is 100; they include anomalous dispersion at the wavelength, displacements, Lorentz and polarisation factors.

            Example:
              interphase pattern Co3O4.cif --wavelength CuKa --two-theta 10:90
            """)

    @Argument(help: ArgumentHelp("A CIF.", valueName: "file.cif"))
    var file: String

    @Option(help: "The radiation: CuKa, CuKa1, CoKa, MoKa, AgKa, CrKa, FeKa, or a wavelength in Angstrom.")
    var wavelength: String = "CuKa"

    @Option(help: ArgumentHelp("The range of diffraction angles in degrees.", valueName: "from:to"))
    var twoTheta: String = "0:120"

    @Option(
        help: ArgumentHelp("2 theta of a mosaic monochromator: 26.6 for graphite and Cu K-alpha.", valueName: "deg"))
    var monochromator: Double?

    @Flag(help: "The divergence slit keeps the lit length constant: intensities times sin(theta).")
    var variableSlit = false

    @Flag(help: "Atoms with a stated charge scatter as ions instead of neutral atoms.")
    var ionic = false

    @Flag(help: "Leave f' and f'' out, to compare with programs that do.")
    var noDispersion = false

    @Option(help: ArgumentHelp("The data block to use; the first with a structure if left out.", valueName: "name"))
    var block: String?

    @Option(help: ArgumentHelp("The table leaves out weaker lines; JSON has all.", valueName: "percent"))
    var minimum: Double = 0.5

    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        let settings = try settings()
        let structure = try CrystalStructure(contentsOf: URL(fileURLWithPath: file), block: block)
        let pattern: PowderPattern
        do { pattern = try PowderPattern(structure, settings: settings) } catch {
            throw CommandFailure(.badData, "\(file): \(error)")
        }
        for finding in structure.findings + pattern.findings {
            output.say("\(finding.severity.rawValue): \(finding.message)")
        }
        if output.printsTable { print(PatternTable.text(structure, pattern, minimum: minimum)) }
        try output.writeJSON(PatternReport(structure, pattern, file: file))
    }

    private func settings() throws -> PowderPattern.Settings {
        guard let radiation = Radiation(wavelength) else {
            throw ValidationError(
                "--wavelength \(wavelength): expected \(Radiation.anodes.map { $0 + "Ka" }.joined(separator: ", ")), "
                    + "with 1 at the end for K-alpha-1 alone, or a wavelength in Angstrom")
        }
        let bounds = twoTheta.split(separator: ":").compactMap { Double($0) }
        guard bounds.count == 2, bounds[0] >= 0, bounds[0] < bounds[1], bounds[1] <= 180 else {
            throw ValidationError("--two-theta \(twoTheta): expected two angles from 0 to 180 degrees, such as 10:90")
        }
        if let monochromator, !(monochromator > 0 && monochromator < 90) {
            throw ValidationError("--monochromator \(monochromator): expected an angle 2 theta from 0 to 90 degrees")
        }
        return PowderPattern.Settings(
            radiation: radiation, twoTheta: bounds[0]...bounds[1],
            optics: LorentzPolarization(
                monochromator: monochromator.map { .mosaic(twoTheta: $0) } ?? .none,
                slit: variableSlit ? .variable : .fixed),
            usesDispersion: !noDispersion, isIonic: ionic)
    }
}

/// What `pattern --json` writes.
struct PatternReport: Encodable {
    struct Cell: Encodable {
        var a: Double
        var b: Double
        var c: Double
        var alpha: Double
        var beta: Double
        var gamma: Double
        var volume: Double
    }

    struct Entry: Encodable {
        var h: Int
        var k: Int
        var l: Int
        var spacing: Double
        var twoTheta: Double
        var multiplicity: Int
        var intensity: Double
        var squared: Double

        enum CodingKeys: String, CodingKey {
            case h, k, l, multiplicity, intensity
            case spacing = "d_A"
            case twoTheta = "two_theta_deg"
            case squared = "structure_factor_squared"
        }
    }

    /// How the numbers came about, so that they can be compared and repeated.
    struct Method: Encodable {
        var formFactors = "Waasmaier & Kirfel 1995"
        var dispersion: String?
        var scatterers: [String]
        var defaultB: Double

        enum CodingKeys: String, CodingKey {
            case formFactors = "form_factors"
            case dispersion, scatterers
            case defaultB = "default_B_A2"
        }
    }

    var schema = "interphase.pattern/1"
    var file: String
    var name: String
    var formula: String
    var formulaUnits: Int
    var source: String?
    var spaceGroup: String
    var cell: Cell
    var density: Double?
    var ratio: Double?
    var radiation: String
    var wavelength: Double
    var method: Method
    var reflections: [Entry]
    var findings: [Finding]

    enum CodingKeys: String, CodingKey {
        case schema, file, name, formula, source, cell, radiation, method, reflections, findings
        case formulaUnits = "Z"
        case spaceGroup = "space_group"
        case density = "density_g_cm3"
        case ratio = "reference_intensity_ratio"
        case wavelength = "wavelength_A"
    }

    init(_ structure: CrystalStructure, _ pattern: PowderPattern, file: String) {
        self.file = file
        name = structure.name
        formula = structure.formula.description
        formulaUnits = structure.formulaUnits
        source = structure.source
        spaceGroup = structure.spaceGroupSymbol
        let c = structure.cell
        cell = Cell(a: c.a, b: c.b, c: c.c, alpha: c.alpha, beta: c.beta, gamma: c.gamma, volume: c.volume)
        density = structure.density
        ratio = pattern.referenceIntensityRatio
        radiation = pattern.settings.radiation.name
        wavelength = pattern.settings.radiation.primary.wavelength
        method = Method(
            dispersion: pattern.settings.usesDispersion ? "Cromer & Liberman, Kissel & Pratt" : nil,
            scatterers: pattern.scatterers, defaultB: pattern.settings.defaultB)
        reflections = pattern.reflections.map {
            Entry(
                h: $0.index.h, k: $0.index.k, l: $0.index.l, spacing: $0.spacing, twoTheta: $0.twoTheta,
                multiplicity: $0.multiplicity, intensity: $0.intensity, squared: $0.structureFactorSquared)
        }
        findings = structure.findings + pattern.findings
    }
}

/// What `pattern` prints for people.
enum PatternTable {
    static func text(_ structure: CrystalStructure, _ pattern: PowderPattern, minimum: Double) -> String {
        let lines = pattern.lines()
        let shown = lines.filter { $0.intensity >= minimum }
        let line = pattern.settings.radiation.primary
        var text = [
            "\(structure.name): \(structure.formula), \(structure.spaceGroupSymbol), Z = \(structure.formulaUnits)",
            "\(structure.cell), V \(String(format: "%.6g", structure.cell.volume)) A^3"
                + (structure.density.map { String(format: ", density %.4g g/cm^3", $0) } ?? "")
                + (pattern.referenceIntensityRatio.map { String(format: ", I/Ic %.2f", $0) } ?? ""),
            "\(line.name), \(String(format: "%.7g", line.wavelength)) A",
            "", "  2 theta / deg      d / A   intensity   h k l",
        ]
        text += shown.map { entry in
            String(format: "  %13.4f  %9.5f   %9.2f   ", entry.twoTheta, entry.spacing, entry.intensity)
                + entry.indices.prefix(4).map(\.description).joined(separator: ", ")
                + (entry.indices.count > 4 ? ", ..." : "")
        }
        text.append("")
        text.append("\(shown.count) of \(lines.count) lines, from \(String(format: "%g", minimum)) % of the strongest")
        return text.joined(separator: "\n")
    }
}
