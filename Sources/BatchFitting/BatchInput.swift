import Foundation
import Spectra

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file that a batch is to read.
public struct BatchInput: Sendable, Hashable {
    /// The name in the results: the path below the root, with `/` between its parts.
    public var name: String
    /// Where the file is.
    public var path: String
    /// Its size in bytes; 0 where it is not there.
    public var size: Int
    /// Whether the file itself was asked for, not a folder that it lies in.
    public var isNamed: Bool

    /// The files that `paths` stand for, each once, sorted by name: files themselves, and all files in folders and the
    /// folders in them, hidden ones left out.
    ///
    /// What is not there or cannot be looked into is given as a file too, so that reading it tells what is wrong.
    ///
    /// - Parameters:
    ///   - paths: files and folders.
    ///   - root: the folder that names start from; files outside are named by their whole path. `nil` is the current one.
    ///   - excluded: paths of files that are no input wherever they lie, such as the output.
    public static func find(_ paths: [String], root: String? = nil, excluding excluded: [String] = []) -> [BatchInput] {
        var search = InputSearch(
            root: absolute(root ?? "."), excluded: Set(excluded.map(absolute)))
        for path in paths { search.add(path, isNamed: true) }
        return search.found.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The path from the root of the file system without `.` and `..`; links are not followed.
    static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardized.path }
}

/// Walks through files and folders.
private struct InputSearch {
    let root: String
    let excluded: Set<String>
    /// What was found, by absolute path.
    var found: [String: BatchInput] = [:]

    mutating func add(_ path: String, isNamed: Bool) { add(path, at: BatchInput.absolute(path), isNamed: isNamed) }

    private mutating func add(_ path: String, at absolute: String, isNamed: Bool) {
        guard !excluded.contains(absolute), found[absolute].map({ !$0.isNamed }) ?? true else { return }
        let status = Self.status(path)
        if status?.isFolder ?? false, let names = try? FileManager.default.contentsOfDirectory(atPath: path) {
            for name in names where !name.hasPrefix(".") {
                let inside = path.hasSuffix("/") ? path + name : "\(path)/\(name)"
                // A link to a folder may lead back to where it stands.
                if Self.isFolderBehindLink(inside) { continue }
                add(inside, at: absolute == "/" ? "/\(name)" : "\(absolute)/\(name)", isNamed: false)
            }
            return
        }
        found[absolute] = BatchInput(
            name: name(of: absolute), path: path, size: status?.size ?? 0, isNamed: isNamed)
    }

    /// What is at `path`, or where a link there leads; `nil` where there is nothing. Foundation would look up its owner too,
    /// which for many small files takes longer than reading them.
    private static func status(_ path: String) -> (isFolder: Bool, size: Int)? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return (status.st_mode & S_IFMT == S_IFDIR, Int(status.st_size))
    }

    private static func isFolderBehindLink(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return false }
        return Self.status(path)?.isFolder ?? false
    }

    private func name(of absolute: String) -> String {
        let prefix = root == "/" ? root : root + "/"
        return absolute.hasPrefix(prefix) ? String(absolute.dropFirst(prefix.count)) : absolute
    }
}
