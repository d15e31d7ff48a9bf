import Foundation
import Spectra

/// Takes processing instructions and document types out of an XML document.
///
/// They say nothing that a measurement needs, and Foundation's parser on Linux stops the whole program at an instruction
/// without content (`<?x?>`). A document type with declarations of its own is refused: with entities a short document
/// can grow without bounds.
enum XMLInstructions {
    /// The document in UTF-8 without them; line ends in them stay, so that lines keep their numbers.
    ///
    /// Throws `ReadError.malformed` with the line where one does not end, or where a document type declares something.
    static func removed(from data: Data, file: String) throws -> Data {
        let bytes = [UInt8](data)
        func starts(_ text: StaticString, at index: Int) -> Bool {
            let length = text.utf8CodeUnitCount
            guard index + length <= bytes.count else { return false }
            return (0..<length).allSatisfy { bytes[index + $0] == text.utf8Start[$0] }
        }
        func end(of mark: StaticString, from index: Int) -> Int? {
            var index = index
            while index < bytes.count {
                if starts(mark, at: index) { return index + mark.utf8CodeUnitCount }
                index += 1
            }
            return nil
        }
        func malformed(at index: Int, expected: String, found: String) -> ReadError {
            let line = 1 + bytes[..<index].count { $0 == 0x0A }
            return .malformed(file: file, place: .line(line), expected: expected, found: found)
        }
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == 0x3C else {
                kept.append(bytes[index])
                index += 1
                continue
            }
            if starts("<!--", at: index) || starts("<![CDATA[", at: index) {
                let isComment = starts("<!--", at: index)
                guard let after = end(of: isComment ? "-->" : "]]>", from: index + 4) else {
                    throw malformed(at: index, expected: isComment ? "the end of a comment" : "]]>", found: "the end")
                }
                // Comments go as well: no reader looks at them.
                kept += isComment ? bytes[index..<after].filter { $0 == 0x0A } : Array(bytes[index..<after])
                index = after
            } else if starts("<?", at: index) || starts("<!DOCTYPE", at: index) {
                let isInstruction = starts("<?", at: index)
                guard let after = end(of: isInstruction ? "?>" : ">", from: index + 2) else {
                    throw malformed(
                        at: index, expected: isInstruction ? "?>" : "the end of <!DOCTYPE", found: "the end")
                }
                if !isInstruction, bytes[index..<after].contains(0x5B) {
                    throw malformed(
                        at: index, expected: "XML without declarations of its own", found: "<!DOCTYPE with declarations"
                    )
                }
                kept += bytes[index..<after].filter { $0 == 0x0A }
                index = after
            } else {
                kept.append(0x3C)
                index += 1
            }
        }
        return Data(kept)
    }
}
