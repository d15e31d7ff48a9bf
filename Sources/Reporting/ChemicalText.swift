import Spectra

/// Species names as chemists set them: "PS4 3-" as PS₄³⁻, "Li2CO3" as Li₂CO₃, "Co3+" as Co³⁺.
///
/// Only what reads as a formula is touched; "polysulfide", "C-C" and "peak C1" stay as they are.
enum ChemicalText {
    /// `name` with the indices of the formulas in it lowered and their charges raised.
    static func typeset(_ name: String) -> RichText {
        let words = Printable.text(name).split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        var runs: [TextRun] = []
        var previousIsFormula = false
        for (index, word) in words.enumerated() {
            if previousIsFormula, let charge = charge(word) {
                runs.append(TextRun(text: charge, style: .superscripted))
                runs.append(TextRun(text: String(word.reversed().prefix(while: isPunctuation).reversed())))
                previousIsFormula = false
                continue
            }
            if index > 0 { runs.append(TextRun(text: " ")) }
            let chargeFollows = chargeFollows(index, in: words)
            var formulas: [[TextRun]] = []
            // "Li3PO4, P2Sx": punctuation belongs to no formula.
            let tail = chargeFollows ? "" : String(word.reversed().prefix { $0 == "," || $0 == ";" }.reversed())
            let parts = word.dropLast(tail.count).split(separator: "/", omittingEmptySubsequences: false)
                .map(String.init)
            for (place, part) in parts.enumerated() {
                let bare = chargeFollows && place == parts.count - 1
                if let formula = formula(part, chargeFollows: bare) { formulas.append(formula) }
            }
            previousIsFormula = chargeFollows && formulas.count == parts.count
            if formulas.count == parts.count {
                runs += Array(formulas.joined(separator: [TextRun(text: "/")])) + [TextRun(text: tail)]
            } else {
                runs.append(TextRun(text: word))
            }
        }
        return RichText(runs: runs)
    }

    /// A line of a core level with its total angular momentum lowered, the 3/2 of "S 2p3/2"; other texts stay as they are.
    static func line(_ name: String) -> RichText {
        let text = Printable.text(name)
        let momentum = text.suffix(3)
        guard momentum.hasSuffix("/2"), momentum.first.map({ "1357".contains($0) }) == true,
            text.dropLast(3).last?.isLetter == true
        else { return RichText(text) }
        return RichText(
            runs: [TextRun(text: String(text.dropLast(3))), TextRun(text: String(momentum), style: .subscripted)])
    }

    /// Whether the word after `index` is a charge. A sign alone is one only at the end: "Fe + Co" adds.
    private static func chargeFollows(_ index: Int, in words: [String]) -> Bool {
        guard index + 1 < words.count, charge(words[index + 1]) != nil else { return false }
        return words[index + 1].count > 1 || index + 2 == words.count
    }

    /// "3-", "+", "2−" as the text of a charge; `nil` for anything else.
    private static func charge(_ text: String) -> String? {
        let word = String(text.reversed().drop(while: isPunctuation).reversed())
        guard let sign = word.last, sign == "-" || sign == "+" || sign == "\u{2212}", word.count <= 3 else {
            return nil
        }
        let digits = word.dropLast()
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), digits.first != "0" else { return nil }
        return digits + (sign == "+" ? "+" : "\u{2212}")
    }

    /// What may follow a charge: "(P2S6 4-, P2S7 4-)".
    private static func isPunctuation(_ character: Character) -> Bool { ",;:)".contains(character) }

    /// The runs of one formula; `nil` where `word` does not read as one. A single element with a number is one only
    /// if a charge goes with it: "C1" and "O2" are names of peaks more often than molecules.
    private static func formula(_ word: String, chargeFollows: Bool) -> [TextRun]? {
        var body = Substring(word)
        var charge = ""
        if !chargeFollows, let sign = body.last, sign == "+" || sign == "-" || sign == "\u{2212}" {
            body = body.dropLast()
            let digits = String(body.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
            // "Co3+" has the charge 3+, "PF6-" the charge -, "PO43-" the charge 3-.
            let isSingleElement = Element.atomicNumber(of: String(body.dropLast(digits.count))) != nil
            let chargeDigits = isSingleElement ? digits : digits.count > 1 ? String(digits.suffix(1)) : ""
            body = body.dropLast(chargeDigits.count)
            charge = chargeDigits + (sign == "+" ? "+" : "\u{2212}")
        }
        guard let (runs, elements) = elements(in: body) else { return nil }
        guard elements > 1 || chargeFollows || !charge.isEmpty else { return nil }
        return charge.isEmpty ? runs : runs + [TextRun(text: charge, style: .superscripted)]
    }

    /// The runs of a sequence of element symbols, brackets and indices (digits or one x or y) and the number of
    /// symbols; `nil` where the text is anything else.
    private static func elements(in body: Substring) -> ([TextRun], Int)? {
        var runs: [TextRun] = []
        var count = 0
        var rest = body
        while let first = rest.first {
            if first == "(" || first == ")" || first == "[" || first == "]" {
                runs.append(TextRun(text: String(first)))
                rest = rest.dropFirst()
            } else if let symbol = [2, 1].lazy.map({ String(rest.prefix($0)) })
                .first(where: { Element.atomicNumber(of: $0) != nil })
            {
                runs.append(TextRun(text: symbol))
                count += 1
                rest = rest.dropFirst(symbol.count)
            } else {
                let index = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
                let text = index.isEmpty && (first == "x" || first == "y") ? rest.prefix(1) : index
                guard !text.isEmpty, !runs.isEmpty else { return nil }
                runs.append(TextRun(text: String(text), style: .subscripted))
                rest = rest.dropFirst(text.count)
            }
        }
        return count > 0 ? (runs, count) : nil
    }
}
