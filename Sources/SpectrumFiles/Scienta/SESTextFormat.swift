import Foundation
import Spectra

/// Scienta SES text files: regions with energies in the first column of their data and one column for each slice of the
/// detector beside it.
///
///     [Info]
///     Number of Regions=0001
///     Version=1.3.1
///
///     [Region 1]
///     Region Name=Ag3d
///     Dimension 1 name=Binding Energy [eV]
///     Dimension 1 size=361
///     Dimension 1 scale=382 381.95 381.9 ...
///
///     [Info 1]
///     Pass Energy=50
///
///     [Data 1]
///      3.82000000000000E+0002  1.57494897842407E+0001
///
/// A region with a third dimension has `[Data 1:1]`, `[Data 1:2]` and so on.
enum SESTextFormat: SpectrumFormat {
    static let name = "Scienta SES text"
    static let extensions = ["txt"]

    static func recognises(_ content: FileContent) -> Bool {
        content.withBeginning(1 << 14) { bytes in
            var lines = ByteLines(bytes)
            while let line = lines.next(), lines.number < 40 {
                let text = line.trimmed
                if text.isEmpty { continue }
                guard lines.number > 1 || text.elementsEqual("[Info]".utf8) else { return false }
                if text.starts(with: "Number of Regions=".utf8) { return true }
            }
            return false
        }
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        var parser = SESTextParser(content: content, options: options)
        try content.data.withUnsafeBytes { raw in
            var lines = ByteLines(raw.bindMemory(to: UInt8.self))
            while let line = lines.next() {
                try parser.take(line, number: lines.number, isOpen: lines.lastLineIsOpen)
            }
        }
        return try parser.finish()
    }
}

/// Takes the lines of an SES text file one after the other.
private struct SESTextParser {
    /// One block of data: a region, or one step of its third dimension.
    private struct Block {
        var step: Int?
        var firstLine: Int
        var width = 0
        var lineLength = 0
        var cells: [Double] = []
        var rows: Int { width > 0 ? cells.count / width : 0 }
    }

    private struct Dimension {
        var name = ""
        var size: Int?
        var scale: [Double] = []
    }

    private struct Region {
        var number: Int
        var info = SESInfo()
        var dimensions: [Int: Dimension] = [:]
        var blocks: [Block] = []
    }

    private enum Section {
        case file, region, info, data, other
    }

    private static let mostRegions = 10_000

    private let content: FileContent
    private let options: ReadOptions
    private var header = SESInfo()
    private var regions: [Region] = []
    private var indexOfRegion: [Int: Int] = [:]
    private var current: Int?
    private var section = Section.file
    private var notes: [String] = []

    init(content: FileContent, options: ReadOptions) {
        self.content = content
        self.options = options
    }

