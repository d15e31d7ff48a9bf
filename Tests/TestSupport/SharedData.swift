import Foundation

/// The folder of real measured files that lies beside the project on machines that have it.
public enum SharedData {
    /// The folder: `INTERPHASE_DATA`, or `../shared/data` seen from the project's root.
    public static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["INTERPHASE_DATA"] { return URL(fileURLWithPath: path) }
        return projectRoot.deletingLastPathComponent().appendingPathComponent("shared/data")
    }()

    /// The root of the project's checkout.
    public static let projectRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Whether the folder is there; tests that need it say so and are skipped where it is not.
    public static var isPresent: Bool { FileManager.default.fileExists(atPath: root.path) }

    /// A file of the folder by its path below the root.
    public static func file(_ path: String) -> URL { root.appendingPathComponent(path) }

    /// All files below `folder` whose names end in `suffix`, sorted by path.
    public static func files(in folder: String, suffix: String) -> [URL] {
        let base = file(folder)
        guard let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        return walker.compactMap { $0 as? URL }.filter { $0.lastPathComponent.hasSuffix(suffix) }
            .sorted { $0.path < $1.path }
    }
}
