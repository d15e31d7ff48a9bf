import Foundation
import Spectra

/// One object of a Kratos Vision data set, with its fields by the names that Vision's own dump gives them.
struct KratosObject {
    /// A value: what is between braces in a dump is a list.
    enum Value {
        case text(String)
        case numbers([Double])
    }

    /// The name of the object, "C 1s/3": the acquisition and the number of the object.
    var name: String
    var fields: [String: Value] = [:]

    /// The text of a field; `nil` where there is none or it is empty.
    func text(_ name: String) -> String? {
        guard case .text(let text)? = fields[name], !text.isEmpty else { return nil }
        return text
    }

    /// The number at the start of a field, whatever unit follows.
    func number(_ name: String) -> Double? {
        switch fields[name] {
        case .numbers(let values) where values.count == 1: values[0]
        case .text(let text): text.split(separator: " ").first.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }

    /// The list in a field; empty where there is none.
    func numbers(_ name: String) -> [Double] {
        guard case .numbers(let values)? = fields[name] else { return [] }
        return values
    }

    var isMap: Bool { text("Scan type").map { $0.contains("MAP") } ?? false }

    /// The photon energy of the anode that the object names, eV, with its label. A monochromator passes K-alpha1 of
    /// aluminium: 1486.69 eV, as the files say that Kratos' own export to VAMAS writes. The others are the mean K-alpha
    /// (L-alpha of Ag) energies.
    var source: (energy: Double, label: String)? {
        for field in ["Xray Reference Energy", "Xray Gun Anode", "NICPU X-ray Gun Active Anode Material"] {
            let words = Set((text(field) ?? "").uppercased().split(separator: "_"))
            if words.contains("AL") { return (1486.69, words.contains("MONO") ? "Al (mono)" : "Al") }
            if words.contains("MG") { return (1253.6, "Mg") }
            if words.contains("AG") { return (2984.3, "Ag") }
        }
        return nil
    }

    /// "98/07/07 19:11:35" as ISO 8601; another text as it is.
    var date: String? {
        guard let text = text("Date Acquired") else { return nil }
        guard let match = text.firstMatch(of: /^(\d\d)\/(\d\d)\/(\d\d) +(\d\d:\d\d:\d\d)/), let year = Int(match.1)
        else { return text }
        return "\(year >= 70 ? 1900 + year : 2000 + year)-\(match.2)-\(match.3)T\(match.4)"
    }
}

/// Makes spectra of the objects of a data set.
struct KratosDataSet {
    private let content: FileContent
    private let options: ReadOptions
    private(set) var notes: [String] = []

    init(content: FileContent, options: ReadOptions) {
        self.content = content
        self.options = options
    }

    /// The file that `objects` make; notes of the parser come first.
    ///
    /// Throws `ReadError.malformed` where none of them is a spectrum.
    static func file(
        _ objects: [KratosObject], format: String, content: FileContent, options: ReadOptions, notes: [String]
    ) throws -> SpectrumFile {
        var set = KratosDataSet(content: content, options: options)
        var spectra: [Spectrum] = []
        var place = ""
        for object in objects {
            if let name = object.text("Stage Position Name") { place = name }
            if let spectrum = try set.spectrum(object, place: place) { spectra.append(spectrum) }
        }
        guard !spectra.isEmpty else {
            throw content.malformed(
                .whole, expected: "a spectrum among \(objects.count) objects",
                found: (notes + set.notes).first ?? "none")
        }
        return SpectrumFile(path: content.path, format: format, spectra: spectra, notes: notes + set.notes)
    }

