import Foundation
import Interphase

extension VAMASExperiment {
    /// For each spectrum of `contents`, which was read from the same file, the block that holds it. Blocks that hold no
    /// spectrum are passed over.
    func blocks(of contents: SpectrumFile) throws -> [Int] {
        var next = blocks.startIndex
        return try contents.spectra.enumerated().map { index, spectrum in
            guard let block = blocks[next...].firstIndex(where: { $0.comments == spectrum.comments }) else {
                throw CommandFailure(.badData, "\(contents.path): the block of spectrum \(index + 1) cannot be told")
            }
            next = block + 1
            return block
        }
    }
}

/// Writes a fit into the comments of a VAMAS file, as CasaXPS keeps its own.
struct CasaXPSOutput {
    /// The file that the spectrum was read from.
    let contents: SpectrumFile
    /// The spectrum as it stands in the file.
    let spectrum: Spectrum

    /// Level and calibration may have been stated for the fit; what was measured tells the spectrum.
    private func isChosen(_ other: Spectrum) -> Bool {
        other.name == spectrum.name && other.axis == spectrum.axis && other.intensities == spectrum.intensities
    }

    /// Writes all of the file, with `fit` in the comments of its spectrum, to `path`. Files that are not VAMAS become
    /// VAMAS files with that one spectrum.
    func write(_ fit: PeakFit, to path: String) throws {
        if URL(fileURLWithPath: path).resolvingSymlinksInPath()
            == URL(fileURLWithPath: contents.path).resolvingSymlinksInPath()
        {
            throw CommandFailure(.usage, "\(path): is the file that is read; write to another one")
        }
        do {
            if var experiment = try? VAMASExperiment(contentsOf: contents.path) {
                guard let index = contents.spectra.firstIndex(where: isChosen) else {
                    throw CommandFailure(.badData, "\(contents.path): \(spectrum.name) cannot be found in it")
                }
                let block = try experiment.blocks(of: contents)[index]
                var annotations = CasaXPSAnnotations(comments: experiment.blocks[block].comments)
                try annotations.store(fit, of: spectrum)
                experiment.blocks[block].comments = annotations.comments
                try experiment.write(to: path)
            } else {
                var annotated = spectrum
                var annotations = CasaXPSAnnotations(comments: spectrum.comments)
                try annotations.store(fit, of: spectrum)
                annotated.comments = annotations.comments
                try VAMASExperiment(spectra: [annotated]).write(to: path)
            }
        } catch let error as FitError {
            throw CommandFailure(.badData, "--casa \(path): \(error)")
        }
    }
}
