import Foundation
import Spectra

/// What the lines of text above columns of numbers say.
struct HeaderLabels {
    /// The labels of the columns, empty where the header has none.
    private(set) var columns: [String] = []
    /// The title of the spectrum, where a line of text stands alone.
    private(set) var title: String?
    /// The scale of the energies, where a label names it.
    private(set) var scale: EnergyScale?
    /// What lines of the form `key: value` say, keys in lower case: `sample: NMC 811`, `acquisition time: 2.8 s`.
    private(set) var facts: [String: String] = [:]
    /// The photon energy in eV, where it is given as `hv = 180 eV` or `Photon energy: 1486.6`.
    private(set) var photonEnergy: Double?

    init(lines: [String], dialect: TableDialect, columns count: Int) {
        let marks: Set<Character> = ["#", "%", "!", "'", "\"", "/", "*", ";", " ", "\t", "\u{FEFF}"]
        // Labels are short; a line of megabytes is none and would only take time.
        let texts = lines.filter { $0.utf8.count < 10_000 }.map { String($0.drop { marks.contains($0) }) }.filter {
            !$0.isEmpty
        }
        for text in texts.reversed() where columns.isEmpty {
            let cells = dialect.cells(text)
            if cells.count == count || (count == 2 && cells.count > count && EnergyScale(label: cells[0]) != nil) {
                columns = cells
            }
        }
        for text in texts {
            guard let colon = text.firstIndex(of: ":") else { continue }
            let key = text[..<colon].trimmingCharacters(in: .whitespaces).lowercased()
            facts[key] = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        title = facts["spectrum"]
        if columns.isEmpty, texts.count == 1, texts[0].contains(where: \.isLetter) {
            title = texts[0].trimmingCharacters(in: .whitespaces)
        }
        scale = columns.first.flatMap(EnergyScale.init(label:))
        if scale == nil {
            let named = Set(texts.compactMap { Self.scaleInProse($0) })
            if named.count == 1 { scale = named.first }
        }
        photonEnergy = texts.lazy.compactMap { Self.photonEnergy(in: $0) }.first
    }

    /// Whether the columns have been put in another order than the file's.
    private(set) var isArranged = false

    /// The order of the columns that starts with the energies and the intensities, where the labels of a fitting program
    /// say that they are not the first two: LG4X writes `corrected x`, `x`, `raw_y`, then the curves of the fit.
    var columnOrder: [Int]? {
        let names = columns.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
        guard let intensity = names.firstIndex(where: { ["raw_y", "raw data", "rawdata"].contains($0) }) else {
            return nil
        }
        let energy = names.firstIndex(of: "corrected x") ?? 0
        guard energy != intensity, !(energy == 0 && intensity == 1) else { return nil }
        return [energy, intensity] + columns.indices.filter { $0 != energy && $0 != intensity }
    }

    /// Keeps the labels of the columns `picked`.
    mutating func pick(_ picked: [Int]) {
        columns = picked.compactMap { columns.indices.contains($0) ? columns[$0] : nil }
    }

    /// Puts the labels in `order`.
    mutating func arrange(_ order: [Int]) {
        columns = order.map { columns[$0] }
        isArranged = true
    }

    /// The number at the beginning of the fact of that name, where it is positive.
    func number(_ key: String) -> Double? {
        guard let word = facts[key]?.split(separator: " ").first, let value = Double(word), value.isFinite, value > 0
        else { return nil }
        return value
    }

    /// The scale that a line names in full words.
    private static func scaleInProse(_ line: String) -> EnergyScale? {
        let text = line.lowercased()
        let binding = text.hasWord("binding energy")
        let kinetic = text.hasWord("kinetic energy")
        if binding == kinetic { return nil }
        return binding ? .binding : .kinetic
    }

    /// The photon energy that a line gives.
    private static func photonEnergy(in line: String) -> Double? {
        let text = line.lowercased()
        for key in ["hv", "hν", "photon energy", "excitation energy", "characteristic energy ev"] {
            guard let offset = text.byteOffset(of: key) else { continue }
            let end = text.utf8.index(text.startIndex, offsetBy: offset + key.utf8.count)
            let rest = text[end...].drop { " \t=:,[]()ev\"".contains($0) }
            let digits = rest.prefix { $0.isNumber || $0 == "." || $0 == "e" || $0 == "+" }
            let number = digits.hasSuffix("e") ? digits.dropLast() : digits
            if let value = Double(number), value > 0, value < 1e5 { return value }
        }
        return nil
    }
}
