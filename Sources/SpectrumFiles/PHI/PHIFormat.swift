import Foundation
import Spectra

/// Spectra (.spe) and depth profiles (.pro) of PHI instruments, as SmartSoft, Compass and MultiPak write them.
///
///     SOFH
///     FileType:  SPECTRUM
///     AcqFileDate: 2024 1 22
///     NoSpectralReg: 1
///     SpectralRegDef: 1 1 Su1s 111 1751 -0.8000 1400.0000 0.0000 1399.0000 1.0000 0.120000 224.00 AREA
///     SpectralRegDef2: 1 1400.0 1 0 2 8000
///     XraySource: Al 1486.6 mono
///     EOFH
///     (binary: see `PHIBlocks`)
enum PHIFormat: SpectrumFormat {
    static let name = "PHI MultiPak"
    static let extensions = ["spe", "pro"]

    static func recognises(_ content: FileContent) -> Bool {
        content.data.starts(with: "SOFH\n".utf8) || content.data.starts(with: "SOFH\r".utf8)
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let header = try PHIHeader(content)
        let regions = try header.regions(of: content)
        let blocks = try PHIBlocks(content, from: header.end)
        var builder = PHISpectra(header: header, blocks: blocks, options: options)
        var spectra: [Spectrum] = []
        // Room for all at once: a profile of few points has more of them than one would like to copy.
        spectra.reserveCapacity(
            blocks.blocks.filter(\.isSpectra).reduce(0) { $0 + $1.count / max(1, $1.extent[0]) })
        for block in blocks.blocks where block.isSpectra {
            guard let region = regions.first(where: { $0.number == block.region }) else {
                throw content.malformed(
                    .byte(header.end), expected: "blocks of the regions \(regions.map(\.number))",
                    found: "region \(block.region)")
            }
            guard block.extent[0] == region.points else {
                throw content.malformed(
                    .byte(header.end + block.offset),
                    expected: "\(region.points) points of \(region.name), as the header states",
                    found: "\(block.extent[0])")
            }
            try builder.appendSpectra(of: block, region: region, to: &spectra)
        }
        guard !spectra.isEmpty else {
            throw content.malformed(.byte(header.end), expected: "the numbers of a spectrum", found: "none")
        }
        let measured = Set(blocks.blocks.filter(\.isSpectra).map(\.region))
        for region in regions where !measured.contains(region.number) {
            builder.notes.append("The header names a region \(region.name) that has no data.")
        }
        return SpectrumFile(
            path: content.path, format: name, spectra: spectra, comments: header["FileDesc"].map { [$0] } ?? [],
            notes: builder.notes)
    }
}

/// Puts the header and the numbers of a PHI file together.
private struct PHISpectra {
    let header: PHIHeader
    let blocks: PHIBlocks
    let options: ReadOptions
    var notes: [String] = []

    init(header: PHIHeader, blocks: PHIBlocks, options: ReadOptions) {
        self.header = header
        self.blocks = blocks
        self.options = options
        if let reference = header["EnergyReference"], !reference.lowercased().hasPrefix("none") {
            notes.append("The file states an energy reference, \(reference); the energies are as measured.")
        }
    }

    /// Appends the spectra of one block: one, or one for each cycle, area or other place along the slower axes.
    mutating func appendSpectra(
        of block: PHIBlocks.Block, region: PHIHeader.Region, to spectra: inout [Spectrum]
    ) throws {
        let numbers = try blocks.numbers(of: block)
        if let bad = numbers.firstIndex(where: { !$0.isFinite }) {
            throw blocks.fields.malformed(
                at: block.offset + bad * block.encoding.size, expected: "an intensity of \(region.name)",
                found: "\(numbers[bad])")
        }
        let axis = energies(of: region)
        let places = coordinates(of: block)
        let areas = header.areaNames
        let identity = SpectrumIdentity(labels: [region.name], axis: axis, intensities: numbers)
        let unit = unit(block.unit, of: region)
        let transmission = transmission(axis: axis, region: region)
        let shared = acquisition(of: region)
        for (index, place) in places.enumerated() {
            var acquisition = shared
            acquisition.coordinates = place.coordinates
            spectra.append(
                Spectrum(
                    name: region.name, sample: sample(areas: areas, area: place.area), level: identity.level,
                    kind: identity.kind, axis: axis,
                    intensities: Array(numbers[(index * region.points)..<((index + 1) * region.points)]),
                    unit: unit, transmission: transmission, acquisition: acquisition))
        }
    }

    private func energies(of region: PHIHeader.Region) -> EnergyAxis {
        let count = region.points
        let width = region.last - region.first
        let values = (0..<count).map { index in
            count > 1 ? region.first + width * Double(index) / Double(count - 1) : region.first
        }
        return EnergyAxis(values, scale: .binding, photonEnergy: options.photonEnergy ?? photonEnergy)
    }

    /// `Al 1486.6 mono`.
    private var photonEnergy: Double? {
        let fields = header["XraySource"]?.split(whereSeparator: \.isWhitespace) ?? []
        return fields.compactMap { Double($0) }.first { $0.isFinite && $0 > 0 }
    }

