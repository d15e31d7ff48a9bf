import Foundation
import Interphase

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

    /// Reflections that coincide, added up: what a diffractometer sees.
    struct Line: Encodable {
        var twoTheta: Double
        var spacing: Double
        var intensity: Double
        var indices: [[Int]]

        enum CodingKeys: String, CodingKey {
            case intensity
            case twoTheta = "two_theta_deg"
            case spacing = "d_A"
            case indices = "hkl"
        }
    }

    /// A line of the X-ray source.
    struct Emission: Encodable {
        var name: String
        var wavelength: Double
        var intensity: Double

        enum CodingKeys: String, CodingKey {
            case name, intensity
            case wavelength = "wavelength_A"
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
    var emission: [Emission]
    var wavelength: Double
    var method: Method
    var reflections: [Entry]
    var lines: [Line]
    var findings: [Finding]

    enum CodingKeys: String, CodingKey {
        case schema, file, name, formula, source, cell, radiation, emission, method, reflections, lines, findings
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
        radiation = pattern.settings.emission.name
        wavelength = pattern.settings.emission.primary.wavelength
        method = Method(
            dispersion: pattern.settings.usesDispersion ? "Cromer & Liberman, Kissel & Pratt" : nil,
            scatterers: pattern.scatterers, defaultB: pattern.settings.defaultB)
        reflections = pattern.reflections.map {
            Entry(
                h: $0.index.h, k: $0.index.k, l: $0.index.l, spacing: $0.spacing, twoTheta: $0.twoTheta,
                multiplicity: $0.multiplicity, intensity: $0.intensity, squared: $0.structureFactorSquared)
        }
        emission = pattern.settings.emission.lines.map {
            Emission(name: $0.name, wavelength: $0.wavelength, intensity: $0.intensity)
        }
        lines = pattern.lines().map { line in
            Line(
                twoTheta: line.twoTheta, spacing: line.spacing, intensity: line.intensity,
                indices: line.indices.map { [$0.h, $0.k, $0.l] })
        }
        findings = structure.findings + pattern.findings
    }
}

/// What `pattern` prints for people.
enum PatternTable {
    static func text(_ structure: CrystalStructure, _ pattern: PowderPattern, minimum: Double) -> String {
        let lines = pattern.lines()
        let shown = lines.filter { $0.intensity >= minimum }
        let line = pattern.settings.emission.primary
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
