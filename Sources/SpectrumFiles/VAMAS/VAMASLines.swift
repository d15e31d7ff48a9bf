import Spectra

/// The lines of a VAMAS file, read one after another as what the standard says stands there.
struct VAMASLines {
    private var lines: ByteLines
    private let content: FileContent

    /// The lines of `bytes`, which are the bytes of `content`.
    init(_ bytes: UnsafeBufferPointer<UInt8>, of content: FileContent) {
        self.lines = ByteLines(bytes)
        self.content = content
    }

    /// The number of the line read last.
    var number: Int { lines.number }

    /// Whether the line read last lacks its line end, so that it may have been cut.
    var lastLineIsOpen: Bool { lines.lastLineIsOpen }

    /// The number of lines that can follow at most.
    var remaining: Int { lines.remaining }

    /// An error at the line read last.
    func malformed(expected: String, found: String) -> ReadError {
        content.malformed(.line(number), expected: expected, found: found)
    }

    /// The bytes of the next line.
    mutating func line(_ what: @autoclosure () -> String) throws -> UnsafeBufferPointer<UInt8> {
        guard let line = lines.next() else {
            throw content.malformed(.line(number + 1), expected: what(), found: "the end of the file")
        }
        return line
    }

    /// The next line that is not blank, `nil` at the end of the file.
    mutating func nextNonBlank() -> UnsafeBufferPointer<UInt8>? {
        while let line = lines.next() {
            if !line.trimmed.isEmpty { return line }
        }
        return nil
    }

    /// The next line verbatim.
    mutating func text(_ what: @autoclosure () -> String) throws -> String { try line(what()).text }

    /// The next line without spaces around, in the place of what is probably the same.
    mutating func read(_ what: @autoclosure () -> String, into label: inout String) throws {
        label = try line(what()).trimmed.text(like: label)
    }

    /// `count` lines verbatim, probably those of `known`.
    mutating func texts(_ count: Int, _ what: @autoclosure () -> String, like known: [String] = []) throws -> [String] {
        var texts: [String] = []
        for index in 0..<count {
            texts.append(try line(what()).text(like: index < known.count ? known[index] : ""))
        }
        return texts
    }

    /// The next line as one of the keywords of the standard, in upper or lower case.
    mutating func keyword<Keyword: RawRepresentable & CaseIterable>(
        _ what: @autoclosure () -> String, _ type: Keyword.Type
    ) throws -> Keyword where Keyword.RawValue == String {
        let line = try line(what())
        let word = line.trimmed.text.uppercased()
        if let keyword = Keyword.allCases.first(where: { $0.rawValue == word }) { return keyword }
        let words = Keyword.allCases.map(\.rawValue).joined(separator: ", ")
        throw malformed(expected: "\(what()) (\(words))", found: line.quoted)
    }

    /// The next line as a number; `nil` where it is blank or the mark of an unknown value.
    mutating func real(_ what: @autoclosure () -> String) throws -> Double? {
        let line = try line(what())
        if line.trimmed.isEmpty { return nil }
        guard let value = DecimalNumber.parse(line) else {
            throw malformed(expected: "\(what()), a number", found: line.quoted)
        }
        return VAMASExperiment.isUnknown(value) ? nil : value
    }

    /// The next line as a whole number; `nil` where it is blank or the mark of an unknown value.
    mutating func integer(_ what: @autoclosure () -> String) throws -> Int? {
        let line = try line(what())
        if line.trimmed.isEmpty { return nil }
        guard let value = DecimalNumber.parse(line) else {
            throw malformed(expected: "\(what()), a whole number", found: line.quoted)
        }
        if VAMASExperiment.isUnknown(value) { return nil }
        // Numbers beyond 2^53 have lost their last digits, and nothing in a file is counted so high.
        guard value.magnitude < 0x1p53, let integer = Int(exactly: value) else {
            throw malformed(expected: "\(what()), a whole number", found: line.quoted)
        }
        return integer
    }

    /// The next line as a number of things that follow: a whole number that is not negative.
    mutating func count(_ what: @autoclosure () -> String) throws -> Int {
        let count = try integer(what())
        guard let count, count >= 0 else {
            throw malformed(expected: "\(what()), a whole number, 0 or more", found: count.map { String($0) } ?? "none")
        }
        return count
    }

    /// The next two lines as coordinates.
    mutating func pair(_ what: @autoclosure () -> String) throws -> VAMASBlock.Pair {
        VAMASBlock.Pair(x: try real("\(what()) x"), y: try real("\(what()) y"))
    }

    /// The next `count` lines as the values of `columns` quantities that take turns.
    mutating func ordinates(_ count: Int, columns: Int) throws -> [[Double]] {
        // Found out here, before memory is taken for values that cannot follow: each is a digit and a line end at least.
        guard count <= (lines.remaining + 1) / 2 else {
            throw malformed(
                expected: "\(count) ordinate values", found: "the end of the file \(lines.remaining) bytes further on")
        }
        let points = count / columns
        if columns == 1 { return [try column(points)] }
        var values = [[Double]](repeating: [], count: columns)
        for column in values.indices { values[column].reserveCapacity(points) }
        for _ in 0..<points {
            for column in 0..<columns { values[column].append(try ordinate()) }
        }
        return values
    }

    /// The next `count` lines as numbers.
    private mutating func column(_ count: Int) throws -> [Double] {
        try [Double](unsafeUninitializedCapacity: count) { values, done in
            while done < count {
                values.initializeElement(at: done, to: try ordinate())
                done += 1
            }
        }
    }

    /// The next line as a number.
    @inline(__always)
    private mutating func ordinate() throws -> Double {
        if let value = lines.nextPlainNumber() { return value }
        let line = try line("an ordinate value")
        guard let value = DecimalNumber.parse(line) else {
            throw malformed(expected: "an ordinate value, a number", found: line.quoted)
        }
        return value
    }
}
