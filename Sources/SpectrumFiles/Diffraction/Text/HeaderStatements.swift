import Foundation
import Spectra

/// What the free-text headers of column files state about the radiation: "# Wavelength: 1.5406e-10 m",
/// "K-Alpha1 wavelength,1.5405980", "lambda= 1.49400", "Anode: \"Cu\"".
enum HeaderStatements {
    /// The radiation that `lines` state; nothing is known where they state none.
    static func radiation(in lines: [Substring]) -> Radiation {
        var found = Radiation(origin: .file)
        var single: Double?
        for line in lines {
            let text = line.lowercased()
            if found.anode == nil { found.anode = anode(in: line) }
            guard text.contains("wave") || text.contains("lambda") || text.contains("alpha") || text.contains("ka1")
            else {
                continue
            }
            if text.contains("ratio") {
                if let ratio = number(after: "ratio", in: text), (0...1).contains(ratio) { found.kAlpha2Ratio = ratio }
            } else if let (value, name) = wavelength(in: text) {
                let key = name.filter { $0.isLetter || $0.isNumber }
                if key.contains("alpha1") || key.contains("ka1") || key.contains("lambda1") || key.contains("wl1") {
                    found.kAlpha1 = found.kAlpha1 ?? value
                } else if key.contains("alpha2") || key.contains("ka2") || key.contains("lambda2")
                    || key.contains("wl2")
                {
                    found.kAlpha2 = found.kAlpha2 ?? value
                } else if key.contains("beta") {
                    found.kBeta = found.kBeta ?? value
                } else {
                    single = single ?? value
                }
            }
        }
        if found.kAlpha1 == nil, let single {
            return TubeLine.radiation(wavelength: single, anode: found.anode)
        }
        return Radiation(
            anode: found.anode, kAlpha1: found.kAlpha1, kAlpha2: found.kAlpha2, kAlpha2Ratio: found.kAlpha2Ratio,
            kBeta: found.kBeta, origin: .file)
    }

    /// The wavelength in angstrom in a line (lower case) that names one, and what stands before it: the first number
    /// after the name that can be one, in m or nm where the line says so.
    private static func wavelength(in text: String) -> (Double, Substring)? {
        let names = [
            "wavelength", "wave_length", "wave length", "lambda1", "lambda2", "lambda", "alpha1", "alpha2", "alpha",
        ]
        guard let range = names.lazy.compactMap({ text.range(of: $0) }).first else { return nil }
        let rest = text[range.upperBound...]
        for (value, range) in numbers(in: rest) {
            let name = text[..<range.lowerBound]
            if (1e-12...5e-9).contains(value) { return (inAngstrom(value * 1e10), name) }
            let unit = text[range.upperBound...].drop { !$0.isLetter && $0 != "\u{E5}" && $0 != "\u{212B}" }
            if unit.hasPrefix("nm"), (0.005...2).contains(value) { return (inAngstrom(value * 10), name) }
            if (0.05...20).contains(value), value != value.rounded() { return (value, name) }
        }
        return nil
    }

    /// A wavelength freed of the rounding of a change of units: 1.5406 rather than 1.5406000000000002.
    private static func inAngstrom(_ value: Double) -> Double { (value * 1e9).rounded() / 1e9 }

    private static func number(after word: String, in text: String) -> Double? {
        // In "ratio K-Alpha2/K-Alpha1, 0.50000" the digits of the names come first: the number is the last one.
        text.range(of: word).flatMap { numbers(in: text[$0.upperBound...]).last?.0 }
    }

    /// The numbers in a text with their places. Digits that belong to a word are none.
    private static func numbers(in text: Substring) -> [(Double, Range<Substring.Index>)] {
        var found: [(Double, Range<Substring.Index>)] = []
        var index = text.startIndex
        var previous: Character = " "
        while index < text.endIndex {
            let character = text[index]
            let startsNumber =
                character.isASCII && character.isNumber
                || character == "." && text[text.index(after: index)...].first?.isNumber ?? false
            guard startsNumber, !previous.isLetter, previous != "_" else {
                previous = character
                index = text.index(after: index)
                continue
            }
            var end = index
            while end < text.endIndex {
                let next = text[end]
                let isExponentSign = (next == "-" || next == "+") && end > index && text[text.index(before: end)] == "e"
                guard next.isASCII, next.isNumber || next == "." || next == "e" || isExponentSign else { break }
                end = text.index(after: end)
            }
            // "1.54e" followed by a word is not an exponent.
            var piece = text[index..<end]
            while let last = piece.last, last == "e" || last == "-" || last == "+" || last == "." {
                piece = piece.dropLast()
            }
            if let value = piece.decimal { found.append((value, index..<end)) }
            previous = text[text.index(before: end)]
            index = end
        }
        return found
    }

    private static func anode(in line: Substring) -> String? {
        let text = line.lowercased()
        guard let range = text.range(of: "anode") ?? text.range(of: "tube material") else { return nil }
        let words = text[range.upperBound...].split { !$0.isLetter }
        let known = ["cu", "co", "mo", "ag", "fe", "cr", "w", "ni"]
        return words.prefix(3).first { known.contains(String($0)) }.map { $0.prefix(1).uppercased() + $0.dropFirst() }
    }
}
