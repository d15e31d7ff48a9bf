import Foundation

/// Reads the words of a line that CasaXPS wrote, from left to right.
struct CasaXPSCursor {
    private var rest: Substring

    init(_ line: String) { rest = line[...] }

    private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\r" } }

    /// Whether nothing but blanks is left.
    var isAtEnd: Bool { rest.allSatisfy { $0 == " " || $0 == "\t" || $0 == "\r" } }

    /// The next word, without moving on.
    private func peek() -> Substring {
        rest.drop { $0 == " " || $0 == "\t" || $0 == "\r" }.prefix { $0 != " " && $0 != "\t" && $0 != "\r" }
    }

    /// The next word.
    mutating func word() -> String? {
        skipBlanks()
        let word = peek()
        guard !word.isEmpty else { return nil }
        rest = rest[word.endIndex...]
        return String(word)
    }

    /// Moves past `expected` where it is the next word, in capitals or not.
    mutating func skip(_ expected: String) -> Bool {
        let next = peek()
        guard next.lowercased() == expected.lowercased() else { return false }
        rest = rest[next.endIndex...]
        return true
    }

    /// The text between `(*` and `*)`.
    mutating func bracketed() -> String? {
        skipBlanks()
        guard rest.hasPrefix("(*"), let end = rest.range(of: "*)") else { return nil }
        let start = rest.index(rest.startIndex, offsetBy: 2)
        // `(*)` holds no text and is not closed.
        guard start <= end.lowerBound else { return nil }
        let text = String(rest[start..<end.lowerBound])
        guard end.upperBound == rest.endIndex || rest[end.upperBound].isWhitespace, !text.contains("(*") else {
            return nil
        }
        rest = rest[end.upperBound...]
        return text
    }

    /// The next word as a finite number.
    mutating func number() -> Double? {
        let next = peek()
        guard let number = Double(next), number.isFinite else { return nil }
        rest = rest[next.endIndex...]
        return number
    }

    /// The numbers that follow, at most `limit` of them.
    mutating func numbers(limit: Int) -> [Double] {
        var numbers: [Double] = []
        while numbers.count < limit, let number = number() { numbers.append(number) }
        return numbers
    }

    /// The five numbers of a parameter.
    mutating func parameter() -> CasaXPSComponent.Parameter? {
        let numbers = numbers(limit: 5)
        guard numbers.count == 5, let leader = Int(exactly: numbers[3]) else { return nil }
        return CasaXPSComponent.Parameter(
            value: numbers[0], lower: numbers[1], upper: numbers[2], leader: leader < 0 ? nil : leader,
            relation: numbers[4])
    }

    /// A number as CasaXPS writes numbers, with up to eight digits, where that is exact, else with all its digits.
    static func text(_ value: Double) -> String {
        let short = String(format: "%.8g", value)
        return Double(short) == value ? short : "\(value)"
    }
}
