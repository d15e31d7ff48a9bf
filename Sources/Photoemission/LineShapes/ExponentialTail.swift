import Foundation
import SpectralMath

/// CasaXPS's GL(m)T(k) and SGL(m)T(k): base + (1 - base) exp(-k u) on the side of high binding energy, where u = (E - E0) / F
/// and `base` is the symmetric shape of unit height and width parameter F.
///
/// Published formula, not verified on a CasaXPS export.
public struct ExponentialTail: Sendable, Hashable {
    /// Whether the symmetric shape is SGL(m) rather than GL(m).
    public var isSum: Bool
    /// The mixing of the symmetric shape, per cent.
    public var mix: Double
    /// The decay of the tail per width, k.
    public var decay: Double

    /// A shape of the stated parameters.
    public init(isSum: Bool, mix: Double, decay: Double) {
        self.isSum = isSum
        self.mix = mix
        self.decay = decay
    }

    /// The shape without its tail.
    var core: LineShape { isSum ? .glSum(mix: mix) : .glProduct(mix: mix) }

    func validate(_ name: String) throws {
        guard (0...100).contains(mix), decay >= 1e-3, decay <= 1e6 else {
            throw FitError.invalidModel("\(name): the mixing must lie from 0 to 100, the decay of the tail above 0.001")
        }
    }
}

/// A line with an exponential tail; self-similar in its width, which is the true width of the symmetric shape.
struct ExponentialTailProfile: LineProfile {
    /// What does not depend on the width.
    struct Form: Sendable {
        let constants: LineShape.Constants
        let decay: Double
        /// The area of the curve of unit height, in units of F.
        let area: Double

        init(_ tail: ExponentialTail, constants: LineShape.Constants) throws {
            self.constants = constants
            decay = tail.decay
            let rule = try GaussLegendreRule(count: 20)
            // The tail adds (1 - base) exp(-k u); panels double away from the position.
            func added(_ u: Double) -> Double { (1 - constants.unitHeight(at: u).value) * exp(-tail.decay * u) }
            var start = min(0.25, 1 / tail.decay)
            var sum = rule.integral(from: 0, to: start, added)
            while start * tail.decay < 60 {
                sum += rule.integral(from: start, to: 1.5 * start, added)
                sum += rule.integral(from: 1.5 * start, to: 2 * start, added)
                start *= 2
            }
            area = constants.area + sum
        }
    }

    let form: Form
    let width: Double

    func sample(at distance: Double) -> LineSample {
        let scale = form.constants.widthFactor * width
        let u = distance / scale
        var (value, slope) = form.constants.unitHeight(at: u)
        if u > 0 {
            let tail = exp(-form.decay * u)
            slope += -slope * tail - form.decay * (1 - value) * tail
            value += (1 - value) * tail
        }
        let height = 1 / (form.area * scale)
        var sample = LineSample(value: height * value, byDistance: height * slope / scale)
        sample.byParameter[0] = -height * (value + u * slope) / width
        return sample
    }
}
