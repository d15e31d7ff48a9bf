import Foundation
import Photoemission
import ReferenceSpectra
import Spectra
import SpectrumFiles

extension Recipe {
    /// Reads the recipe in the file at `path`. Measured lines that it takes from other files are looked for from the
    /// recipe's own folder.
    ///
    /// - Throws: `ReferenceDataError` with file, line and column for anything that is not a recipe, or a reference curve
    ///   that cannot be had.
    public init(contentsOf path: String) throws(ReferenceDataError) {
        let text = try document(at: path, "a recipe")
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try self.init(yaml: text, file: path) { curve in
            let place = URL(fileURLWithPath: curve.file, relativeTo: folder)
            let contents = try SpectrumFile(contentsOf: place.path)
            return try curve.line(of: contents.spectrum(for: curve))
        }
    }
}

extension SpeciesTable {
    /// Reads the species in the file at `path`, a document as `reference-spectra/xps/species.yaml`.
    ///
    /// - Throws: `ReferenceDataError` with file, line and column for anything that is not a table of species.
    public init(contentsOf path: String) throws(ReferenceDataError) {
        try self.init(yaml: document(at: path, "a table of species"), file: path)
    }
}

/// The text of a file.
private func document(at path: String, _ what: String) throws(ReferenceDataError) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
        throw ReferenceDataError(file: path, expected: what, found: "no file that can be read")
    }
    guard let text = String(data: data, encoding: .utf8) else {
        throw ReferenceDataError(file: path, expected: "\(what) in UTF-8", found: "other bytes")
    }
    return text
}

extension SpectrumFile {
    /// The spectrum that a recipe names, or the only one of its level.
    fileprivate func spectrum(for curve: ReferenceCurve) throws -> Spectrum {
        let matches: [Spectrum]
        let wanted: String
        if let name = curve.spectrum {
            if name.hasPrefix("#"), let number = Int(name.dropFirst()), spectra.indices.contains(number - 1) {
                return spectra[number - 1]
            }
            (matches, wanted) = (spectra.filter { $0.name == name }, "named \"\(name)\"")
        } else if let level = curve.level, spectra.count > 1 {
            (matches, wanted) = (spectra.filter { $0.level == level && $0.kind != .survey }, "of \(level)")
        } else {
            (matches, wanted) = (spectra, "in all")
        }
        guard let only = matches.first, matches.count == 1 else {
            throw ReferenceDataError(
                file: path, expected: "one spectrum \(wanted); state \"spectrum\"", found: "\(matches.count)")
        }
        return only
    }
}
