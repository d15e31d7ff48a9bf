import ReferenceSpectra

/// The phases that come with the program: battery materials, what they are made from and what they decompose to, and
/// common standards. Each file of `reference-spectra/phases` names its source.
public enum PhaseLibrary {
    /// All phases by name, the name of the file: `Co3O4`, `TiO2-anatase`.
    public static let phases: [(name: String, structure: CrystalStructure)] = PhaseFiles.all.compactMap { file in
        // Every file is read by a test, so that none can be lost here.
        (try? CrystalStructure(cif: file.text, file: "\(file.name).cif")).map { (file.name, $0) }
    }

    /// The phase of that name, in any case; `nil` where there is none.
    public static func phase(_ name: String) -> CrystalStructure? {
        phases.first { $0.name.lowercased() == name.lowercased() }?.structure
    }
}
