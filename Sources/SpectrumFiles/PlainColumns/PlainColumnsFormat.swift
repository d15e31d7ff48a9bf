import Foundation
import Spectra

/// Text with two or more columns of numbers: energy, intensity, further columns.
///
/// Separated by tabs, semicolons, commas or blanks; with decimal points or commas; with lines of text before or without.
/// Several spectra may follow one another, each with its own lines of text or after a blank line.
/// ```
/// BE/eV,Counts
/// 301.5,1709
/// 301.4,1798
/// ```
enum PlainColumnsFormat: SpectrumFormat {
    static let name = "plain columns"
    static let extensions = ["csv", "txt", "xy", "dat", "asc", "tsv"]

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(1 << 18) { bytes in
            looksLikeText(bytes) && !namesAngle(bytes)
                && (TableDialect.hasRow(in: bytes) || ThousandsMarks.removed(from: bytes) != nil)
        }
    }

    /// Whether a line above the numbers names the scattering angle: then it is a diffraction pattern.
    private static func namesAngle(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var lines = ByteLines(bytes)
        for _ in 0..<50 {
            guard let line = lines.next(), line.count < 1000 else { return false }
            // Rows of numbers name nothing.
            if line.allSatisfy({ TableDialect.standsInNumbers($0) && $0 | 0x20 != 0x65 }) {
                if line.first(where: { !" -".utf8.contains($0) }).map(ASCII.isDigit) ?? false { return false }
                continue
            }
            guard mayNameAngle(line) else {
                // Texts that begin with a digit end the search too.
                if line.first(where: { !" _-*".utf8.contains($0) }).map(ASCII.isDigit) ?? false { return false }
                continue
            }
            let label = String(looselyDecoding: line).lowercased()
            let text = label.filter { !" _-*".contains($0) }
            if ["2theta", "twotheta", "2θ"].contains(where: text.contains) { return true }
            // Short names only as words of their own: MoS2_thicker is a sample.
            let words = label.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            if words.contains(where: { ["2th", "tth"].contains($0) }) { return true }
            if text.first?.isNumber ?? false { return false }
        }
        return false
    }

    /// Whether a line may name the angle: every name of it has a t followed by an h, blanks, dashes and asterisks apart.
    /// Most lines have none, and need not be made texts.
    private static func mayNameAngle(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        var last: UInt8 = 0
        for byte in line {
            switch byte {
            case 0x80...: return true
            case ASCII.space, UInt8(ascii: "_"), ASCII.minus, UInt8(ascii: "*"): continue
            default:
                let letter = byte | 0x20
                if letter == UInt8(ascii: "h") && last == UInt8(ascii: "t") { return true }
                last = letter
            }
        }
        return false
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        try content.data.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            guard let plain = ThousandsMarks.removed(from: bytes) else {
                return try read(bytes, of: content, options: options)
            }
            var file = try plain.withUnsafeBytes {
                try read($0.bindMemory(to: UInt8.self), of: content, options: options)
            }
            file.notes.append("points between the thousands are left out: 1.234,5 is read as 1234.5")
            return file
        }
    }

    private static func read(
        _ bytes: UnsafeBufferPointer<UInt8>, of content: FileContent, options: ReadOptions
    ) throws -> SpectrumFile {
        guard let table = NumberTable(bytes, allowsEmptyCells: false), !table.sections.isEmpty else {
            throw content.malformed(.whole, expected: "columns of numbers", found: "none")
        }
        // Spectra side by side may be of unequal length.
        if table.width >= 4, table.sections.contains(where: { !$0.faultyLines.isEmpty }),
            let ragged = NumberTable(bytes, allowsEmptyCells: true), ragged.width == table.width,
            ragged.sections.allSatisfy({ $0.faultyLines.isEmpty })
        {
            var reading = PlainColumnsReading(content: content, table: ragged, options: options)
            if reading.isSideBySide {
                try reading.read(bytes)
                return reading.file
            }
        }
        var reading = PlainColumnsReading(content: content, table: table, options: options)
        try reading.read(bytes)
        return reading.file
    }

    /// Whether bytes are text: no zero byte, hardly any control character.
    static func looksLikeText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var controls = 0
        var zeros = 0
        for byte in bytes {
            zeros &+= byte == 0 ? 1 : 0
            controls &+= byte < 32 && byte &- 9 > 4 ? 1 : 0
        }
        return zeros == 0 && controls * 50 <= bytes.count
    }
}

