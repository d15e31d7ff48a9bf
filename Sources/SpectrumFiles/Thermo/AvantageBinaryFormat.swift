import Foundation
import Spectra

/// Thermo Avantage data spaces, .VGD: a compound file with the streams
///
///     VGData        float64 values, energy changing fastest
///     VGDataAxes    version, number of dimensions; for each: first index, last index, number of axes it drives, 0
///     VGSpaceAxes   version, number of axes; for each: symbol, unit and label (each a length in bytes and UTF-16 text),
///                   number of points (int32), first value and step (float64), 1 where linear (uint8) or else 0 and all
///                   values (float64), kind (int32)
///
/// and property sets. The layout was worked out on files and agrees with SpectraDeck's reader and its test streams; the
/// values are the counts over all periods, so that Avantage's counts/s are values / (acquisition time x periods).
enum AvantageBinaryFormat: SpectrumFormat {
    static let name = "Thermo Avantage VGD"
    static let extensions = ["vgd"]

    static func recognises(_ content: FileContent) -> Bool {
        CompoundFile.recognises(content.data, withStream: "VGData")
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let compound = try CompoundFile(content)
        func stream(_ name: String) throws -> BinaryFields {
            guard let fields = try compound.fields(of: name) else {
                throw content.malformed(.whole, expected: "a stream \(name)", found: "none")
            }
            return fields
        }
        var space = AvantageDataSpace()
        let dimensions = try self.dimensions(try stream("VGDataAxes"))
        space.axesOfDimension = dimensions.map(\.axes)
        space.axes = try axes(try stream("VGSpaceAxes"))
        try properties(compound, into: &space)
        try rows(try stream("VGData"), dimensions: dimensions, into: &space)
        var file = try space.spectra(of: content, options: options)
        file.format = name
        return file
    }

    private struct Dimension {
        var count: Int
        var axes: Int
    }

    private static func dimensions(_ stream: BinaryFields) throws -> [Dimension] {
        let count = try stream.uint32(at: 4, "the number of dimensions")
        guard count <= 16 else {
            throw stream.malformed(at: 4, expected: "a number of dimensions", found: "\(count)")
        }
        return try (0..<count).map { index in
            let place = 8 + 16 * index
            let first = try stream.int32(at: place, "the first index")
            let last = try stream.int32(at: place + 4, "the last index")
            let axes = try stream.int32(at: place + 8, "the number of axes")
            guard last >= first, (0...16).contains(axes) else {
                throw stream.malformed(
                    at: place, expected: "a first index, a last index and a number of axes",
                    found: "\(first), \(last), \(axes)")
            }
            return Dimension(count: last - first + 1, axes: axes)
        }
    }

    private static func axes(_ stream: BinaryFields) throws -> [AvantageDataSpace.Axis] {
        let count = try stream.uint32(at: 4, "the number of axes")
        guard count <= 64 else { throw stream.malformed(at: 4, expected: "a number of axes", found: "\(count)") }
        var place = 8
        return try (0..<count).map { _ in
            var texts: [String] = []
            for what in ["the symbol of an axis", "the unit of an axis", "the label of an axis"] {
                let length = try stream.uint32(at: place, what)
                texts.append(PropertySet.utf16(try stream.bytes(at: place + 4, count: length, what)))
                place += 4 + length
            }
            let points = try stream.int32(at: place, "the number of points")
            let start = try stream.float64(at: place + 4, "the first value of an axis")
            let width = try stream.float64(at: place + 12, "the step of an axis")
            let linear = try stream.uint8(at: place + 20, "whether an axis is linear")
            guard points >= 0, linear <= 1, start.isFinite, width.isFinite else {
                throw stream.malformed(
                    at: place, expected: "an axis", found: "\(points) points from \(start) by \(width)")
            }
            place += 21
            var values: [Double]?
            if linear == 0 {
                values = try stream.numbers(.float64, at: place, count: points, "the values of an axis")
                place += 8 * points
            }
            let kind = try stream.int32(at: place, "the kind of an axis")
            place += 4
            return AvantageDataSpace.Axis(
                kind: AvantageDataSpace.Axis.Kind(rawValue: kind) ?? .other, count: points, start: start, width: width,
                values: values, unit: texts[1], label: texts[2])
        }
    }

    /// Cuts the values into rows along the energy.
    private static func rows(
        _ stream: BinaryFields, dimensions: [Dimension], into space: inout AvantageDataSpace
    ) throws {
        guard let energy = space.axes.first, let first = dimensions.first, first.count == energy.count,
            energy.values.map({ $0.allSatisfy(\.isFinite) }) ?? true
        else {
            throw stream.malformed(
                at: 0, expected: "a first axis as long as the first dimension of the data",
                found: "\(space.axes.first?.count ?? 0) and \(dimensions.first?.count ?? 0)")
        }
        let total = stream.count / 8
        guard stream.count == 8 * total, total > 0, total % energy.count == 0 else {
            throw stream.malformed(
                at: stream.count, expected: "values of 8 bytes, \(energy.count) for each spectrum",
                found: "\(stream.count) bytes")
        }
        let values = try stream.numbers(.float64, at: 0, count: total, "the values")
        if let bad = values.firstIndex(where: { !$0.isFinite }) {
            throw stream.malformed(at: 8 * bad, expected: "an intensity", found: "\(values[bad])")
        }
        space.rows = stride(from: 0, to: total, by: energy.count).map { Array(values[$0..<($0 + energy.count)]) }
    }

    private static func properties(_ compound: CompoundFile, into space: inout AvantageDataSpace) throws {
        for stream in compound.streams where stream.path.hasPrefix("\u{5}") {
            guard let fields = try? compound.fields(of: stream.path), let set = try? PropertySet(fields) else {
                continue
            }
            let isSummary = stream.path == "\u{5}SummaryInformation"
            if stream.path.hasSuffix("SummaryInformation") && !isSummary { continue }
            for property in AvantageDataSpace.Property.allCases {
                let id = isSummary ? -property.rawValue : property.rawValue
                guard id > 0, let value = set.values[id] else { continue }
                switch value {
                case .number(let number): space.properties[property] = .number(number)
                case .text(let text): space.properties[property] = .text(text)
                case .instant(let instant): space.properties[property] = .text(Self.date(instant))
                }
            }
            if isSummary { continue }
            // Names of places: the number of the axis in the highest byte, ten times that of the point below.
            for (id, value) in set.values where id >= 0x0100_0000 {
                if case .text(let name) = value { space.pointNames[(id & 0xFF_FFFF) / 10] = name }
            }
        }
    }

    /// The date of a FILETIME, "2026-06-19T02:38:23".
    private static func date(_ instant: UInt64) -> String {
        let seconds = Double(instant) / 1e7 - 11_644_473_600
        return Date(timeIntervalSince1970: seconds).formatted(
            Date.ISO8601FormatStyle(timeZone: .gmt).year().month().day().time(includingFractionalSeconds: false))
    }
}
