/// Reads decimal numbers from bytes, correctly rounded and faster than a library call.
///
/// The grammar is that of VAMAS and of every spreadsheet: optional sign, digits with or without a decimal mark, optional
/// exponent. No hexadecimal, no `nan`, no `inf`, and nothing may follow: `2p` is not a number.
enum DecimalNumber {
    /// The powers of ten that a `Double` holds exactly.
    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// 10 to the power of `exponent`, 0 ... 22.
    @inline(__always)
    static func power(_ exponent: Int) -> Double { powers[exponent] }

    /// The number that `bytes` are, spaces and tabs around it allowed; `nil` where they are anything else, or more than
    /// a `Double` can hold.
    @inline(__always)
    static func parse(_ bytes: UnsafeBufferPointer<UInt8>, decimalMark: UInt8 = ASCII.point) -> Double? {
        var start = 0
        while start < bytes.count && ASCII.isBlank(bytes[start]) { start += 1 }
        guard let (value, end) = scan(bytes, from: start, decimalMark: decimalMark) else { return nil }
        for index in end..<bytes.count where !ASCII.isBlank(bytes[index]) { return nil }
        return value
    }

    /// The number that starts at `start`, with the place after its last byte; `nil` where none starts there.
    @inline(__always)
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, decimalMark: UInt8) -> (Double, Int)? {
        let count = bytes.count
        var index = start
        var isNegative = false
        if index < count && (bytes[index] == ASCII.minus || bytes[index] == ASCII.plus) {
            isNegative = bytes[index] == ASCII.minus
            index += 1
        }
        var mantissa: UInt64 = 0
        let firstDigit = index
        while index < count && ASCII.isDigit(bytes[index]) {
            mantissa = mantissa &* 10 &+ UInt64(bytes[index] &- ASCII.zero)
            index += 1
        }
        var digits = index - firstDigit
        var exponent = 0
        if index < count && bytes[index] == decimalMark {
            index += 1
            let firstDecimal = index
            while index < count && ASCII.isDigit(bytes[index]) {
                mantissa = mantissa &* 10 &+ UInt64(bytes[index] &- ASCII.zero)
                index += 1
            }
            exponent = firstDecimal - index
            digits += index - firstDecimal
        }
        guard digits > 0 else { return nil }
        if index < count && (bytes[index] == ASCII.lowerE || bytes[index] == ASCII.upperE) {
            guard let (power, end) = scanExponent(bytes, from: index + 1) else { return nil }
            exponent += power
            index = end
        }
        // Clinger's fast path: both factors are exact, so the one rounding of the product is the right one.
        if digits <= 19 && mantissa <= 1 << 53 && exponent >= -22 && exponent <= 22 {
            let magnitude = Double(mantissa)
            let value = exponent < 0 ? magnitude / powers[-exponent] : magnitude * powers[exponent]
            return (isNegative ? -value : value, index)
        }
        // The same where the digits leave room for some of the power, as for 1E37, the mark of an unknown value.
        if digits <= 15 && exponent > 22 && exponent <= 37 {
            let scaled = Double(mantissa) * powers[exponent - 22]
            if scaled <= 0x1p53 {
                let value = scaled * 1e22
                return (isNegative ? -value : value, index)
            }
        }
        guard let value = slow(bytes, from: start, to: index, decimalMark: decimalMark) else { return nil }
        return (value, index)
    }

    /// The exponent after the letter E, kept below a million so that no sum overflows.
    private static func scanExponent(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> (Int, Int)? {
        var index = start
        var isNegative = false
        if index < bytes.count && (bytes[index] == ASCII.minus || bytes[index] == ASCII.plus) {
            isNegative = bytes[index] == ASCII.minus
            index += 1
        }
        let firstDigit = index
        var power = 0
        while index < bytes.count && ASCII.isDigit(bytes[index]) {
            power = min(power * 10 + Int(bytes[index] &- ASCII.zero), 999_999)
            index += 1
        }
        guard index > firstDigit else { return nil }
        return (isNegative ? -power : power, index)
    }

    /// The same by the standard library, for numbers with more digits than the fast path can round correctly.
    @inline(never)
    private static func slow(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, decimalMark: UInt8
    ) -> Double? {
        let digits = bytes[start..<end].map { $0 == decimalMark ? ASCII.point : $0 }
        guard let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }
}
