import CReferenceData

/// The crystal structures of `reference-spectra/phases`, compiled in.
public enum PhaseFiles {
    /// The name of each file without `.cif`, and its text, by name.
    public static var all: [(name: String, text: String)] {
        var count = 0
        guard let files = interphase_phase_files(&count) else { return [] }
        return UnsafeBufferPointer(start: files, count: count).map { file in
            let path = String(cString: file.name)
            let name = path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? path
            return (name, String(decoding: UnsafeBufferPointer(start: file.bytes, count: file.size), as: UTF8.self))
        }
    }
}