    private var source: String? {
        header["XraySource"]?.split(whereSeparator: \.isWhitespace).filter { Double($0) == nil }.joined(separator: " ")
    }

    private func sample(areas: [Int: String], area: Int) -> String {
        areas[area] ?? header["FileDesc"] ?? header["PlatenDesc"] ?? ""
    }

    private mutating func unit(_ text: String, of region: PHIHeader.Region) -> IntensityUnit {
        switch text {
        case "c/s": return .countsPerSecond
        case "c", "cts", "counts": return .counts
        default:
            if let stated = options.unit { return stated }
            notes.append("The intensities of \(region.name) have the unit \"\(text)\", taken as arbitrary.")
            return .arbitrary
        }
    }

    private func acquisition(of region: PHIHeader.Region) -> Acquisition {
        // The file has counts/s; counts/s x the time of `SpectralRegDef` are whole numbers, so that time is the one over
        // all sweeps.
        let sweeps = region.sweeps ?? 1
        var further: [String: String] = [:]
        for key in [
            "SoftwareVersion", "Operator", "XrayPower", "XrayBeamDiameter", "SourceAnalyserAngle", "StagePosition",
            "IntensityRecal", "IntensityCalCoeff", "EnergyReference", "SputterEnergy", "SputterMode", "AnalyserMode",
        ] {
            if let value = header[key] { further[key] = value }
        }
        return Acquisition(
            sweeps: sweeps, dwellTime: region.timePerPoint > 0 ? region.timePerPoint / Double(sweeps) : nil,
            passEnergy: region.passEnergy > 0 ? region.passEnergy : nil, workFunction: header.number("AnalyserWorkFcn"),
            source: source, instrument: header["InstrumentModel"], date: header.date, further: further)
    }

    /// The transmission that MultiPak corrects for, E (a^2 / (a^2 + (K/E)^2))^b with the pass energy E, the kinetic
    /// energy K and the coefficients a and b of `IntensityCalCoeff`; `nil` where the file has none or has been corrected.
    private func transmission(axis: EnergyAxis, region: PHIHeader.Region) -> [Double]? {
        let coefficients = (header["IntensityCalCoeff"] ?? "").split(whereSeparator: \.isWhitespace)
            .compactMap { Double($0) }
        guard header["IntensityRecal"]?.lowercased() == "no", coefficients.count >= 2, coefficients[0] > 0,
            coefficients.allSatisfy(\.isFinite), region.passEnergy > 0, let kinetic = axis.kineticEnergies
        else { return nil }
        let square = coefficients[0] * coefficients[0]
        let values = kinetic.map { energy in
            let ratio = energy / region.passEnergy
            return region.passEnergy * pow(square / (square + ratio * ratio), coefficients[1])
        }
        return values.allSatisfy { $0.isFinite && $0 > 0 } ? values : nil
    }

    // MARK: Places in a series

    private struct Place {
        var area = 1
        var coordinates: [SeriesCoordinate] = []
    }

    /// Where each spectrum of the block lies along its slower axes.
    private func coordinates(of block: PHIBlocks.Block) -> [Place] {
        var places = [Place()]
        for axis in 1..<block.extent.count where block.extent[axis] > 1 {
            let extent = block.extent[axis]
            let (variable, values) = values(along: block.axes[axis], extent: extent, region: block.region)
            let isArea = block.axes[axis] == "sar"
            places = (0..<extent).flatMap { index in
                places.map { place in
                    var next = place
                    if isArea { next.area = index + 1 }
                    next.coordinates.append(SeriesCoordinate(variable, values[index]))
                    return next
                }
            }
        }
        return places
    }

    private func values(along axis: String, extent: Int, region: Int) -> (SeriesVariable, [Double]) {
        let count = (0..<extent).map(Double.init)
        if let found = tabulated(axis: axis, extent: extent, region: region) { return found }
        switch axis {
        case "cyc":
            if let times = header.plannedSputterTimes(cycles: extent) { return (.etchTime, times) }
            return (.cycle, count)
        case "sar": return (.point, count.map { $0 + 1 })
        default: return (SeriesVariable(axis), count)
        }
    }

    /// The values along `axis` from the table that the file holds beside the spectra: for each region one value at each
    /// place, the region changing slowest.
    private func tabulated(axis: String, extent: Int, region: Int) -> (SeriesVariable, [Double])? {
        let variables: [String: (SeriesVariable, Double)] = [
            "s": (.etchTime, 1), "min": (.etchTime, 60), "nm": (.depth, 1), "A": (.depth, 0.1), "d": (.angle, 1),
            "deg": (.angle, 1),
        ]
        for block in blocks.blocks where block.region == 0 && block.axes[0] == axis && block.extent[0] == extent {
            guard let (variable, factor) = variables[block.unit], block.axes[1] == "reg", region <= block.extent[1],
                let table = try? blocks.numbers(of: block)
            else { continue }
            let values = table[((region - 1) * extent)..<(region * extent)].map { $0 == 0 ? 0 : $0 * factor }
            if values.allSatisfy(\.isFinite) { return (variable, values) }
        }
        return nil
    }
}
