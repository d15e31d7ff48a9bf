import Foundation
import Spectra

/// Excel workbooks with a spectrum on each sheet: Avantage reports, KherveFitting projects, and others of that kind.
enum WorkbookFormat: SpectrumFormat {
    static let name = "Excel workbook"
    static let extensions = ["xlsx"]

    static func recognises(_ content: FileContent) -> Bool {
        guard ZipArchive.recognises(content.data), let archive = try? ZipArchive(content) else { return false }
        return Workbook.recognises(archive)
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        var skipped: [String] = []
        for sheet in try Workbook(content).sheets {
            let found = SheetSpectra(sheet, options: options)
            file.spectra += found.spectra
            file.notes += found.notes
            if found.spectra.isEmpty && !sheet.columns.isEmpty { skipped.append(sheet.name) }
        }
        guard !file.spectra.isEmpty else {
            throw content.malformed(
                .whole, expected: "a sheet with a column of energies and one of intensities",
                found: "sheets \(skipped.joined(separator: ", "))")
        }
        if !skipped.isEmpty { file.notes.append("Sheets without spectra: \(skipped.joined(separator: ", ")).") }
        return file
    }
}
