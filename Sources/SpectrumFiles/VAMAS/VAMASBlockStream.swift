import Foundation
import Spectra

/// Reads the blocks of a VAMAS file one by one, in the memory of one of them.
struct VAMASBlockStream: ~Copyable {
    /// The number of blocks that the file states.
    let count: Int
    private var file: MappedFile
    private let content: FileContent
    private let options: ReadOptions
    private var parser: VAMASParser
    private var further: VAMASFurtherItems
    private var conclusions: VAMASConclusions
    private let variables: [(index: Int, variable: SeriesVariable)]
    private var done = 0
    private var isAtEnd = false

    /// The blocks of `file`, a VAMAS file that was read from `path`.
    ///
    /// Throws `ReadError`.
    init(_ file: consuming MappedFile, path: String, options: ReadOptions) throws {
        // For messages; the bytes are those of the mapped file.
        let content = FileContent(path: path, data: Data())
        var parser = VAMASParser(lines: VAMASLines(file.bytes, of: content))
        let count = try parser.readHeader()
        try parser.experiment.checkForSpectra(content)
        further = VAMASFurtherItems(experiment: parser.experiment)
        conclusions = VAMASConclusions(experiment: parser.experiment)
        variables = parser.experiment.allVariables()
        self.file = file
        self.count = count
        self.parser = parser
        self.content = content
        self.options = options
    }

    /// The comment lines of the whole file.
    var comments: [String] { parser.experiment.comments }

    /// The share of the bytes that has been read, 0 ... 1.
    var fractionRead: Double {
        file.bytes.isEmpty ? 1 : 1 - Double(parser.lines.remaining) / Double(file.bytes.count)
    }

    /// What was odd about the file as a whole, known when all blocks have been read.
    var notes: [String] { parser.notes }

    /// The next block as a spectrum, or why it is none, with what had to be assumed; blocks without points are left out.
    ///
    /// Throws `ReadError` where the file cannot be read any further.
    mutating func next() throws -> (name: String, spectrum: Result<Spectrum, ReadError>, notes: [String])? {
        while done < count {
            let block = try parser.nextBlock(number: done + 1)
            done += 1
            file.release(first: file.bytes.count - parser.lines.remaining)
            var conversion = VAMASConversion(
                experiment: parser.experiment, block: block, number: done, further: further.items(of: block),
                conclusions: conclusions, options: options)
            defer { conclusions = conversion.conclusions }
            do {
                guard var spectrum = try conversion.spectrum() else { continue }
                spectrum.acquisition.coordinates = parser.experiment.coordinates(of: block, along: variables)
                return (spectrum.name, .success(spectrum), conversion.notes)
            } catch let problem as VAMASConversion.Problem {
                return (block.identifier, .failure(conversion.error(problem, in: content)), conversion.notes)
            }
        }
        if !isAtEnd {
            isAtEnd = true
            try parser.readTerminator(after: count)
        }
        return nil
    }
}
