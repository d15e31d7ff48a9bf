import Foundation
import Spectra

/// The spectra of one file, one after another.
///
/// A VAMAS file is read block by block: a map of any number of spectra takes the memory of one of them. Other formats are
/// read whole first.
public struct SpectrumStream: ~Copyable {
    /// A spectrum on its way out of a file.
    public struct Element: Sendable {
        /// Which of the file's spectra it is, counted from 1.
        public var number: Int
        /// The name that the file gives it.
        public var name: String
        /// The spectrum, or why there is none though the file can be read on.
        public var spectrum: Result<Spectrum, ReadError>
        /// What the reader had to assume about it.
        public var notes: [String]
    }

    /// The name of the format, "VAMAS (ISO 14976)".
    public let format: String
    /// The number of spectra that the file states; fewer come out where some have no points.
    public let count: Int
    /// One of the two is there.
    private var blocks: VAMASBlockStream?
    private let file: SpectrumFile?
    private var number = 0

    /// Opens the file at `path`, whatever its format.
    ///
    /// Throws `ReadError`.
    public init(contentsOf path: String, options: ReadOptions = ReadOptions()) throws {
        let content = try FileContent(path: path)
        if VAMASFormat.recognises(content) {
            self.init(blocks: try VAMASBlockStream(MappedFile(path: path), path: path, options: options))
        } else {
            self.init(file: try FormatRegistry.read(content, options: options))
        }
    }

    private init(blocks: consuming VAMASBlockStream) {
        format = VAMASFormat.name
        count = blocks.count
        self.blocks = consume blocks
        file = nil
    }

    private init(file: SpectrumFile) {
        format = file.format
        count = file.spectra.count
        blocks = nil
        self.file = file
    }

    /// What had to be assumed about the file as a whole; complete when all spectra have been read.
    public var notes: [String] {
        switch blocks {
        case .some(let blocks): blocks.notes
        case .none: file?.notes ?? []
        }
    }

    /// The share of the file that has been read, 0 ... 1.
    public var fractionRead: Double {
        switch blocks {
        case .some(let blocks): blocks.fractionRead
        case .none: Double(number) / Double(max(1, count))
        }
    }

    /// The next spectrum; `nil` after the last.
    ///
    /// Throws `ReadError` where the file cannot be read any further.
    public mutating func next() throws -> Element? {
        if let file {
            guard number < file.spectra.count else { return nil }
            number += 1
            let spectrum = file.spectra[number - 1]
            return Element(number: number, name: spectrum.name, spectrum: .success(spectrum), notes: [])
        }
        guard let block = try blocks?.next() else { return nil }
        number += 1
        return Element(number: number, name: block.name, spectrum: block.spectrum, notes: block.notes)
    }
}
