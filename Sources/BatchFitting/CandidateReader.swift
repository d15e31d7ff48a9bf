import Foundation
import Spectra
import SpectrumFiles

/// What became of a file.
struct FileOutcome: Sendable {
    var format: String?
    var status: FileStatus
    var message: String?
    /// The number of spectra chosen.
    var count = 0
    /// What had to be assumed about the file as a whole.
    var notes: [String] = []
}

/// Walks through the chosen spectra of one file.
struct CandidateReader: ~Copyable {
    private let input: BatchInput
    private let selection: BatchSelection
    private var stream: SpectrumStream
    private var ordinal = 0
    /// Spectra of an image that have not been handed out, the next one last.
    private var slices: [Candidate] = []

    init(_ input: BatchInput, selection: BatchSelection, reading: ReadOptions) throws {
        self.input = input
        self.selection = selection
        stream = try SpectrumStream(contentsOf: input.path, options: reading)
    }

    /// The share of the file that has been read, 0 ... 1.
    var fractionRead: Double { stream.fractionRead }

    /// The next chosen spectrum; `nil` after the last.
    ///
    /// Throws where the file cannot be read any further.
    mutating func next() throws -> Candidate? {
        if let slice = slices.popLast() { return slice }
        while let element = try stream.next() {
            guard selection.takes(element, count: stream.count) else { continue }
            // An image is its slices; the steps of a scan, which know where they lie, are spectra themselves.
            if case .success(let spectrum) = element.spectrum, spectrum.acquisition.coordinates.isEmpty,
                let image = spectrum.slices
            {
                slices = image.spectra.enumerated().map { index, spectrum in
                    Candidate(
                        ordinal: ordinal + index + 1, number: element.number, slice: index + 1, name: element.name,
                        spectrum: .success(spectrum), notes: index == 0 ? element.notes : [])
                }.reversed()
                ordinal += slices.count
                return slices.popLast()
            }
            ordinal += 1
            return Candidate(
                ordinal: ordinal, number: element.number, slice: nil, name: element.name, spectrum: element.spectrum,
                notes: element.notes)
        }
        return nil
    }

    /// What became of the file, which has been read to its end or as far as `error` allowed.
    func outcome(_ error: (any Error)? = nil) -> FileOutcome {
        var outcome = FileOutcome(format: stream.format, status: .read, count: ordinal, notes: stream.notes)
        if input.path != input.name {
            outcome.notes = outcome.notes.map { $0.replacingOccurrences(of: input.path, with: input.name) }
        }
        if let error {
            outcome.status = .failed
            outcome.message = input.message(error)
        } else if ordinal == 0 {
            outcome.status = .skipped
            outcome.message = "holds no \(selection.description)"
        }
        return outcome
    }
}

extension FileOutcome {
    /// What becomes of a file that could not be opened. A folder holds other things than spectra: files in it that no reader
    /// knows are skipped, unless they are empty or their extension says that they should be spectra.
    init(of input: BatchInput, unopened error: any Error) {
        self.init(status: .failed, message: input.message(error))
        guard !input.isNamed, input.size > 0, case ReadError.unknownFormat = error else { return }
        let ending = URL(fileURLWithPath: input.name).pathExtension.lowercased()
        if !Self.spectralExtensions.contains(ending) { status = .skipped }
    }

    /// Extensions that files of spectra have and hardly any others.
    private static let spectralExtensions: Set = [
        "vms", "vam", "npl", "spe", "pro", "vgd", "avg", "kal", "dset", "sle", "xy", "ibw", "pxt", "nxs", "csv", "tsv",
    ]
}
