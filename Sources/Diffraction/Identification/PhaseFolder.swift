import Foundation
import Spectra

/// The CIFs of a folder as candidates, with an index of their computed lines on disk.
///
/// Reading and computing thousands of structures takes long, so what was computed is kept in a file of the user's cache
/// folder. A CIF that is new or has another size or time of change is computed again; one that is gone is forgotten. A
/// damaged index is made anew.
public struct PhaseFolder: Sendable {
    /// The candidates; what could not be read or computed is in their `leftOut`.
    public let phases: PreparedPhases
    /// How many of the CIFs were taken from the index.
    public let indexedCount: Int
    /// Why the index could not be written; `nil` where it was or needed not be.
    public let indexProblem: String?

    /// The CIFs in the folder at `path` and in its folders, or the one CIF at `path`.
    ///
    /// - Parameters:
    ///   - path: a folder or a CIF.
    ///   - emission: the radiation; lines are computed for its primary wavelength.
    ///   - cache: where indices are kept; `nil` for none.
    /// - Throws: `ReadError` where there is no such file or folder.
    public init(_ path: String, emission: EmissionSpectrum, cache: URL? = PhaseFolder.userCache) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ReadError.noSuchFile(file: path)
        }
        let files: [String]
        if isFolder.boolValue {
            let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            files = found.filter { $0.lowercased().hasSuffix(".cif") }.sorted().map { "\(path)/\($0)" }
        } else {
            files = [path]
        }
        let wavelength = emission.primary.wavelength
        let location = isFolder.boolValue ? cache.map { Self.location(of: path, wavelength, in: $0) } : nil
        let known = location.flatMap { try? Data(contentsOf: $0) }.flatMap { PhaseIndex(decoding: $0) }
        var phases = PreparedPhases(wavelength: wavelength)
        let usable = known.flatMap { phases.isUsable(at: $0.wavelength) ? $0.entries : nil } ?? [:]
        let stamps = files.map { PhaseIndex.Stamp(file: $0) }
        let tasks = zip(files, stamps).map {
            file, stamp -> (file: String, stamp: PhaseIndex.Stamp, known: PhaseIndex.Entry?) in
            let entry = usable[file]
            return (file, stamp, entry?.stamp == stamp ? entry : nil)
        }
        let entries = PreparedPhases.parallel(tasks) { task in
            task.known ?? PhaseIndex.Entry(stamp: task.stamp, result: Self.read(task.file, emission))
        }
        for (file, entry) in zip(files, entries) {
            switch entry.result {
            case .success(var lines):
                lines.file = file
                phases.lines.append(lines)
            case .failure(let omission): phases.leftOut.append(omission.text)
            }
        }
        self.phases = phases
        indexedCount = tasks.count { $0.known != nil }
        var problem: String?
        if let location, indexedCount < files.count || usable.count != files.count {
            let index = PhaseIndex(
                wavelength: wavelength, entries: Dictionary(zip(files, entries)) { first, _ in first })
            do {
                try FileManager.default.createDirectory(
                    at: location.deletingLastPathComponent(), withIntermediateDirectories: true)
                try AtomicFile.write(index.encoded, to: location.path)
            } catch { problem = "\(error)" }
        }
        indexProblem = problem
    }

    /// The folder for indices in the user's cache: below $XDG_CACHE_HOME where that is set, else where the system keeps
    /// such files; `nil` where there is none.
    public static var userCache: URL? {
        let stated = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
        let base =
            stated.map { URL(fileURLWithPath: $0) }
            ?? FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
        return base?.appendingPathComponent("interphase")
    }

    private static func location(of path: String, _ wavelength: Double, in cache: URL) -> URL {
        let whole = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
        // FNV-1a: the same in every run, which Swift's own hashes are not.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(whole)|\(String(format: "%.3f", wavelength))".utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return cache.appendingPathComponent("phases-\(String(hash, radix: 16)).index")
    }

    private static func read(_ file: String, _ emission: EmissionSpectrum) -> Result<
        PhaseLines, PreparedPhases.Omission
    > {
        let url = URL(fileURLWithPath: file)
        do {
            let structure = try CrystalStructure(contentsOf: url)
            let name = url.deletingPathExtension().lastPathComponent
            return PreparedPhases.prepare(CandidatePhase(name: name, structure: structure), emission)
        } catch { return .failure(.init(text: "\(file): \(error)")) }
    }
}
