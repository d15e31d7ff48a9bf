import Spectra

/// Which column of a table is what.
struct ColumnRoles {
    let place: Int
    let intensity: Int
    let uncertainty: Int?
    let time: Int?
    /// Further columns with their names.
    let others: [(index: Int, name: String)]
    /// What the places count, and the factor that brings them to its unit.
    let kind: DiffractionAxis.Kind
    let factor: Double
    /// The name of the column of the places.
    let placeName: String?
    /// The unit of the intensities, where a name tells it.
    let unit: IntensityUnit?
    /// Whether the file names its columns.
    let isNamed: Bool
    /// The wavelength that stands alone in a line before the table.
    private let loneWavelength: Double?

    init(
        _ table: ColumnTable, content: FileContent, options: DiffractionReadOptions, notes: inout [String]
    ) throws {
        let run = table.runs.first
        let names = run.flatMap(table.names(of:))
        let header = run.map(table.header(of:)) ?? []
        loneWavelength = Self.loneNumber(header)
        isNamed = names != nil
        if let names, Self.isPeakList(names) {
            throw table.text.malformed(
                (run?.rows.first ?? 1) - 1, expected: "a scan",
                found: "a list of peaks (\(names.joined(separator: ", ")))")
        }
        let labels = (names ?? []).map { AxisLabel($0) }
        let words = (names ?? []).map { $0.lowercased() }
        let found = labels.firstIndex { $0 != nil && $0?.kind != .goniometerAngle }
        let place = found ?? 0
        let isOther = { (index: Int) in
            !words.indices.contains(index)
                || labels[index] == nil && !Self.isUncertainty(words[index]) && !Self.isTime(words[index])
        }
        let intensity =
            words.indices.first { $0 != place && Self.isIntensity(words[$0]) }
            ?? (0..<table.width).first { $0 != place && isOther($0) } ?? (place == 0 ? 1 : 0)
        let uncertainty = words.indices.first { $0 != place && $0 != intensity && Self.isUncertainty(words[$0]) }
        let time = words.indices.first { $0 != place && $0 != intensity && Self.isTime(words[$0]) }
        let taken = [place, intensity, uncertainty, time].compactMap { $0 }
        others = (0..<table.width).filter { !taken.contains($0) }.map { index in
            (index, names.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? "column \(index + 1)")
        }
        self.place = place
        self.intensity = intensity
        self.uncertainty = uncertainty
        self.time = time
        placeName = names.map { $0[place] }
        unit = words.indices.contains(intensity) ? Self.unit(words[intensity]) : nil
        if let label = found.flatMap({ labels[$0] }) {
            kind = label.kind
            factor = label.factor
        } else if let stated = options.axis {
            kind = stated
            factor = 1
        } else if let label = Self.axisInHeader(header) {
            kind = label.kind
            factor = label.factor
        } else {
            kind = .twoTheta
            factor = 1
            notes.append("no header says what the first column counts; it was taken as two theta in degrees")
        }
    }

    /// The radiation that the header of a run states.
    func radiation(header: [Substring]) -> Radiation {
        if let loneWavelength { return Radiation(monochromatic: loneWavelength, origin: .file) }
        return HeaderStatements.radiation(in: header)
    }

    /// A number that stands alone in the first line and can be a wavelength.
    private static func loneNumber(_ header: [Substring]) -> Double? {
        guard let first = header.first(where: { !$0.trimmed.isEmpty }), let value = first.trimmed.decimal else {
            return nil
        }
        return (0.05...20).contains(value) ? value : nil
    }

    /// An axis named in a line of words, as in "# x: 2theta (degrees)".
    private static func axisInHeader(_ header: [Substring]) -> AxisLabel? {
        for line in header.suffix(6) {
            let text = line.lowercased()
            if text.contains("2theta") || text.contains("2-theta") || text.contains("2\u{3B8}") {
                return AxisLabel("2theta")
            }
            if text.contains("q_nm") || text.contains("q (nm") || text.contains("q/nm") { return AxisLabel("q_nm") }
            if text.contains("q_a") || text.contains("q (a") || text.contains("q/a") { return AxisLabel("q") }
        }
        return nil
    }

    private static func letters(_ word: String) -> String { word.filter { $0.isLetter || $0.isNumber } }

    private static func isIntensity(_ word: String) -> Bool {
        let key = letters(word)
        return ["int", "count", "cps", "iobs", "yobs", "obs", "meas", "det", "psd", "signal", "inorm"].contains {
            key.hasPrefix($0)
        }
            || ["i", "y", "yo", "io", "icounts", "icps"].contains(key) || key.contains("intensity")
            || key.contains("counts")
    }

    private static func isUncertainty(_ word: String) -> Bool {
        let key = letters(word)
        return ["esd", "su", "sigma", "error", "err", "std", "uncert", "stddev", "sig", "di", "dy", "e"].contains {
            name in
            name.count > 2 ? key.hasPrefix(name) : key == name
        }
    }

    private static func isTime(_ word: String) -> Bool {
        let key = letters(word)
        return key.hasPrefix("timeperstep") || key.hasPrefix("steptime") || key.hasPrefix("counttime")
            || key.hasPrefix("countingtime") || key == "times" || key == "time"
    }

    private static func isPeakList(_ names: [String]) -> Bool {
        let keys = names.map { letters($0.lowercased()) }
        return keys.contains("hkl") || (keys.contains("h") && keys.contains("k") && keys.contains("l"))
            || keys.contains { $0.hasPrefix("fwhm") }
    }

    private static func unit(_ word: String) -> IntensityUnit? {
        let key = letters(word)
        if key.contains("cps") || key.contains("countspersecond") || word.contains("counts/s") || key.contains("icps") {
            return .countsPerSecond
        }
        if key.contains("count") { return .counts }
        return nil
    }
}
