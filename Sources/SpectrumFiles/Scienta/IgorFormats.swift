import Foundation
import Spectra

/// Igor binary waves (.ibw), as Scienta's SES and PEAK write them and as Igor Pro itself does.
enum IgorWaveFormat: SpectrumFormat {
    static let name = "Igor binary wave"
    static let extensions = ["ibw"]

    static func recognises(_ content: FileContent) -> Bool { IgorWave.recognises(content.data) }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        let fields = BinaryFields(file: content.path, data: content.data)
        var reading = DetectorImageSpectra(try IgorWave(fields).image, options: options)
        let spectra = try reading.spectra(of: fields)
        return SpectrumFile(path: content.path, format: name, spectra: spectra, notes: reading.notes)
    }
}

/// Igor's packed files (.pxt, .pxp): records one after the other, the waves among them in the form of binary waves.
///
///     each record: type (2 bytes), version (2 bytes), number of bytes (4 bytes), the bytes
///
/// From WaveMetrics' note PTN003, "Igor Packed File Format". Type 3 is a wave; types 9 and 10 open and close folders.
enum IgorPackedFormat: SpectrumFormat {
    static let name = "Igor packed experiment"
    static let extensions = ["pxt", "pxp"]

    private struct Record {
        var type: Int
        var offset: Int
        var size: Int
    }

    private static let waveRecord = 3

    static func recognises(_ content: FileContent) -> Bool {
        guard content.data.count > 8, let records = try? records(of: content) else { return false }
        return records.contains { record in
            let start = content.data.startIndex + record.offset
            return record.type == waveRecord && IgorWave.recognises(content.data[start..<start + record.size])
        }
    }

    /// The records, in the order of bytes in which they fill the file exactly.
    private static func records(of content: FileContent) throws -> [Record] {
        var failure: (any Error)?
        for order in [BinaryFields.ByteOrder.littleEndian, .bigEndian] {
            do {
                let fields = BinaryFields(file: content.path, data: content.data, order: order)
                var records: [Record] = []
                var place = 0
                while place < fields.count {
                    // The highest bit marks a record that a later one replaces.
                    let type = try fields.uint16(at: place, "the type of a record")
                    let size = try fields.int32(at: place + 4, "the size of a record")
                    guard type & 0x7FFF <= 64 else {
                        throw fields.malformed(at: place, expected: "a record of an Igor file", found: "type \(type)")
                    }
                    _ = try fields.bytes(at: place + 8, count: size, "a record")
                    if type & 0x8000 == 0 { records.append(Record(type: type, offset: place + 8, size: size)) }
                    place += 8 + size
                }
                return records
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? content.malformed(.byte(0), expected: "records of an Igor file", found: "none")
    }

    static func read(_ content: FileContent, options: ReadOptions) throws -> SpectrumFile {
        var file = SpectrumFile(path: content.path, format: name, spectra: [])
        for record in try records(of: content) where record.type == waveRecord {
            let start = content.data.startIndex + record.offset
            let fields = BinaryFields(
                file: content.path, data: content.data[start..<start + record.size], origin: record.offset)
            do {
                var reading = DetectorImageSpectra(try IgorWave(fields).image, options: options)
                file.spectra += try reading.spectra(of: fields)
                file.notes += reading.notes
            } catch let error as ReadError {
                // An experiment may hold waves of text and of complex numbers beside the spectra.
                file.notes.append("A wave is left out: \(error)")
            }
        }
        guard !file.spectra.isEmpty else {
            throw content.malformed(.whole, expected: "a wave of real numbers", found: "none")
        }
        return file
    }
}
