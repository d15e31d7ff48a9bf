import CHDF5
import Foundation
import Spectra

/// An HDF5 file in memory: groups and datasets by their paths, with attributes.
///
/// The library is loaded when the first such file is met and reads in a process of its own, which damaged files may end
/// (see the header of `CHDF5`). A class because that process must be ended exactly once.
final class HDF5File {
    /// What may be read of one file.
    private static let mostDepth = 12
    private static let mostObjects = 20_000

    private let reader: OpaquePointer
    private let content: FileContent

    /// Whether the bytes start as an HDF5 file does; the signature may also follow a block of another program's.
    static func recognises(_ data: Data) -> Bool {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        return [0, 512, 1024, 2048].contains { data.dropFirst($0).starts(with: signature) }
    }

    /// Opens the file.
    ///
    /// Throws `ReadError.unreadable` where the library is missing and `.malformed` where the bytes are not an HDF5 file.
    init(_ content: FileContent) throws {
        guard interphase_hdf5_available() != 0 else {
            throw ReadError.unreadable(
                file: content.path,
                reason: "the HDF5 library is missing: apt-get install libhdf5-dev, or brew install hdf5")
        }
        guard let reader = content.data.withUnsafeBytes({ interphase_hdf5_open($0.baseAddress, $0.count) }) else {
            throw content.malformed(.whole, expected: "an HDF5 file", found: "one that is damaged or cut short")
        }
        self.content = content
        self.reader = reader
    }

    deinit { interphase_hdf5_close_reader(reader) }

    private func malformed(_ path: String, expected: String, found: String) -> ReadError {
        content.malformed(.whole, expected: "\(expected) in \(path)", found: found)
    }

    private struct Answer {
        var result: Int
        var bytes: Data

        /// The texts, each with a zero behind, without blanks around them.
        var texts: [String] { verbatim.map { $0.trimmingCharacters(in: .whitespaces) } }

        /// The texts as they are.
        var verbatim: [String] {
            bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
                String(decoding: $0, as: UTF8.self)
            }
        }

        var numbers: [Double] {
            bytes.withUnsafeBytes { raw in
                (0..<(raw.count / 8)).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
            }
        }
    }

    private func ask(
        _ question: interphase_hdf5_question, _ path: String, attribute: String? = nil, most: Int = 0
    ) -> Answer? {
        var bytes: UnsafeMutableRawPointer?
        var size = 0
        let result = interphase_hdf5_ask(reader, question, path, attribute, UInt64(max(0, most)), &bytes, &size)
        defer { free(bytes) }
        guard result >= 0 else { return nil }
        return Answer(result: Int(result), bytes: bytes.map { Data(bytes: $0, count: size) } ?? Data())
    }

    /// Whether there is a group at `path`.
    func isGroup(_ path: String) -> Bool { ask(INTERPHASE_HDF5_KIND, path)?.result == 1 }

    /// Whether there is a dataset at `path`.
    func isDataset(_ path: String) -> Bool { ask(INTERPHASE_HDF5_KIND, path)?.result == 2 }

    /// The names of the members of the group at `path`, in the order of their names.
    func members(of path: String) -> [String] { ask(INTERPHASE_HDF5_MEMBERS, path)?.texts ?? [] }

    /// All datasets below the group at `path`, however deep, by their paths.
    func datasets(below path: String) -> [String] {
        var found: [String] = []
        var pending = [(path, 0)]
        var seen = 0
        while let (group, depth) = pending.popLast(), seen < Self.mostObjects {
            for name in members(of: group) {
                seen += 1
                let path = Self.join(group, name)
                switch ask(INTERPHASE_HDF5_KIND, path)?.result {
                case 2: found.append(path)
                case 1 where depth < Self.mostDepth: pending.append((path, depth + 1))
                default: break
                }
            }
        }
        return found.sorted()
    }

    /// The path of `name` in the group at `path`.
    static func join(_ path: String, _ name: String) -> String { path.hasSuffix("/") ? path + name : "\(path)/\(name)" }

    /// The lengths of the dimensions of the dataset of numbers at `path`; `nil` where there is none.
    func shape(_ path: String) -> [Int]? {
        guard let answer = ask(INTERPHASE_HDF5_SHAPE, path) else { return nil }
        let lengths = answer.bytes.withUnsafeBytes { raw in
            (0..<(raw.count / 8)).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
        let shape = lengths.compactMap { Int(exactly: $0) }
        return shape.count == answer.result ? shape : nil
    }

    /// All numbers of the dataset at `path`, the last dimension changing fastest.
    ///
    /// Throws `ReadError.malformed` where there is none, where it cannot be read, or where it would unpack to twenty times
    /// the size of the file or more.
    func numbers(_ path: String) throws -> [Double] {
        guard let shape = shape(path) else {
            throw malformed(path, expected: "a dataset of numbers", found: "none")
        }
        var count = 1
        for length in shape {
            let product = count.multipliedReportingOverflow(by: length)
            guard !product.overflow else {
                throw malformed(path, expected: "a dataset that fits into memory", found: "\(shape)")
            }
            count = product.partialValue
        }
        let limit = max(1 << 19, content.data.count / 8 * 20)
        guard count > 0, count <= limit else {
            throw malformed(path, expected: "at most \(limit) numbers", found: "\(count)")
        }
        guard let values = ask(INTERPHASE_HDF5_NUMBERS, path, most: count)?.numbers, values.count == count else {
            throw malformed(path, expected: "\(count) numbers", found: "damage")
        }
        return values
    }

    /// The first number of the dataset at `path`; `nil` where there is none.
    func number(_ path: String) -> Double? {
        guard isDataset(path), let value = try? numbers(path).first, value.isFinite else { return nil }
        return value
    }

    /// The text of the dataset at `path`, or of its attribute; `nil` where there is none.
    func text(_ path: String, attribute: String? = nil) -> String? { texts(path, attribute: attribute)?.first }

    /// The texts of an array of texts; `nil` where there is none.
    func texts(_ path: String, attribute: String? = nil) -> [String]? {
        ask(INTERPHASE_HDF5_TEXT, path, attribute: attribute)?.texts
    }

    /// The texts of an array of texts with all their blanks; none where there is no such array.
    func verbatimTexts(_ path: String) -> [String] { ask(INTERPHASE_HDF5_TEXT, path)?.verbatim ?? [] }

    /// The number in an attribute of the object at `path`; `nil` where there is none.
    func number(_ path: String, attribute: String) -> Double? {
        guard let value = ask(INTERPHASE_HDF5_ATTRIBUTE, path, attribute: attribute)?.numbers.first, value.isFinite
        else { return nil }
        return value
    }
}
