import Foundation
import Spectra

/// The binary part of a PHI file: a header of 16 bytes, headers of 96 bytes for each block of numbers, the blocks.
///
///     group header   group | number of blocks | bytes of all block headers | bytes of this header, 16
///     block header   words of 4 bytes: 0 number, 3 region, 4 kind, 5...7 numbers of elements along three axes,
///                    8, 10, 12 names of the axes ("pnt" points, "cyc" cycles, "sar" areas, "reg" regions),
///                    14 and 15 unit ("c/s", "s"), 18 type ("f4", "f8"), 19 bytes, 20 first byte
///
/// The words were worked out on files of Quantum 2000 (Compass) and VersaProbe 4 (SmartSoft) instruments; the readers
/// yadg (phi.spe) and pynxtools-xps agree on the words that they use.
struct PHIBlocks {
    /// One block of numbers.
    struct Block {
        /// The number of the region, 0 where the block belongs to none.
        var region: Int
        /// The numbers of elements, the axis that changes fastest first.
        var extent: [Int]
        /// The names of the axes in the same order.
        var axes: [String]
        /// The unit of the numbers.
        var unit: String
        /// How a number is stored.
        var encoding: NumberEncoding
        /// The first byte, from the beginning of the binary part.
        var offset: Int

        /// The number of elements of all axes together.
        var count: Int { extent.reduce(1, *) }
        /// Whether the block holds spectra: the points of a region are its fastest axis.
        var isSpectra: Bool { region > 0 && axes.first == "pnt" }
    }

    /// The blocks in the order of the file.
    let blocks: [Block]
    /// The bytes they lie in.
    let fields: BinaryFields

    private static let groupHeaderSize = 16
    private static let blockHeaderSize = 96

    /// Reads the headers of the blocks in the binary part, which starts at byte `start` of the file. Blocks of other
    /// things than spectra (peak areas, for example) are left out where they cannot be read.
    ///
    /// Throws `ReadError.malformed` where the header of a spectrum contradicts itself or names bytes that are not there.
    init(_ content: FileContent, from start: Int) throws {
        let first = content.data.startIndex + start
        var fields = BinaryFields(file: content.path, data: content.data[first...], origin: start)
        if try fields.uint32(at: 12, "the size of the group header") != Self.groupHeaderSize {
            fields.order = .bigEndian
        }
        let size = try fields.uint32(at: 12, "the size of the group header")
        guard size == Self.groupHeaderSize else {
            throw fields.malformed(
                at: 12, expected: "a group header of \(Self.groupHeaderSize) bytes", found: "\(size)")
        }
        let count = try fields.uint32(at: 4, "the number of blocks")
        let headers = try fields.uint32(at: 8, "the size of the block headers")
        guard headers == count * Self.blockHeaderSize else {
            throw fields.malformed(
                at: 8, expected: "\(Self.blockHeaderSize) bytes of header for each of \(count) blocks",
                found: "\(headers)")
        }
        _ = try fields.bytes(at: Self.groupHeaderSize, count: headers, "the headers of \(count) blocks")
        self.fields = fields
        self.blocks = try (0..<count).compactMap { index in
            let offset = Self.groupHeaderSize + index * Self.blockHeaderSize
            let isSpectra = try Self.isSpectra(fields, at: offset)
            return isSpectra ? try Self.block(fields, at: offset) : try? Self.block(fields, at: offset)
        }
        // Headers that name the same bytes again and again would make much out of a small file.
        var room = content.data.count
        for block in blocks where block.isSpectra {
            room -= block.count * block.encoding.size
            guard room >= 0 else {
                throw fields.malformed(
                    at: block.offset, expected: "blocks that do not share bytes",
                    found: "blocks of more bytes than the file has")
            }
        }
    }

    private static func isSpectra(_ fields: BinaryFields, at offset: Int) throws -> Bool {
        try fields.uint32(at: offset + 12, "the region") > 0
            && fields.text(at: offset + 32, count: 3, "the name of an axis") == "pnt"
    }

    private static func block(_ fields: BinaryFields, at offset: Int) throws -> Block {
        func word(_ index: Int, _ what: String) throws -> Int { try fields.uint32(at: offset + 4 * index, what) }
        func name(_ index: Int, _ length: Int, _ what: String) throws -> String {
            try fields.text(at: offset + 4 * index, count: length, what)
        }
        let type = try name(18, 2, "the type of the numbers")
        let encodings: [String: NumberEncoding] = [
            "f4": .float32, "f8": .float64, "i2": .int16, "i4": .int32, "u2": .uint16, "u4": .uint32,
        ]
        guard let encoding = encodings[type] else {
            throw fields.malformed(at: offset + 72, expected: "a type of numbers, f4 or f8", found: "\"\(type)\"")
        }
        let block = Block(
            region: try word(3, "the region"),
            extent: try (5...7).map { max(1, try word($0, "the number of elements")) },
            axes: try [8, 10, 12].map { try name($0, 3, "the name of an axis") },
            unit: try name(14, 8, "the unit").trimmingCharacters(in: .whitespaces),
            encoding: encoding, offset: try word(20, "the first byte of the numbers"))
        let bytes = try word(19, "the number of bytes")
        var expected = encoding.size
        for extent in block.extent {
            let product = expected.multipliedReportingOverflow(by: extent)
            guard !product.overflow else {
                throw fields.malformed(
                    at: offset + 20, expected: "numbers of elements", found: "\(block.extent)")
            }
            expected = product.partialValue
        }
        guard bytes == expected else {
            throw fields.malformed(
                at: offset + 76, expected: "\(expected) bytes for \(block.extent) numbers", found: "\(bytes)")
        }
        _ = try fields.bytes(at: block.offset, count: bytes, "the numbers of a block")
        return block
    }

    /// The numbers of `block`, the fastest axis first.
    func numbers(of block: Block) throws -> [Double] {
        try fields.numbers(block.encoding, at: block.offset, count: block.count, "the numbers of a block")
    }
}
