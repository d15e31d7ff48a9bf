import Foundation
import Spectra

/// Projects of KherveFitting (.json): the spectra with their background and the parameters of their peaks.
///
///     {"FilePath": "...", "Number of Core levels": 1, "Core levels": {
///        "Pt4f": {"B.E.": [...], "Raw Data": [...], "Background": {"Bkg Y": [...]},
///                 "Fitting": {"Peaks": {"Pt4f7/2 p1": {"Position": 71.07, "FWHM": 1.02, "Area": 7593.41, ...}}}}}}
enum KherveFittingFormat: SpectrumFormat {
    static let name = "KherveFitting project"
    static let extensions = ["json"]

    private struct Project: Decodable {
        var levels: [String: Level]

        enum CodingKeys: String, CodingKey { case levels = "Core levels" }
    }

    private struct Level: Decodable {
        var energies: [Double]
        var intensities: [Double]
        var transmission: [Double]?
        var background: Background?
        var fit: Fit?

        enum CodingKeys: String, CodingKey {
            case energies = "B.E."
            case intensities = "Raw Data"
            case transmission = "Transmission"
            case background = "Background"
            case fit = "Fitting"
        }
    }

    private struct Background: Decodable {
        var kind: String?
        var curve: [Double]?

        enum CodingKeys: String, CodingKey {
            case kind = "Bkg Type"
            case curve = "Bkg Y"
        }

        init(from decoder: any Decoder) throws {
            // A level without a background has empty texts in the places of numbers.
            let container = try decoder.container(keyedBy: CodingKeys.self)
            kind = try? container.decode(String.self, forKey: .kind)
            curve = try? container.decode([Double].self, forKey: .curve)
        }
    }

    private struct Fit: Decodable {
        var peaks: [String: Peak]

        enum CodingKeys: String, CodingKey { case peaks = "Peaks" }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            peaks = (try? container.decode([String: Peak].self, forKey: .peaks)) ?? [:]
        }
    }

    private struct Peak: Decodable {
        var position: Double?
        var width: Double?
        var area: Double?
        var model: String?

        enum CodingKeys: String, CodingKey {
            case position = "Position"
            case width = "FWHM"
            case area = "Area"
            case model = "Fitting Model"
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            position = try? container.decode(Double.self, forKey: .position)
            width = try? container.decode(Double.self, forKey: .width)
            area = try? container.decode(Double.self, forKey: .area)
            model = try? container.decode(String.self, forKey: .model)
        }
    }

    static func recognises(_ content: FileContent) -> Bool {
        guard content.data.first == UInt8(ascii: "{") else { return false }
        return content.data.prefix(1 << 20).range(of: Data("\"Core levels\"".utf8)) != nil
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let project: Project
        do {
            project = try JSONDecoder().decode(Project.self, from: content.data)
        } catch {
            throw content.malformed(.whole, expected: "a KherveFitting project in JSON", found: reason(of: error))
        }
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        for (name, level) in project.levels.sorted(by: { $0.key < $1.key }) {
            file.spectra.append(try spectrum(name, level, content: content, options: options))
        }
        guard !file.spectra.isEmpty else {
            throw content.malformed(.whole, expected: "at least one core level", found: "none")
        }
        file.notes.append("The project does not say what its intensities count.")
        return file
    }

    private static func reason(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, _): "no \"\(key.stringValue)\""
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "another type of value at \(context.codingPath.map(\.stringValue).joined(separator: "/"))"
        default: "JSON that is damaged or cut short"
        }
    }

    private static func spectrum(
        _ name: String, _ level: Level, content: FileContent, options: ReadOptions
    ) throws -> Spectrum {
        let count = level.energies.count
        guard count > 0, level.intensities.count == count,
            (level.energies + level.intensities).allSatisfy(\.isFinite)
        else {
            throw content.malformed(
                .whole, expected: "as many intensities as energies in \(name)",
                found: "\(level.intensities.count) and \(count)")
        }
        let axis = EnergyAxis(
            level.energies, scale: options.energyScale ?? .binding, photonEnergy: options.photonEnergy)
        let identity = SpectrumIdentity(labels: [name], axis: axis, intensities: level.intensities)
        var columns: [NamedColumn] = []
        if let curve = level.background?.curve, curve.count == count {
            columns.append(NamedColumn(name: "Background", values: curve))
        }
        var comments: [String] = []
        for (name, peak) in (level.fit?.peaks ?? [:]).sorted(by: { $0.key < $1.key }) {
            let numbers = [
                peak.position.map { "position \($0) eV" }, peak.width.map { "FWHM \($0) eV" },
                peak.area.map { "area \($0)" }, peak.model,
            ]
            comments.append("KherveFitting peak \(name): \(numbers.compactMap { $0 }.joined(separator: ", "))")
        }
        var further: [String: String] = [:]
        if let kind = level.background?.kind, !kind.isEmpty { further["background"] = kind }
        var spectrum = Spectrum(
            name: name, level: identity.level, kind: identity.kind, axis: axis, intensities: level.intensities,
            unit: options.unit ?? .arbitrary,
            transmission: level.transmission.flatMap { $0.count == count && $0.allSatisfy(\.isFinite) ? $0 : nil },
            acquisition: Acquisition(further: further), comments: comments, columns: columns)
        if let fit = fit(of: level, name: name, curve: columns.first?.values) { spectrum.fits = [fit] }
        return spectrum
    }

    /// The fit of a level; `nil` where it has no peaks.
    private static func fit(of level: Level, name: String, curve: [Double]?) -> StoredFit? {
        guard let peaks = level.fit?.peaks, !peaks.isEmpty else { return nil }
        let background = level.background.map {
            StoredFit.Background(name: name, kind: $0.kind ?? "", curve: curve)
        }
        return StoredFit(
            program: "KherveFitting", name: name, scale: .binding,
            peaks: peaks.sorted { $0.key < $1.key }.map { name, peak in
                StoredFit.Peak(
                    name: name, position: peak.position, width: peak.width, area: peak.area, shape: peak.model ?? "")
            }, backgrounds: background.map { [$0] } ?? [])
    }
}
