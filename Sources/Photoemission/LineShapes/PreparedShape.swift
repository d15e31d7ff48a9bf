import Foundation
import SpectralMath

/// A line shape with whatever is computed once for it, ready to be drawn with any values of its parameters.
///
/// Shapes that are convolved numerically hold a table of their unit form, which all widths share.
struct PreparedShape: Sendable {
    /// How the shape is drawn.
    private enum Drawing: Sendable {
        /// By a formula whose constants depend on the mixing.
        case gaussLorentz(@Sendable (Double) -> LineShape.Constants)
        case sigmoid(GaussLegendreRule)
        case voigt
        case fixedRatioVoigt(FixedRatioVoigt.Ratio)
        case table(ConvolvedTable)
        case doniachSunjic
        case exponentialTail(ExponentialTailProfile.Form)
        case group(LineGroup.Prepared)
        case measured(MeasuredLine)
    }

    let shape: LineShape
    /// The name of the shape.
    let name: String
    private let drawing: Drawing

    /// Prepares `shape`. Throws `FitError.invalidModel` where its numbers are out of range.
    init(_ shape: LineShape) throws {
        try shape.validate()
        self.shape = shape
        name = shape.description
        switch shape {
        case .gaussian, .lorentzian, .glProduct, .glSum, .pseudoVoigt:
            // The family has constants; without them `LineShape.gaussLorentz` would be at fault.
            guard let constants = shape.gaussLorentz else { throw FitError.invalidModel("\(shape) cannot be drawn") }
            drawing = .gaussLorentz(constants)
        case .asymmetricPseudoVoigt: drawing = .sigmoid(try GaussLegendreRule(count: 20))
        case .voigt: drawing = .voigt
        case .lorentzianVoigt(let mix): drawing = .fixedRatioVoigt(FixedRatioVoigt.Ratio(mix: mix))
        case .lorentzianPowers(let powers):
            drawing = .table(try ConvolvedTableCache.shared.table(for: .powers(powers)))
        case .gelius(let tail): drawing = .table(try ConvolvedTableCache.shared.table(for: .gelius(tail)))
        case .doniachSunjic: drawing = .doniachSunjic
        case .exponentialTail(let tail):
            guard let constants = tail.core.constants else { throw FitError.invalidModel("\(shape) cannot be drawn") }
            drawing = .exponentialTail(try ExponentialTailProfile.Form(tail, constants: constants))
        case .group(let group): drawing = .group(try LineGroup.Prepared(group))
        case .measured(let line): drawing = .measured(line)
        }
    }

    /// The line with `parameters` in the order of `shape.parameters`.
    func profile(_ parameters: [Double]) -> any LineProfile {
        if case .measured(let line) = drawing { return line }
        let width = parameters[0]
        switch drawing {
        case .gaussLorentz(let constants):
            return GaussLorentzProfile(constants: constants(parameters.count > 1 ? parameters[1] : 0), width: width)
        case .sigmoid(let rule):
            return SigmoidPseudoVoigt(width: width, mix: parameters[1], asymmetry: parameters[2], rule: rule)
        case .voigt: return VoigtProfile(gaussianWidth: width, lorentzianWidth: parameters[1])
        case .fixedRatioVoigt(let ratio): return FixedRatioVoigt(ratio: ratio, width: width)
        case .table(let table):
            return TabulatedProfile(
                table: table, width: width, areaReach: shape.hasAreaWithinReach ? LineShape.areaReach : nil)
        case .doniachSunjic:
            return DoniachSunjicProfile(
                gaussianWidth: width, lorentzianWidth: parameters[1], asymmetry: parameters[2],
                areaReach: LineShape.areaReach)
        case .exponentialTail(let form): return ExponentialTailProfile(form: form, width: width)
        case .group(let group): return group.profile(width: width)
        case .measured(let line): return line
        }
    }

    /// The maximum and the widths of the line with `parameters`.
    func widths(_ parameters: [Double]) -> LineWidths {
        switch drawing {
        case .group(let group): return group.widths(width: parameters[0])
        case .measured(let line): return line.widths
        default: break
        }
        let scale: Double
        switch shape {
        case .voigt, .doniachSunjic: scale = max(parameters[0], parameters[1])
        default: scale = parameters[0]
        }
        return LineWidths(of: profile(parameters), scale: scale)
    }
}

extension LineShape {
    /// The line of unit area at the distance `energy` eV (of binding energy, upwards) from its position, 1/eV.
    ///
    /// - Parameters:
    ///   - energy: the distance, eV.
    ///   - fwhm: the width, eV: what the shape calls its width; for `voigt` and `doniachSunjic` the Lorentzian's.
    ///   - gaussianWidth: the Gaussian's full width for `voigt` and `doniachSunjic`, eV.
    /// - Throws: `FitError.invalidModel` where the numbers of the shape are out of range.
    public func value(at energy: Double, fwhm: Double, gaussianWidth: Double = 0) throws -> Double {
        try curve(at: [energy], fwhm: fwhm, gaussianWidth: gaussianWidth)[0]
    }

    /// The line of unit area at the distances `energies`, as `value(at:fwhm:gaussianWidth:)`.
    public func curve(at energies: [Double], fwhm: Double, gaussianWidth: Double = 0) throws -> [Double] {
        let profile = try PreparedShape(self).profile(ownParameters(fwhm: fwhm, gaussianWidth: gaussianWidth))
        return energies.map { profile.sample(at: $0).value }
    }

    /// The true full width at half maximum of the drawn line, eV; arguments as `value(at:fwhm:gaussianWidth:)`.
    public func trueWidth(fwhm: Double, gaussianWidth: Double = 0) throws -> Double {
        try PreparedShape(self).widths(ownParameters(fwhm: fwhm, gaussianWidth: gaussianWidth)).full
    }

    /// The values of `parameters` with the mixing and the asymmetry that the shape carries.
    func ownParameters(fwhm: Double, gaussianWidth: Double) -> [Double] {
        parameters.map { quantity in
            switch quantity {
            case .gaussianWidth: gaussianWidth
            case .mixing: mix ?? 0
            case .asymmetry: asymmetry ?? 0
            default: fwhm
            }
        }
    }
}
