import Foundation
import Photoemission

/// A stoichiometric ratio as typed: "PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 2 %".
package struct TiedRatio {
    package let link: StoichiometricLink

    /// `nil` where `text` is none.
    package init?(_ text: String) {
        guard let equals = text.lastIndex(of: "="), let slash = text[..<equals].range(of: " / ") else { return nil }
        func names(_ part: Substring) -> [String] {
            part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
        let above = names(text[..<slash.lowerBound]), below = names(text[slash.upperBound..<equals])
        let numbers = text[text.index(after: equals)...].replacingOccurrences(of: "\u{B1}", with: "+-")
            .components(separatedBy: "+-").map { $0.trimmingCharacters(in: .whitespaces) }
        guard !above.isEmpty, !below.isEmpty, numbers.count <= 2, let ratio = Double(numbers[0]), ratio > 0,
            ratio.isFinite
        else { return nil }
        var tolerance = 0.0
        if numbers.count == 2 {
            let isPercent = numbers[1].hasSuffix("%")
            let digits = numbers[1].trimmingCharacters(in: CharacterSet(charactersIn: " %"))
            guard let number = Double(digits) else { return nil }
            tolerance = isPercent ? number / 100 : number / ratio
        }
        guard tolerance >= 0, tolerance < 1 else { return nil }
        link = StoichiometricLink(above, to: below, ratio: ratio, tolerance: tolerance)
    }

    /// What is wrong with `text`.
    package static func complaint(_ text: String) -> String {
        "--tie \(text): expected species or elements on both sides of \" / \", a ratio and a tolerance below it, such as "
            + "\"PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 2 %\""
    }
}
