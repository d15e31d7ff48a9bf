import Foundation
import Spectra

/// One format of diffraction files: how it is recognised by its content and how it is read. One source file per format.
protocol DiffractionFormat: Sendable {
    /// The name a person knows the format by.
    static var name: String { get }
    /// The usual extensions, lower case, without dot: for help texts, never to choose a reader.
    static var extensions: [String] { get }
    /// Whether the content looks like this format. Cheap: looks at the beginning (or at fixed places) only.
    static func recognises(_ content: FileContent) -> Bool
    /// Reads all scans.
    ///
    /// Throws `ReadError` with the line or byte, what was expected there and what was found.
    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile
}

/// What a person can state about a diffraction file that does not say it itself.
public struct DiffractionReadOptions: Sendable, Hashable {
    /// The radiation. It replaces what the file says, which is noted where the two differ; its origin becomes `.user`.
    public var radiation: Radiation?
    /// What the first column of a text file counts, where no header says so.
    public var axis: DiffractionAxis.Kind?
    /// The unit of the intensities, where the file does not say.
    public var unit: IntensityUnit?

    /// Options; everything left out is taken from the file.
    public init(radiation: Radiation? = nil, axis: DiffractionAxis.Kind? = nil, unit: IntensityUnit? = nil) {
        self.radiation = radiation
        self.axis = axis
        self.unit = unit
    }
}

extension DiffractionFormat {
    /// The file of `patterns`.
    ///
    /// Throws where there is none: a file without a scan is not a measurement.
    static func file(
        _ content: FileContent, _ patterns: [DiffractionPattern], notes: [String] = []
    ) throws -> DiffractionFile {
        guard !patterns.isEmpty else {
            throw content.malformed(
                .whole, expected: "at least one scan", found: notes.first ?? "none in this \(name) file")
        }
        return DiffractionFile(
            path: content.path, format: name, patterns: patterns, notes: PatternNotes.drawnTogether(notes))
    }
}

extension FileContent {
    /// The places start, start + step, ... of `count` points.
    ///
    /// Throws where they are not numbers, or farther out than any axis reaches.
    func places(
        from start: Double, step: Double, count: Int, at place: ReadError.Place
    ) throws -> [Double] {
        let last = start + step * Double(max(0, count - 1))
        guard start.isFinite, step.isFinite, step != 0 || count < 2, abs(start) < 1e9, last.isFinite, abs(last) < 1e9
        else {
            throw malformed(place, expected: "a start and a step of a scan", found: "\(start) and \(step)")
        }
        return (0..<max(0, count)).map { start + step * Double($0) }
    }

    /// The number of points from `start` to `stop` at `step`, both ends included.
    ///
    /// Throws where that is not between 1 and a thousand million.
    func pointCount(from start: Double, to stop: Double, step: Double, at place: ReadError.Place) throws -> Int {
        let exact = step == 0 ? .nan : (stop - start) / step
        guard exact.isFinite, exact > -0.5, exact < 1e9 else {
            throw malformed(
                place, expected: "start, stop and step of a scan", found: "\(start), \(stop) and \(step)")
        }
        return Int(exact.rounded()) + 1
    }

    /// Throws where one of `values` is not a finite number; `offset` and `stride` tell where they stand.
    func requireFinite(_ values: [Double], at offset: Int, stride: Int, _ what: String) throws {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw malformed(.byte(offset + index * stride), expected: "\(what), finite numbers", found: "\(values[index])")
    }
}
