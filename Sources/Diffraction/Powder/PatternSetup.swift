import Foundation
import Spectra

/// What a pattern needs before structure factors can be computed.
struct PatternSetup {
    let structure: CrystalStructure
    let settings: PowderPattern.Settings
    private(set) var scatterers: [StructureFactors.Scatterer] = []
    private(set) var findings: [Finding] = []

    /// Phases summed per second are some 1e8; beyond this a pattern would take a minute.
    private static let workLimit = 5e9

    init(_ structure: CrystalStructure, _ settings: PowderPattern.Settings) throws(PowderPattern.Failure) {
        self.structure = structure
        self.settings = settings
        var neutralized: Set<String> = []
        for site in structure.sites {
            guard let factor = FormFactor(site.species, isIonic: settings.isIonic) else {
                throw .noFormFactor(site: site.label, element: site.species.element)
            }
            if settings.isIonic, let charge = site.species.charge, charge != 0,
                factor.species != site.species.description
            {
                neutralized.insert(site.species.description)
            }
            scatterers.append(StructureFactors.Scatterer(formFactor: factor, element: site.species.element))
        }
        if !neutralized.isEmpty {
            note(
                "ion-not-tabulated", .warning,
                "no form factor is tabulated for \(neutralized.sorted().joined(separator: ", ")): neutral atoms are used"
            )
        }
        let undisplaced = structure.sites.filter { $0.displacement == nil }
        if !undisplaced.isEmpty {
            let labels = undisplaced.prefix(6).map(\.label).joined(separator: ", ")
            note(
                "displacement-assumed", .note,
                "B = \(settings.defaultB) A^2 is assumed for \(undisplaced.count) of \(structure.sites.count) sites, whose "
                    + "displacement is not stated (\(labels)\(undisplaced.count > 6 ? ", ..." : ""))")
        }
        if settings.usesDispersion {
            for element in Set(structure.sites.map(\.species.element)).sorted() {
                let anomalous = try anomalous(element, settings.emission.primary.wavelength)
                if let edge = anomalous.nearbyEdge {
                    note(
                        "near-absorption-edge", .warning,
                        "the radiation is within 50 eV of an absorption edge of \(element) (about \(Int(edge)) eV): "
                            + "f' and f'' depend on the compound there")
                }
            }
        }
    }

    private mutating func note(_ rule: String, _ severity: Finding.Severity, _ message: String) {
        findings.append(Finding(rule: rule, severity: severity, message: message))
    }

    private func anomalous(
        _ element: String, _ wavelength: Double
    ) throws(PowderPattern.Failure) -> AnomalousScattering {
        do { return try AnomalousScattering(element: element, wavelength: wavelength) } catch {
            throw .noDispersion(error)
        }
    }

    /// All reflections that any of the emission lines shows in the range.
    func reflectionList() throws(PowderPattern.Failure) -> [ReflectionList.Entry] {
        let upper = min(max(settings.twoTheta.upperBound, 0), 179.9) * .pi / 360
        let shortest = settings.emission.lines.map(\.wavelength).min() ?? settings.emission.primary.wavelength
        let reach = 2 * sin(upper) / shortest
        let list: ReflectionList
        do { list = try ReflectionList(cell: structure.cell, group: structure.spaceGroup, limit: reach * reach) } catch
        {
            throw .tooLarge(reflections: error.points, atoms: structure.sites.reduce(0) { $0 + $1.multiplicity })
        }
        let images = structure.imageOperations.reduce(0) { $0 + $1.count }
        guard Double(list.entries.count) * Double(images) < Self.workLimit else {
            throw .tooLarge(reflections: Double(list.entries.count), atoms: images)
        }
        return list.entries
    }

    /// The wavelength at which f' and f'' are taken for a line: the primary line's for lines that are within 1 % of it,
    /// as both K-alpha lines are, so that they share one |F|^2; its own for K-beta.
    func dispersionWavelength(of line: EmissionLine) -> Double {
        let primary = settings.emission.primary.wavelength
        return abs(line.wavelength / primary - 1) < 0.01 ? primary : line.wavelength
    }

    func dispersion(
        _ scatterers: [StructureFactors.Scatterer], at wavelength: Double
    ) throws(PowderPattern.Failure) -> [(real: Double, imaginary: Double)] {
        guard settings.usesDispersion else { return scatterers.map { _ in (0, 0) } }
        var result: [(real: Double, imaginary: Double)] = []
        for scatterer in scatterers {
            let value = try anomalous(scatterer.element, wavelength)
            result.append((value.real, value.imaginary))
        }
        return result
    }
}
