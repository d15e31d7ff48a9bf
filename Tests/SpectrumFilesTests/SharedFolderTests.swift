import Foundation
import Spectra
import TestSupport
import Testing

@testable import SpectrumFiles

/// Every file of the shared XPS folder opens, and agrees with the reading of an independent program where there is one.
@Suite(.enabled(if: SharedData.isPresent, "shared data folder absent")) struct SharedFolderTests {
    /// Files that are no measurement: tables of fit results, charts of a report, blocks of comments without their file, the
    /// readings themselves, descriptions.
    static func isMeasurement(_ url: URL) -> Bool {
        let name = url.lastPathComponent
        let isChart = url.pathExtension == "xml" && url.pathComponents.contains("thermo")
        return !name.hasSuffix(".json") && !name.hasSuffix(".md") && !name.hasPrefix(".")
            && name != "FeO_analyzed_results.csv" && !url.pathComponents.contains("comments") && !isChart
    }

    /// Files of which the other program stored the mean over cycles, or added channels that ours aligns first: their own
    /// suites compare them.
    static let comparedElsewhere = ["SnO2_10nm_1.pro", "In-situ_PBTTT_XPS_SPECS.xml"]

    static let files: [URL] = {
        guard SharedData.isPresent else { return [] }
        let folder = SharedData.file("xps")
        guard let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        else { return [] }
        return walk.compactMap { $0 as? URL }
            .filter { (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) ?? false }
            .filter(isMeasurement).sorted { $0.path < $1.path }
    }()

    @Test func theFolderIsWhole() { #expect(Self.files.count > 100, "\(Self.files.count) files") }

    @Test(arguments: files)
    func everyFileOpensAndAgreesWithItsReading(url: URL) throws {
        let file = try SpectrumFile(contentsOf: url.path)
        #expect(!file.spectra.isEmpty)
        for spectrum in file.spectra {
            #expect(spectrum.intensities.allSatisfy(\.isFinite) && spectrum.axis.values.allSatisfy(\.isFinite))
        }
        let reading = url.appendingPathExtension("expected.json")
        guard FileManager.default.fileExists(atPath: reading.path),
            !Self.comparedElsewhere.contains(url.lastPathComponent)
        else { return }
        let expected = try ExpectedReading(beside: url)
        for item in expected.spectra {
            guard let sum = item.sum, let points = item.nPoints else { continue }
            // In any order and under any name: that some spectrum is the one the other program read. Its intensities may
            // be counts where ours are counts per second or the other way round; the suites of the formats check units.
            let found = file.spectra.contains { spectrum in
                let sums = [spectrum.intensities, spectrum.rawCounts ?? [], spectrum.countsPerSecond ?? []]
                return spectrum.axis.count == points
                    && (sums + spectrum.columns.map(\.values)).contains {
                        agrees($0.reduce(0, +), sum, tolerance: 2e-6)
                    }
            }
            #expect(found, "\(item.name ?? "?"): \(points) points, sum \(sum)")
        }
    }

    /// A file cut short is an error, or gives the beginning of what it held together with a word that something is missing.
    @Test(arguments: files)
    func cutFilesAreNoticed(url: URL) throws {
        let bytes = try Data(contentsOf: url)
        let format = try FormatRegistry.format(of: FileContent(path: url.path, data: bytes))
        if format == NeXusFormat.self { return }
        // Rows of numbers without a statement of how many there are: whole after each row.
        let isOpenEnded = format == PlainColumnsFormat.self || format == CasaXPSExportFormat.self
        let lengths = Damage.someLengths(of: bytes).filter { length in
            !isOpenEnded || !bytes[max(0, length - 1)..<min(length + 1, bytes.count)].contains { $0 == 10 || $0 == 13 }
        }
        try Damage.expectNoSilentTruncation(
            of: bytes, at: lengths, lastMayDiffer: true, mayEndEarly: true, format: format)
    }
}
