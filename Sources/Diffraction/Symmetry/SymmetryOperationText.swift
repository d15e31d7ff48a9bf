extension SymmetryOperation {
    /// An operation from its coordinate triplet: `x,y,z`, `-X+1/2, y, 1/2-Z`, `x-y,x,z+.3333`, also with a, b, c for
    /// x, y, z; `nil` where the text is no such triplet or its matrix is not unimodular.
    ///
    /// A decimal translation is read as the nearest fraction with a denominator up to 24 that agrees with its digits.
    public init?(_ text: String) {
        var bytes = Array(text.utf8)
        guard bytes.count <= 200 else { return nil }
        // The time reversal of magnetic operators, a fourth part +1 or -1, does nothing to X-rays.
        var parts = bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        if parts.count == 4, ["+1", "-1", "1", "m", "-m", "+m"].contains(Self.word(parts[3])) {
            parts.removeLast()
            bytes = Array(parts.joined(separator: [UInt8(ascii: ",")]))
        }
        guard parts.count == 3 else { return nil }
        var rotation: [Int] = []
        var translation: [Int] = []
        for part in parts {
            guard let row = Self.row(part) else { return nil }
            rotation += row.coefficients
            translation.append(row.shift)
        }
        self.init(rotation: rotation, translation: translation)
        guard abs(determinant) == 1 else { return nil }
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self).lowercased()
    }

    /// One of the three expressions of a triplet: terms with signs, each a coordinate with an optional factor, or a
    /// number.
    private static func row(_ text: ArraySlice<UInt8>) -> (coefficients: [Int], shift: Int)? {
        let bytes = text.filter { $0 > 0x20 && $0 != UInt8(ascii: "*") }.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        var coefficients = [0, 0, 0]
        var shift = 0
        var index = 0
        guard !bytes.isEmpty else { return nil }
        while index < bytes.count {
            var sign = 1
            if bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
                sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
                index += 1
            } else if index > 0 {
                return nil
            }
            let start = index
            while index < bytes.count, 0x30...0x39 ~= bytes[index] || bytes[index] == 0x2E || bytes[index] == 0x2F {
                index += 1
            }
            let number = bytes[start..<index]
            if index < bytes.count, let axis = axis(bytes[index]) {
                index += 1
                guard let factor = number.isEmpty ? 1 : Int(String(decoding: number, as: UTF8.self)), factor <= 9 else {
                    return nil
                }
                coefficients[axis] += sign * factor
            } else {
                guard let value = fraction(number) else { return nil }
                shift += sign * value
            }
        }
        return (coefficients, shift)
    }

    private static func axis(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "x"), UInt8(ascii: "a"): 0
        case UInt8(ascii: "y"), UInt8(ascii: "b"): 1
        case UInt8(ascii: "z"), UInt8(ascii: "c"): 2
        default: nil
        }
    }

    /// A number as units of 1/`denominator`.
    private static func fraction(_ bytes: ArraySlice<UInt8>) -> Int? {
        guard let number = CIFNumber.parse(String(decoding: bytes, as: UTF8.self)), abs(number.measured.value) < 100
        else { return nil }
        let value = number.measured.value
        // 0.333 stands for anything between 0.3325 and 0.3335, and some programs cut where others round.
        let tolerance = number.isExact ? 1e-9 : 1.01 * tenToMinus(min(max(number.decimals, 1), 6))
        for allowed in [1e-9, tolerance] {
            for divisor in [1, 2, 3, 4, 6, 8, 12, 24, 5, 7, 9, 10, 15, 16, 20] {
                let numerator = (value * Double(divisor)).rounded()
                if abs(value - numerator / Double(divisor)) <= allowed {
                    return Int(numerator) * (denominator / divisor)
                }
            }
        }
        return nil
    }

    private static func tenToMinus(_ exponent: Int) -> Double {
        (0..<exponent).reduce(1.0) { value, _ in value / 10 }
    }
}

extension SymmetryOperation: CustomStringConvertible {
    /// The coordinate triplet, `-x+1/2,y,-z`.
    public var description: String {
        (0..<3).map { row in
            var text = ""
            for (column, name) in ["x", "y", "z"].enumerated() {
                let factor = rotation[3 * row + column]
                guard factor != 0 else { continue }
                text += factor < 0 ? "-" : (text.isEmpty ? "" : "+")
                text += abs(factor) == 1 ? name : "\(abs(factor))\(name)"
            }
            guard translation[row] != 0 else { return text }
            let divisor = Self.greatestCommonDivisor(translation[row], Self.denominator)
            return text + "+\(translation[row] / divisor)/\(Self.denominator / divisor)"
        }.joined(separator: ",")
    }

    private static func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : greatestCommonDivisor(right, left % right)
    }
}