    private mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    private mutating func spectrum(_ object: KratosObject, place: String) throws -> Spectrum? {
        let counts = object.numbers("Ordinate values")
        if object.isMap {
            note("The map \(object.name) is left out: it has no energy axis.")
            return nil
        }
        guard let start = object.number("Spectrum scan start"), let step = object.number("Spectrum scan step size")
        else { return nil }
        guard !counts.isEmpty else {
            if object.text("Scan type")?.contains("SPECTRUM") ?? false {
                note("The object \(object.name) is a spectrum without data.")
            }
            return nil
        }
        let values = counts.indices.map { start + Double($0) * step }
        guard let last = values.last, last.isFinite, step != 0, counts.allSatisfy(\.isFinite) else {
            throw content.malformed(
                .whole, expected: "a start, a step and counts in \(object.name)", found: "\(start), \(step)")
        }
        let source = object.source
        if let source, options.photonEnergy == nil {
            note("Only the anode is named, \(source.label); the photon energy is taken as \(source.energy) eV.")
        }
        let scale = object.text("Abscissa label").flatMap { EnergyScale(label: $0) } ?? .kinetic
        let axis = EnergyAxis(
            values, scale: options.energyScale ?? scale, photonEnergy: options.photonEnergy ?? source?.energy)
        let level = [object.text("Chemical symbol or formula"), object.text("Transition or charge state")]
        let acquisitionName = object.text("Acquisition name") ?? String(object.name.split(separator: "/").first ?? "")
        let name = level.compactMap { $0 }.joined(separator: " ")
        let identity = SpectrumIdentity(labels: [name, acquisitionName], axis: axis, intensities: counts)
        if let text = identity.note { note("\(object.name): \(text)") }
        return Spectrum(
            name: name.isEmpty ? acquisitionName : name, sample: place, level: identity.level, kind: identity.kind,
            axis: axis, intensities: counts, unit: options.unit ?? unit(of: object),
            transmission: transmission(of: object, at: axis), acquisition: acquisition(of: object))
    }

    private mutating func unit(of object: KratosObject) -> IntensityUnit {
        if let label = object.text("Ordinate units"), let unit = IntensityUnit(label: label) { return unit }
        note("The file does not say what its intensities count; taken as counts.")
        return .counts
    }

    private func acquisition(of object: KratosObject) -> Acquisition {
        var further: [String: String] = [:]
        for name in ["HSA Lens Mode", "Neutraliser Switch State", "Descriptor for aperture size used in acquisition"] {
            if let text = object.text(name) { further[name] = text }
        }
        if let mode = object.text("Analyser Scan Mode") {
            further["analyser mode"] = mode.hasPrefix("F_") ? String(mode.dropFirst(2)) : mode
        }
        func positive(_ value: Double?) -> Double? { value.flatMap { $0 > 0 ? $0 : nil } }
        return Acquisition(
            sweeps: positive(object.number("# Sweeps completed")).flatMap { Int(exactly: $0) },
            dwellTime: positive(object.number("Dwell time")), passEnergy: positive(object.number("Pass energy")),
            workFunction: object.number("Work function"), source: object.source?.label, date: object.date,
            further: further)
    }

    /// The transmission at each energy: on straight lines between the points of the table, constant beyond its ends.
    private mutating func transmission(of object: KratosObject, at axis: EnergyAxis) -> [Double]? {
        let energies = object.numbers("Transmission Function Kinetic Energy")
        let values = object.numbers("Transmission Function Value")
        guard !energies.isEmpty, energies.count == values.count, let places = axis.kineticEnergies else { return nil }
        let table = zip(energies, values).sorted { $0.0 < $1.0 }
        guard let first = table.first, let last = table.last else { return nil }
        if places.contains(where: { $0 < first.0 || $0 > last.0 }) {
            note("\(object.name) lies partly outside its transmission function, which is taken as constant there.")
        }
        return places.map { place in
            if place <= first.0 { return first.1 }
            if place >= last.0 { return last.1 }
            // The first point above lies between the ends.
            var low = 0
            var high = table.count - 1
            while high - low > 1 {
                let middle = (low + high) / 2
                if table[middle].0 <= place { low = middle } else { high = middle }
            }
            let width = table[high].0 - table[low].0
            let fraction = width > 0 ? (place - table[low].0) / width : 0
            return table[low].1 + fraction * (table[high].1 - table[low].1)
        }
    }
}
