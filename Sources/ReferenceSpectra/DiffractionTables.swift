import CReferenceData

/// The tables that diffraction needs, compiled in from `reference-spectra/diffraction`.
public enum DiffractionTable: String, Sendable, CaseIterable {
    /// Settings of the space groups: number, qualifier, Hermann-Mauguin symbol, Hall symbol.
    case spaceGroups = "diffraction/space-groups.tsv"
    /// Elastic scattering factors of atoms and ions by Waasmaier and Kirfel.
    case waasmaierKirfel = "diffraction/waasmaier-kirfel.txt"
    /// Anomalous scattering by the method of Cromer and Liberman.
    case cromerLiberman = "diffraction/cromer-liberman.txt"
    /// Energies of absorption edges.
    case absorptionEdges = "diffraction/absorption-edges.txt"
    /// Standard atomic weights and electronegativities.
    case elements = "diffraction/elements.txt"

    /// The text of the table as UTF-8, comments included; the memory is the program's own and never freed.
    public var bytes: UnsafeBufferPointer<UInt8> {
        var count = 0
        guard let files = interphase_diffraction_files(&count) else { return UnsafeBufferPointer(start: nil, count: 0) }
        for file in UnsafeBufferPointer(start: files, count: count) where String(cString: file.name) == rawValue {
            return UnsafeBufferPointer(start: file.bytes, count: file.size)
        }
        return UnsafeBufferPointer(start: nil, count: 0)
    }

    /// The lines of the table without comments and empty lines.
    public var lines: [Substring] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
}
