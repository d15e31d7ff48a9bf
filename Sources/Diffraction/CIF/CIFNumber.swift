import Foundation
import Spectra

extension CIFValue {
    /// The value as a number with its standard uncertainty, `5.4309(2)` being 5.4309 +- 0.0002; `nil` where the text is
    /// no number. Fractions such as `1/3`, which some programs write for coordinates, are numbers too.
    public var number: Measured? { CIFNumber.parse(text)?.measured }
}

/// A number of a CIF.
struct CIFNumber {
    var measured: Measured
    /// How many digits stand after the decimal point, the exponent counted in; 0 for `1/3`, which is exact.
    var decimals: Int
    /// Whether the text is exact rather than rounded: a fraction.
    var isExact = false

    /// Reads `-1.234(5)e-3`, `+.5`, `4.`, `1/3`; `nil` for everything else, the words nan and inf included.
    static func parse(_ text: String) -> CIFNumber? {
        let bytes = Array(text.replacingOccurrences(of: "\u{2212}", with: "-").utf8)
        guard bytes.count <= 64 else { return nil }
        if let slash = bytes.firstIndex(of: UInt8(ascii: "/")) { return fraction(bytes, slash: slash) }
        var scanner = Scanner(bytes: bytes)
        guard let mantissa = scanner.mantissa() else { return nil }
        var exponent = scanner.exponent()
        let uncertainty = scanner.uncertainty()
        if exponent == nil { exponent = scanner.exponent() }
        guard scanner.isAtEnd, let value = Double(mantissa.text + "e\(exponent ?? 0)"), value.isFinite else {
            return nil
        }
        let decimals = mantissa.decimals - (exponent ?? 0)
        var measured = Measured(value)
        if let uncertainty {
            // An integer counts in units of the last digit; `1.23(0.05)` states the uncertainty itself.
            let scale = uncertainty.contains(".") ? exponent ?? 0 : -decimals
            guard let u = Double(uncertainty + "e\(scale)"), u.isFinite else { return nil }
            measured.standardUncertainty = u > 0 ? u : nil
        }
        return CIFNumber(measured: measured, decimals: decimals)
    }

    private static func fraction(_ bytes: [UInt8], slash: Int) -> CIFNumber? {
        guard let top = Double(String(decoding: bytes[..<slash], as: UTF8.self)),
            let bottom = Double(String(decoding: bytes[(slash + 1)...], as: UTF8.self)),
            bottom != 0, (top / bottom).isFinite
        else { return nil }
        return CIFNumber(measured: Measured(top / bottom), decimals: 0, isExact: true)
    }

    private struct Scanner {
        let bytes: [UInt8]
        var index = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        var isAtEnd: Bool { index == bytes.count }
        var current: UInt8? { index < bytes.count ? bytes[index] : nil }

        mutating func digits() -> Int {
            let start = index
            while let byte = current, 0x30...0x39 ~= byte { index += 1 }
            return index - start
        }

        mutating func sign() {
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { index += 1 }
        }

        mutating func mantissa() -> (text: String, decimals: Int)? {
            let start = index
            sign()
            let whole = digits()
            var decimals = 0
            if current == UInt8(ascii: ".") {
                index += 1
                decimals = digits()
            }
            guard whole + decimals > 0 else { return nil }
            var text = String(decoding: bytes[start..<index], as: UTF8.self)
            if text.hasSuffix(".") { text += "0" }
            return (text, decimals)
        }

        mutating func exponent() -> Int? {
            guard current == UInt8(ascii: "e") || current == UInt8(ascii: "E") else { return nil }
            let start = index
            index += 1
            let number = index
            sign()
            guard digits() > 0, let value = Int(String(decoding: bytes[number..<index], as: UTF8.self)),
                abs(value) < 1000
            else {
                index = start
                return nil
            }
            return value
        }

        /// The digits between parentheses; a closing parenthesis that was forgotten does no harm.
        mutating func uncertainty() -> String? {
            guard current == UInt8(ascii: "(") else { return nil }
            let start = index
            index += 1
            let inner = index
            while let byte = current, 0x30...0x39 ~= byte || byte == UInt8(ascii: ".") { index += 1 }
            guard index > inner else {
                index = start
                return nil
            }
            let text = String(decoding: bytes[inner..<index], as: UTF8.self)
            if current == UInt8(ascii: ")") { index += 1 }
            return text
        }
    }
}