    // MARK: Lines

    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>, number: Int, isOpen: Bool) throws {
        let line = bytes.trimmed
        guard let first = line.first else { return }
        if first == UInt8(ascii: "[") { return try startSection(line.text, line: number) }
        switch section {
        case .data: try takeRow(bytes, line: number, isOpen: isOpen)
        case .file: header.add(line.text)
        case .region: try takeRegion(line.text, line: number)
        case .info, .other: if let current { regions[current].info.add(line.text) }
        }
    }

    /// `[Region 1]`, `[Info 1]`, `[Data 1]`, `[Data 1:2]`, `[Run Mode Information 1]`.
    private mutating func startSection(_ text: String, line: Int) throws {
        let inside = text.drop { $0 == "[" }.prefix { $0 != "]" }
        let words = inside.split(separator: " ")
        let numbers = (words.last ?? "").split(separator: ":").compactMap { Int($0) }
        let name = words.dropLast(numbers.isEmpty ? 0 : 1).joined(separator: " ")
        if let number = numbers.first {
            current = indexOfRegion[number]
            if current == nil {
                guard regions.count < Self.mostRegions else {
                    throw content.malformed(
                        .line(line), expected: "at most \(Self.mostRegions) regions", found: "more")
                }
                current = regions.count
                indexOfRegion[number] = regions.count
                regions.append(Region(number: number))
            }
        }
        switch name {
        case "Info": section = numbers.isEmpty ? .file : .info
        case "Region": section = .region
        case "Data":
            section = .data
            if let current {
                regions[current].blocks.append(Block(step: numbers.count > 1 ? numbers[1] : nil, firstLine: line + 1))
            }
        default: section = .other
        }
    }

    /// `Dimension 1 size=361` and the like; anything else describes the region.
    private mutating func takeRegion(_ text: String, line: Int) throws {
        guard let current else { return }
        guard text.hasPrefix("Dimension "), let equals = text.firstIndex(of: "=") else {
            return regions[current].info.add(text)
        }
        let words = text[..<equals].split(separator: " ")
        let value = text[text.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        guard words.count == 3, let number = Int(words[1]) else { return }
        var dimension = regions[current].dimensions[number] ?? Dimension()
        switch words[2] {
        case "name": dimension.name = value
        case "size":
            guard let size = Int(value), size >= 0 else {
                throw content.malformed(.line(line), expected: "a number of points", found: "\"\(value.prefix(40))\"")
            }
            dimension.size = size
        case "scale": dimension.scale = value.split(separator: " ").compactMap { Double($0) }
        default: break
        }
        regions[current].dimensions[number] = dimension
    }

    private mutating func takeRow(_ line: UnsafeBufferPointer<UInt8>, line number: Int, isOpen: Bool) throws {
        guard let current, let last = regions[current].blocks.indices.last else {
            throw content.malformed(.line(number), expected: "[Data n] before the numbers", found: line.quoted)
        }
        let expected = 1 + (regions[current].dimensions[2]?.size ?? 1)
        // SES prints numbers of one width: a shorter line at the very end of the file has been cut.
        let lineLength = regions[current].blocks[last].lineLength
        if isOpen, lineLength == 0 || line.count < lineLength {
            notes.append("Line \(number) is cut short and left out.")
            return
        }
        let start = regions[current].blocks[last].cells.count
        var place = 0
        while place < line.count {
            if ASCII.isBlank(line[place]) {
                place += 1
                continue
            }
            guard let (value, end) = DecimalNumber.scan(line, from: place, decimalMark: ASCII.point),
                end == line.count || ASCII.isBlank(line[end])
            else {
                throw content.malformed(.line(number), expected: "\(expected) numbers", found: line.quoted)
            }
            regions[current].blocks[last].cells.append(value)
            place = end
        }
        let width = regions[current].blocks[last].cells.count - start
        if regions[current].blocks[last].width == 0 {
            regions[current].blocks[last].width = width
            regions[current].blocks[last].lineLength = line.count
        }
        guard width == expected, width == regions[current].blocks[last].width else {
            throw content.malformed(.line(number), expected: "\(expected) numbers", found: "\(width)")
        }
    }

    // MARK: Spectra

    mutating func finish() throws -> SpectrumFile {
        var spectra: [Spectrum] = []
        for region in regions {
            if !region.blocks.contains(where: { $0.rows > 0 }) {
                notes.append("Region \(region.number) (\(region.info.name)) has no data.")
            }
            let filled = region.blocks.count { $0.rows > 0 }
            if let steps = region.dimensions[3]?.size, steps > filled {
                notes.append("Region \(region.info.name) states \(steps) steps and has \(filled).")
            }
            for block in region.blocks where block.rows > 0 {
                spectra.append(try spectrum(of: block, in: region))
            }
        }
        guard !spectra.isEmpty else {
            throw content.malformed(.whole, expected: "a section [Data 1] with numbers", found: "none")
        }
        if let stated = header.number("Number of Regions"), Double(regions.count) < stated {
            notes.append("The file states \(Int(stated)) regions and has \(regions.count).")
        }
        return SpectrumFile(path: content.path, format: SESTextFormat.name, spectra: spectra, notes: notes)
    }

    private mutating func spectrum(of block: Block, in region: Region) throws -> Spectrum {
        let first = region.dimensions[1] ?? Dimension()
        if let size = first.size, block.rows != size {
            guard block.rows < size else {
                throw content.malformed(
                    .line(block.firstLine), expected: "\(size) rows of region \(region.number)", found: "\(block.rows)")
            }
            notes.append("Region \(region.info.name) states \(size) points and has \(block.rows).")
        }
        let columns = (0..<block.width).map { column in
            (0..<block.rows).map { block.cells[$0 * block.width + column] }
        }
        let sum =
            columns.count == 2
            ? columns[1] : (0..<block.rows).map { row in columns.dropFirst().reduce(0) { $0 + $1[row] } }
        guard sum.allSatisfy(\.isFinite) else {
            throw content.malformed(.line(block.firstLine), expected: "intensities", found: "a sum beyond all numbers")
        }
        let scale = EnergyScale(label: first.name) ?? region.info.scale ?? .kinetic
        let axis = EnergyAxis(
            columns[0], scale: options.energyScale ?? scale,
            photonEnergy: options.photonEnergy ?? region.info.photonEnergy)
        let identity = SpectrumIdentity(labels: [region.info.name], axis: axis, intensities: sum)
        var acquisition = region.info.acquisition
        if let coordinate = coordinate(of: block, in: region) { acquisition.coordinates = [coordinate] }
        var spectrum = Spectrum(
            name: region.info.name, sample: region.info["Sample"] ?? "", level: identity.level, kind: identity.kind,
            axis: axis, intensities: sum, unit: region.info.unit(of: sum, options: options, notes: &notes),
            acquisition: acquisition, comments: region.info.comments)
        if columns.count > 2 { spectrum.columns = slices(Array(columns.dropFirst()), in: region) }
        if let note = identity.note { notes.append(note) }
        return spectrum
    }

    private func coordinate(of block: Block, in region: Region) -> SeriesCoordinate? {
        guard let step = block.step else { return nil }
        let third = region.dimensions[3] ?? Dimension()
        let value = third.scale.indices.contains(step - 1) ? third.scale[step - 1] : Double(step)
        return SeriesCoordinate(SESAxis.variable(label: third.name), value)
    }

    private func slices(_ columns: [[Double]], in region: Region) -> [NamedColumn] {
        let second = region.dimensions[2] ?? Dimension()
        let variable = SESAxis.variable(label: second.name)
        return columns.enumerated().map { index, values in
            let place = second.scale.count == columns.count ? second.scale[index] : Double(index + 1)
            return NamedColumn(
                name: "\(variable.name) \(String(format: "%g", place))", values: values,
                coordinate: SeriesCoordinate(variable, place))
        }
    }
}

/// The axes of SES other than energy.
enum SESAxis {
    /// What `Y-Scale [deg]`, `Iteration` or `Position [mm]` counts.
    static func variable(label: String) -> SeriesVariable {
        let name = label.prefix { $0 != "[" }.trimmingCharacters(in: .whitespaces)
        let unit = label.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }.trimmingCharacters(in: .whitespaces)
        if unit.lowercased().hasPrefix("deg") && name.lowercased().hasPrefix("y-scale") { return .angle }
        return SeriesVariable(name.isEmpty ? "slice" : name, unit: unit)
    }
}
