import Foundation
import Spectra

/// Maps of Scienta's SES (DA30 and others): a zip archive with, for each region,
///
///     Spectrum_Region1.bin    float32 numbers, "width" changing fastest, then "height", then "depth"
///     Spectrum_Region1.ini    [spectrum] with width, widthoffset, widthdelta, widthlabel and the same for the others
///     Region1.ini             what SES says about the region, Key=value
///
/// The layout is that which erlabpy's loader (erlab.io.plugins.da30) documents.
enum SESMapFormat: SpectrumFormat {
    static let name = "Scienta SES map"
    static let extensions = ["zip"]

    static func recognises(_ content: FileContent) -> Bool {
        guard ZipArchive.recognises(content.data), let archive = try? ZipArchive(content) else { return false }
        return !regions(of: archive).isEmpty
    }

    private static func regions(of archive: ZipArchive) -> [String] {
        archive.entries.map(\.path).filter { $0.hasPrefix("Spectrum_") && $0.hasSuffix(".bin") }
            .map { String($0.dropFirst("Spectrum_".count).dropLast(4)) }
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let archive = try ZipArchive(content)
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        for region in regions(of: archive) {
            var reading = DetectorImageSpectra(
                try image(of: region, archive: archive, content: content), options: options)
            let fields = BinaryFields(
                file: content.path, data: Data(), part: "Spectrum_\(region).bin")
            file.spectra += try reading.spectra(of: fields)
            file.notes += reading.notes
        }
        guard !file.spectra.isEmpty else {
            throw content.malformed(.whole, expected: "Spectrum_*.bin in the archive", found: "none")
        }
        return file
    }

    private static func image(
        of region: String, archive: ZipArchive, content: FileContent
    ) throws -> DetectorImage {
        func text(_ path: String) throws -> String? {
            try archive.entry(path).map { String(decodingTextFile: try archive.data(of: $0)) }
        }
        guard let description = try text("Spectrum_\(region).ini"), let bin = archive.entry("Spectrum_\(region).bin")
        else {
            throw content.malformed(.whole, expected: "Spectrum_\(region).ini in the archive", found: "none")
        }
        // The keys are read without regard to case, which programs treat differently.
        var values: [String: String] = [:]
        for (key, value) in SESInfo(description).values { values[key.lowercased()] = value }
        func number(_ key: String) throws -> Double {
            guard let number = values[key].flatMap({ Double($0) }), number.isFinite else {
                throw content.malformed(
                    .whole, expected: "a number \(key) in Spectrum_\(region).ini", found: values[key] ?? "none")
            }
            return number
        }
        var dimensions: [DetectorImage.Dimension] = []
        var count = 1
        for key in ["width", "height", "depth"] {
            let extent = try number(key)
            let product = Int(exactly: extent).map { count.multipliedReportingOverflow(by: $0) }
            guard extent >= 1, let product, !product.overflow else {
                throw content.malformed(
                    .whole, expected: "a number of points \(key) in Spectrum_\(region).ini", found: "\(extent)")
            }
            count = product.partialValue
            dimensions.append(
                DetectorImage.Dimension(
                    count: Int(extent), start: try number("\(key)offset"), step: try number("\(key)delta"),
                    unit: values["\(key)label"] ?? ""))
        }
        while dimensions.count > 1, dimensions.last?.count == 1 { dimensions.removeLast() }
        guard bin.size / 4 == count, bin.size % 4 == 0 else {
            throw content.malformed(
                .whole, expected: "\(count) numbers of 4 bytes in \(bin.path)", found: "\(bin.size) bytes")
        }
        let fields = BinaryFields(file: content.path, data: try archive.data(of: bin), part: bin.path)
        return DetectorImage(
            name: values["name"] ?? region, dimensions: dimensions,
            values: try fields.numbers(.float32, at: 0, count: count, "the numbers"),
            note: try text("\(region).ini") ?? "")
    }
}
