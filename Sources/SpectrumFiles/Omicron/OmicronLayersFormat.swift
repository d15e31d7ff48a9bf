import Foundation
import Spectra

/// Text that Omicron's EIS exports: for each region a line of settings, for each of its layers the energies and counts,
/// all separated by tabs.
///
///     Region  Enabled  DataFlag  Start   End   Step  Sweeps  Dwell  Mode  CAE/CRR  Mag  ...  Notes    ...
///     1       true     Original  1400.0  -5.0  -0.5  1       0.200  CAE   50.00    High ...  survey   ...
///     Layer   Enabled  DataFlag  Notes   Formula  Line-Style  Point-Style
///     1       True               Ch(1)+Ch(2)
///     Energy  Counts
///     1400.0  1788
enum OmicronLayersFormat: SpectrumFormat {
    static let name = "Omicron EIS text"
    static let extensions = ["txt"]

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(1 << 12) { bytes in
            var lines = ByteLines(bytes)
            while let line = lines.next(), lines.number < 10 {
                if line.trimmed.isEmpty { continue }
                guard line.contains(ASCII.tab) else { return false }
                let cells = Set(line.text.split(separator: "\t").map { $0.trimmingCharacters(in: .whitespaces) })
                return cells.isSuperset(of: ["Region", "Start", "End", "Step", "Dwell"])
            }
            return false
        }
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        var parser = OmicronLayersParser(content: content, options: options)
        try content.data.withUnsafeBytes { raw in
            var lines = ByteLines(raw.bindMemory(to: UInt8.self))
            while let line = lines.next() {
                try parser.take(line, number: lines.number, isOpen: lines.lastLineIsOpen)
            }
        }
        return try parser.finish()
    }
}

/// Takes the lines of the file one after the other.
private struct OmicronLayersParser {
    /// What the next line holds.
    private enum Expectation {
        case heading, region, layer, rows
    }

    private let content: FileContent
    private let options: ReadOptions
    private var expectation = Expectation.heading
    private var titles: [String] = []
    private var region: [String: String] = [:]
    private var layer: [String: String] = [:]
    private var energies: [Double] = []
    private var counts: [Double] = []
    private var firstRow = 0
    private var scale: EnergyScale?
    private var spectra: [Spectrum] = []
    private var notes: [String] = []

    init(content: FileContent, options: ReadOptions) {
        self.content = content
        self.options = options
    }

    mutating func take(_ line: UnsafeBufferPointer<UInt8>, number: Int, isOpen: Bool) throws {
        if line.trimmed.isEmpty { return }
        if expectation == .rows, let first = line.trimmed.first, ASCII.isDigit(first) || first == ASCII.minus {
            return try takeRow(line.trimmed, line: number, isOpen: isOpen)
        }
        let cells = line.text.split(separator: "\t", omittingEmptySubsequences: false)
            .map { $0.trimmingCharacters(in: .whitespaces) }
        switch (cells[0], expectation) {
        case ("Region", _):
            close()
            (titles, expectation) = (cells, .region)
        case ("Layer", _):
            close()
            (titles, expectation) = (cells, .layer)
        case ("Energy", _):
            (expectation, firstRow) = (.rows, number + 1)
        case (_, .region): region = record(cells)
        case (_, .layer): layer = record(cells)
        default:
            throw content.malformed(.line(number), expected: "Region, Layer, Energy or numbers", found: line.quoted)
        }
    }

    private func record(_ cells: [String]) -> [String: String] {
        Dictionary(zip(titles, cells), uniquingKeysWith: { first, _ in first })
    }

    private mutating func takeRow(_ line: UnsafeBufferPointer<UInt8>, line number: Int, isOpen: Bool) throws {
        let start = energies.count
        guard let tab = line.firstIndex(of: ASCII.tab),
            let energy = DecimalNumber.parse(UnsafeBufferPointer(rebasing: line[..<tab])),
            let count = DecimalNumber.parse(UnsafeBufferPointer(rebasing: line[(tab + 1)...]))
        else {
            // Cut in the middle of a row: the rows before it are whole.
            if isOpen && start > 0 {
                notes.append("Line \(number) is cut short and left out.")
                return
            }
            throw content.malformed(.line(number), expected: "an energy, a tab and counts", found: line.quoted)
        }
        energies.append(energy)
        counts.append(count)
        if isOpen { notes.append("The last line has no end: if the file was cut, its last number may be wrong.") }
    }

    /// Makes a spectrum of the layer that has ended.
    private mutating func close() {
        defer { (energies, counts) = ([], []) }
        guard !energies.isEmpty else {
            if expectation == .rows { notes.append("A layer of region \(region["Region"] ?? "") has no data.") }
            return
        }
        let name = region["Notes"] ?? ""
        checkPoints(name: name)
        let axis = EnergyAxis(energies, scale: energyScale, photonEnergy: options.photonEnergy)
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: counts)
        func number(_ key: String) -> Double? { region[key].flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil } }
        var further: [String: String] = [:]
        for key in ["Mode", "Mag", "Function", "Region"] {
            if let value = region[key], !value.isEmpty { further[key] = value }
        }
        if let formula = layer["Formula"], !formula.isEmpty { further["layer"] = formula }
        let sweeps = number("Sweeps-Acquired") ?? number("Sweeps")
        var acquisition = Acquisition(
            sweeps: sweeps.flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 : nil },
            dwellTime: number("Dwell").flatMap { $0 > 0 ? $0 : nil }, passEnergy: number("CAE/CRR"), further: further)
        if let number = layer["Layer"].flatMap({ Double($0) }), number.isFinite {
            acquisition.coordinates = [SeriesCoordinate(SeriesVariable("layer"), number)]
        }
        let isWhole = counts.allSatisfy { $0 == $0.rounded() }
        spectra.append(
            Spectrum(
                name: name, level: identity.level, kind: identity.kind, axis: axis, intensities: counts,
                unit: options.unit ?? (isWhole ? .counts : .arbitrary), acquisition: acquisition))
    }

    /// The number of points that start, end and step give against that of the rows.
    private mutating func checkPoints(name: String) {
        guard let start = region["Start"].flatMap({ Double($0) }), let end = region["End"].flatMap({ Double($0) }),
            let step = region["Step"].flatMap({ Double($0) }), step != 0
        else { return }
        let stated = ((end - start) / step).rounded() + 1
        if stated.isFinite, stated != Double(energies.count) {
            notes.append("Region \(name) states \(Int(exactly: stated) ?? 0) points and has \(energies.count).")
        }
    }

    /// The export does not say what its energies count: they fall where the region runs down from high binding energy.
    private var energyScale: EnergyScale {
        options.energyScale ?? ((energies.first ?? 0) > (energies.last ?? 0) ? .binding : .kinetic)
    }

    mutating func finish() throws -> SpectrumFile {
        close()
        guard !spectra.isEmpty else {
            throw content.malformed(.whole, expected: "a layer with energies and counts", found: "none")
        }
        if options.energyScale == nil {
            notes.append("Energies that fall are taken as binding energies, those that rise as kinetic energies.")
        }
        spectra.dropConstantCoordinates()
        return SpectrumFile(path: content.path, format: OmicronLayersFormat.name, spectra: spectra, notes: notes)
    }
}
