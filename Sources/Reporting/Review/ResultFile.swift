import Foundation
import Photoemission
import Spectra

/// Results that commands wrote as JSON, read back to be drawn.
public enum ResultFile {
    /// What `fit --json` wrote.
    case fit(FitResultFile)
    /// What `series --json` wrote.
    case series(SeriesResultFile)
    /// What `refine --json` or `identify --json` wrote with `--curves`.
    case pattern(PatternResultFile)

    /// Reads a result; `path` names it in errors. Throws `ReadError.malformed`.
    public init(_ data: Data, path: String) throws {
        struct Head: Decodable { var schema: String }
        let known = [
            FitDocument.schema, SeriesDocument.schema, RefinementDocument.schema, PhaseTable.schema,
        ]
        guard let schema = (try? JSONDecoder().decode(Head.self, from: data))?.schema else {
            throw ReadError.malformed(
                file: path, place: .whole, expected: "a result as JSON, with the key \"schema\"", found: "none")
        }
        switch schema {
        case FitDocument.schema: self = .fit(try FitResultFile(data, path: path))
        case SeriesDocument.schema: self = .series(try SeriesResultFile(data, path: path))
        case RefinementDocument.schema, PhaseTable.schema: self = .pattern(try PatternResultFile(data, path: path))
        default:
            throw ReadError.malformed(
                file: path, place: .whole, expected: "a schema that can be drawn: \(known.joined(separator: ", "))",
                found: "\"\(schema)\"")
        }
    }

    /// Decodes a document, errors with the place in it.
    static func decoded<Value: Decodable>(_ type: Value.Type, _ data: Data, path: String, schema: String) throws
        -> Value
    {
        do { return try JSONDecoder().decode(type, from: data) } catch let error as DecodingError {
            let context: DecodingError.Context
            var found = "something else"
            switch error {
            case .keyNotFound(let key, let place): (context, found) = (place, "no \"\(key.stringValue)\"")
            case .typeMismatch(_, let place), .valueNotFound(_, let place), .dataCorrupted(let place): context = place
            @unknown default: throw error
            }
            let place = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
            throw ReadError.malformed(
                file: path, place: .whole, expected: "a document of the schema \(schema)",
                found: place.isEmpty ? found : "\(found) at \(place)")
        }
    }
}

/// A series that was written as JSON.
public struct SeriesResultFile: Sendable {
    struct Content: Decodable, Sendable {
        struct Variable: Decodable {
            var name: String
            var unit: String
        }
        struct Quantity: Decodable {
            var value: Double?
            var u: Double?
        }
        struct Track: Decodable {
            var quantity: String
            var name: String?
            var species: String?
            var kind: String?
            var unit: String
            var values: [Quantity]
        }
        var variable: Variable
        var values: [Double?]
        var tracks: [Track]
    }

    let content: Content
    private let path: String

    init(_ data: Data, path: String) throws {
        self.path = path
        content = try ResultFile.decoded(Content.self, data, path: path, schema: SeriesDocument.schema)
    }

    /// A figure of its quantities against its variable; of the first kind it holds unless `shown` says which.
    ///
    /// Throws `ReadError.malformed` where the series holds none of that kind.
    public func plot(showing shown: SeriesPlot.Shown? = nil) throws -> SeriesPlot {
        let kinds = SeriesPlot.Shown.allCases.filter { kind in content.tracks.contains { $0.kind == kind.rawValue } }
        guard let kind = shown ?? kinds.first, kinds.contains(kind) else {
            throw ReadError.malformed(
                file: path, place: .whole, expected: "tracks of the kind \(shown?.rawValue ?? "shares")",
                found: kinds.isEmpty ? "none" : kinds.map(\.rawValue).joined(separator: ", "))
        }
        let tracks = content.tracks.filter { $0.kind == kind.rawValue }
        let unit = kind == .areas ? tracks.first.map { " (\($0.unit))" } ?? "" : ""
        return SeriesPlot(
            content: SeriesPlot.Content(
                places: content.values.map { $0 ?? .nan }, variable: content.variable.name,
                variableUnit: content.variable.unit, quantity: kind.title + unit,
                tracks: tracks.map { track in
                    SeriesPlot.Content.Track(
                        name: track.species ?? track.name ?? track.quantity, species: track.species,
                        values: track.values.map {
                            Measured($0.value ?? .nan, standardUncertainty: $0.u).scaled(by: kind.factor)
                        })
                }, startsAtZero: kind != .position), title: "Series against \(content.variable.name)")
    }
}