/// One reading of a file of plain columns.
struct PlainColumnsReading {
    private let content: FileContent
    private let table: NumberTable
    private let options: ReadOptions
    /// What has been read so far.
    private(set) var file: SpectrumFile
    /// The labels of the section before: many sections have the same, as the parts of a depth profile do.
    private var knownLabels: (lines: [String], columns: Int, labels: HeaderLabels)?

    init(content: FileContent, table: NumberTable, options: ReadOptions) {
        self.content = content
        self.table = table
        self.options = options
        self.file = SpectrumFile(path: content.path, format: PlainColumnsFormat.name, spectra: [])
    }

    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        let mark = table.dialect.decimalMark == ASCII.comma ? "commas" : "points"
        file.notes.append(
            "\(table.width) columns separated by \(table.dialect.separator.name), decimal \(mark)")
        if table.endsOpen {
            file.notes.append("the last line has no line end: if the file was cut, its last number may be cut too")
        }
        let parts = try Self.joined(table.sections).flatMap { section in
            try groups(of: section).flatMap { columns in
                try split(section.picking(columns), bytes).map {
                    (section: $0, columns: columns, width: section.columns.count)
                }
            }
        }
        guard parts.count <= NumberTable.maximumSections else {
            throw content.malformed(
                .whole, expected: "at most \(NumberTable.maximumSections) spectra in one text file", found: "more")
        }
        for (index, part) in parts.enumerated() {
            try append(part.section, columns: part.columns, width: part.width, number: index + 1, of: parts.count)
        }
    }

    /// Whether every section holds spectra side by side, each with energies of its own.
    var isSideBySide: Bool {
        table.sections.allSatisfy {
            let labels = HeaderLabels(lines: $0.header, dialect: table.dialect, columns: max(2, $0.columns.count))
            return ColumnGroups($0, labels: labels.columns).layout == .pairs
        }
    }

    private mutating func labels(in lines: [String], columns: Int) -> HeaderLabels {
        if let known = knownLabels, known.lines == lines, known.columns == columns { return known.labels }
        let labels = HeaderLabels(lines: lines, dialect: table.dialect, columns: columns)
        knownLabels = (lines, columns, labels)
        return labels
    }

    /// The columns of each spectrum in a section.
    private mutating func groups(of section: TableSection) -> [[Int]] {
        let labels = labels(in: section.header, columns: max(2, section.columns.count))
        let groups = ColumnGroups(section, labels: labels.columns)
        let columns = groups.columns(of: section)
        switch groups.layout {
        case .one: break
        case .pairs: file.notes.append("\(columns.count) spectra stand side by side, each with its energies")
        case .sharedEnergies:
            file.notes.append(
                "columns 2 to \(section.columns.count) are read as spectra of the same energies: they name core levels")
        }
        return columns
    }

    /// The sections, those that only a blank line parts put together where the energies go on in the same direction.
    private static func joined(_ sections: [TableSection]) -> [TableSection] {
        var joined: [TableSection] = []
        for section in sections {
            if section.followsBlank, let last = joined.last, let energies = last.columns.first, energies.count > 1,
                let next = section.columns.first?.first,
                (next > energies[energies.count - 1]) == (energies[1] > energies[0])
            {
                joined[joined.count - 1].append(section)
            } else {
                joined.append(section)
            }
        }
        return joined
    }

    /// Refuses sections with many lines that are no rows, reports few of them, and parts repeated scans.
    private mutating func split(
        _ section: TableSection, _ bytes: UnsafeBufferPointer<UInt8>
    ) throws -> [TableSection] {
        if let first = section.faultyLines.first {
            let text = Self.line(first, of: bytes)
            guard section.faultyLines.count <= 1 + section.rows / 100 else {
                throw content.malformed(
                    .line(first),
                    expected: "a row of \(table.width) numbers separated by \(table.dialect.separator.name)",
                    found: text)
            }
            for line in section.faultyLines.prefix(10) {
                file.notes.append(
                    "line \(line): expected \(table.width) numbers, found \(Self.line(line, of: bytes)): left out")
            }
            if section.faultyLines.count > 10 {
                file.notes.append("\(section.faultyLines.count - 10) more lines without them are left out")
            }
        }
        return try monotonicParts(of: section)
    }

    /// The section as it is where its energies rise or fall throughout; parted where they start again (repeated scans).
    private mutating func monotonicParts(of section: TableSection) throws -> [TableSection] {
        let energies = section.columns[0]
        guard energies.count > 2 else { return [section] }
        let isRising = energies[1] > energies[0]
        var starts = [0]
        var ties = 0
        for index in 1..<energies.count {
            let step = energies[index] - energies[index - 1]
            if step == 0 {
                ties += 1
            } else if (step > 0) != isRising {
                starts.append(index)
            }
        }
        if ties > 0 { file.notes.append("\(ties) rows repeat the energy of the row before") }
        guard starts.count > 1 else { return [section] }
        let ends = starts.dropFirst() + [energies.count]
        let parts = zip(starts, ends).map { $0..<$1 }
        guard parts.count <= NumberTable.maximumSections,
            parts.allSatisfy({ $0.count >= 3 && (energies[$0.lowerBound + 1] > energies[$0.lowerBound]) == isRising })
        else {
            throw content.malformed(
                .line(Int(section.rowLines[starts[1]])),
                expected: "energies that \(isRising ? "rise" : "fall") throughout",
                found: "\(energies[starts[1]]) after \(energies[starts[1] - 1])")
        }
        file.notes.append("the energies start again \(parts.count - 1) times: read as \(parts.count) spectra")
        return parts.map { range in
            var part = section
            part.columns = section.columns.map { Array($0[range]) }
            part.rowLines = Array(section.rowLines[range])
            return part
        }
    }

    /// Appends the spectrum of `section`, which are the columns `columns` of `width` that the file has there.
    private mutating func append(
        _ section: TableSection, columns: [Int], width: Int, number: Int, of count: Int
    ) throws {
        var section = section
        var labels = labels(in: section.header, columns: width)
        // The label of its own column is the name of a spectrum among others.
        let isGroup = columns.count < width
        if isGroup { labels.pick(columns) }
        let ownName =
            isGroup ? labels.columns.dropFirst().first.flatMap { IntensityUnit(label: $0) == nil ? $0 : nil } : nil
        if let order = labels.columnOrder {
            section.columns = order.map { section.columns[$0] }
            labels.arrange(order)
        }
        let stem = content.stem
        let title = ownName ?? labels.title ?? (count > 1 ? "\(stem) (\(number))" : stem)
        let energies = section.columns[0]
        let photonEnergy = options.photonEnergy ?? labels.photonEnergy
        let statedLevel = labels.facts["core level"].flatMap { CoreLevel(label: $0) }
        let level =
            statedLevel ?? CoreLevel(label: title) ?? CoreLevel(within: labels.columns.dropFirst().first ?? "")
            ?? CoreLevel(within: stem)
        let scale = scale(of: energies, labels: labels, level: level, photonEnergy: photonEnergy)
        let axis = EnergyAxis(energies, scale: scale, photonEnergy: photonEnergy)
        var spectrum = Spectrum(
            name: title, axis: axis, intensities: section.columns[1],
            unit: unit(
                of: section.columns[1], label: labels.columns.dropFirst().first,
                fact: labels.facts["intensity unit"]), comments: section.header)
        spectrum.sample = labels.facts["sample"] ?? ""
        spectrum.acquisition.acquisitionTime = labels.number("acquisition time")
        spectrum.acquisition.passEnergy = labels.number("pass energy")
        for index in section.columns.indices.dropFirst(2) {
            let name = labels.columns.indices.contains(index) ? labels.columns[index] : ""
            if name.lowercased() == "transmission", spectrum.transmission == nil {
                spectrum.transmission = section.columns[index]
            } else {
                spectrum.columns.append(
                    NamedColumn(name: name.isEmpty ? "column \(index + 1)" : name, values: section.columns[index]))
            }
        }
        if section.columns.count > 2 {
            let others = section.columns.count == 3 ? "column 3" : "columns 3 to \(section.columns.count)"
            file.notes.append(
                labels.isArranged
                    ? "the column \"\(labels.columns[1])\" is read as the intensities, the others beside it"
                    : "column 2 is read as the intensities, \(others) beside it")
        }
        let identity = SpectrumIdentity(
            labels: [title, labels.columns.dropFirst().first ?? "", stem], axis: axis,
            intensities: spectrum.intensities)
        spectrum.level = statedLevel ?? identity.level
        spectrum.kind = statedLevel == nil ? identity.kind : .coreLevel
        if statedLevel == nil, let note = identity.note { file.notes.append(note) }
        // Only fitting programs arrange their columns so.
        if labels.isArranged { spectrum.fits = [StoredFit(curvesOf: spectrum)].compactMap { $0 } }
        file.spectra.append(spectrum)
    }

    /// The scale of the first column: as the header or the user says, else as the core level or the order of scanning
    /// suggests.
    private mutating func scale(
        of energies: [Double], labels: HeaderLabels, level: CoreLevel?, photonEnergy: Double?
    ) -> EnergyScale {
        if let stated = options.energyScale {
            if let scale = labels.scale, scale != stated {
                file.notes.append(
                    "the header says \(scale.rawValue) energy; read as \(stated.rawValue) energy because that was stated"
                )
            }
            return stated
        }
        if let scale = labels.scale { return scale }
        guard let first = energies.first, let last = energies.last else { return .binding }
        let range = min(first, last)...max(first, last)
        if let usual = level?.usualBindingEnergies, let level {
            if range.overlaps(usual) {
                file.notes.append("the first column is taken as binding energy: \(level) lies in its range")
                return .binding
            }
            if let photonEnergy, range.overlaps((photonEnergy - usual.upperBound)...(photonEnergy - usual.lowerBound)) {
                file.notes.append("the first column is taken as kinetic energy: \(level) lies in its range then")
                return .kinetic
            }
        }
        let scale: EnergyScale = first > last || range.lowerBound < 0 ? .binding : .kinetic
        file.notes.append(
            "the first column is taken as \(scale.rawValue) energy: it \(first > last ? "falls" : "rises"), and "
                + "spectrometers scan towards higher kinetic energy; state the scale if this is wrong")
        return scale
    }

    private mutating func unit(of intensities: [Double], label: String?, fact: String?) -> IntensityUnit {
        if let unit = options.unit { return unit }
        if let unit = fact.flatMap({ IntensityUnit(rawValue: $0) }) { return unit }
        if let unit = label.flatMap(IntensityUnit.init(label:)) { return unit }
        if intensities.allSatisfy({ $0 >= 0 && $0 == $0.rounded() }) {
            file.notes.append("the intensities are taken as counts: they are whole numbers")
            return .counts
        }
        file.notes.append("the intensities are not whole numbers: their unit is unknown unless it is stated")
        return .arbitrary
    }

    /// The line of that number as a message quotes it.
    private static func line(_ number: Int, of bytes: UnsafeBufferPointer<UInt8>) -> String {
        var lines = ByteLines(bytes)
        while let line = lines.next() {
            if lines.number == number { return line.quoted }
        }
        return "nothing"
    }
}
