import Foundation

/// A value together with its standard uncertainty (one standard deviation, GUM 2.3.1), both in the same unit.
///
/// `standardUncertainty` is `nil` where none is known, for example for a parameter that was held fixed or ended on a
/// bound. A missing uncertainty is never written as zero.
public struct Measured: Sendable, Hashable, Codable {
    /// The best estimate.
    public var value: Double
    /// The standard uncertainty of `value`, or `nil` where none is known.
    public var standardUncertainty: Double?

    /// A value with its standard uncertainty; leave the uncertainty out where none is known.
    public init(_ value: Double, standardUncertainty: Double? = nil) {
        self.value = value
        self.standardUncertainty = standardUncertainty
    }

    private enum CodingKeys: String, CodingKey {
        case value
        case standardUncertainty = "u"
    }
}

extension Measured: CustomStringConvertible {
    /// The value in the notation of the GUM (7.2.2): `163.02(3)`, uncertainty in units of the last digit, one
    /// significant digit, or two where the first is a 1. Values without uncertainty print with six significant digits.
    public var description: String {
        guard let uncertainty = standardUncertainty, uncertainty.isFinite, uncertainty > 0, value.isFinite else {
            return String(format: "%.6g", value)
        }
        let exponent = Int(floor(log10(uncertainty)))
        let leading = uncertainty / pow(10, Double(exponent))
        var decimals = (leading < 1.95 ? 1 : 0) - exponent
        var digits = (uncertainty * pow(10, Double(decimals))).rounded()
        if digits >= 20 && leading < 1.95 || digits >= 10 && leading >= 1.95 {
            // 9.7 rounds up to 10: show it as 10 of the same decimals, which is two digits starting with 1.
            if digits >= 20 { decimals -= 1 }
            digits = (uncertainty * pow(10, Double(decimals))).rounded()
        }
        if decimals >= 0 {
            return String(format: "%.\(decimals)f(%.0f)", value, digits)
        }
        let scale = pow(10, Double(-decimals))
        return String(format: "%.0f(%.0f)", (value / scale).rounded() * scale, digits * scale)
    }
}