/// A pattern with its phases that was written as JSON.
public struct PatternResultFile: Sendable {
    struct Content: Decodable, Sendable {
        struct Quantity: Decodable {
            var value: Double?
            var u: Double?
        }
        /// A reflection: one index where it was refined, several where it was identified.
        struct Reflection: Decodable {
            var angle: Double
            var index: [Int]

            private enum Key: String, CodingKey {
                case hkl
                case angle = "two_theta_deg"
            }

            init(from decoder: Decoder) throws {
                let values = try decoder.container(keyedBy: Key.self)
                angle = try values.decode(Double.self, forKey: .angle)
                if let one = try? values.decode([Int].self, forKey: .hkl) {
                    index = one
                } else {
                    index = try values.decode([[Int]].self, forKey: .hkl).first ?? []
                }
            }
        }
        struct Phase: Decodable {
            var name: String
            var weightFraction: Quantity?
            var reflections: [Reflection]?
            var lines: [Reflection]?

            enum CodingKeys: String, CodingKey {
                case name, reflections, lines
                case weightFraction = "weight_fraction"
            }
        }
        /// The curves; that of each phase comes by name from a refinement and in order from an identification.
        struct Curves: Decodable {
            var unit: IntensityUnit
            var angles: [Double]
            var intensities: [Double?]
            var calculated: [Double?]?
            var background: [Double?]
            var residuals: [Double?]
            var phases: [[Double?]]?

            enum CodingKeys: String, CodingKey {
                case unit, calculated, background, phases
                case angles = "two_theta_deg"
                case intensities = "intensity"
                case residuals = "residual_sigma"
            }

            init(from decoder: Decoder) throws {
                let values = try decoder.container(keyedBy: CodingKeys.self)
                unit = try values.decodeIfPresent(String.self, forKey: .unit).flatMap(IntensityUnit.init) ?? .arbitrary
                angles = try values.decode([Double].self, forKey: .angles)
                intensities = try values.decode([Double?].self, forKey: .intensities)
                calculated = try values.decodeIfPresent([Double?].self, forKey: .calculated)
                background = try values.decode([Double?].self, forKey: .background)
                residuals = try values.decode([Double?].self, forKey: .residuals)
                phases = calculated == nil ? try values.decode([[Double?]].self, forKey: .phases) : nil
            }
        }
        var schema: String
        var phases: [Phase]
        var curves: Curves?
    }

    let content: Content
    private let path: String

    init(_ data: Data, path: String) throws {
        self.path = path
        content = try ResultFile.decoded(Content.self, data, path: path, schema: RefinementDocument.schema)
    }

    /// A figure of the pattern with model, marks of the phases and difference.
    ///
    /// Throws `ReadError.malformed` where the curves are not in the document, or differ in length.
    public func plot(usesRoots: Bool = false) throws -> RefinementPlot {
        guard let curves = content.curves else {
            throw ReadError.malformed(
                file: path, place: .whole, expected: "the key \"curves\" (write the result with --curves)",
                found: "none")
        }
        func numbers(_ values: [Double?]) -> [Double] { values.map { $0 ?? .nan } }
        let background = numbers(curves.background)
        let parts = (curves.phases ?? []).map(numbers)
        let columns = [curves.intensities, curves.background, curves.residuals, curves.calculated ?? curves.background]
        let lengths = columns.map(\.count) + parts.map(\.count)
        guard lengths.allSatisfy({ $0 == curves.angles.count }) else {
            throw ReadError.malformed(
                file: path, place: .whole, expected: "curves of \(curves.angles.count) points",
                found: lengths.map(String.init).joined(separator: ", "))
        }
        let calculated =
            curves.calculated.map(numbers)
            ?? background.indices.map { i in parts.reduce(background[i]) { $0 + $1[i] } }
        let refined = content.schema == RefinementDocument.schema
        return RefinementPlot(
            content: RefinementPlot.Content(
                twoTheta: curves.angles, intensities: numbers(curves.intensities), calculated: calculated,
                background: background, residuals: numbers(curves.residuals),
                phases: content.phases.map { phase in
                    let lines = phase.reflections ?? phase.lines ?? []
                    return .init(
                        name: phase.name,
                        weightFraction: phase.weightFraction.flatMap { quantity in
                            quantity.value.map { Measured($0, standardUncertainty: quantity.u) }
                        }, angles: lines.map(\.angle),
                        indices: lines.map { $0.index.map(String.init).joined(separator: " ") })
                },
                description: refined
                    ? "Diffraction pattern with refined model" : "Diffraction pattern with the phases found"),
            unit: curves.unit, title: nil, usesRoots: usesRoots)
    }
}
