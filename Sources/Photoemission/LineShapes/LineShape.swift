import Foundation

/// The shape of one photoelectron line.
///
/// Lines are drawn with unit area. What their width means is said with each shape: the true full width at half maximum
/// for symmetric shapes; for asymmetric ones CasaXPS's convention, twice the half width at half maximum on the side of
/// low binding energy, measured from the maximum of the drawn curve. Their position is the centre of a symmetric shape,
/// and for asymmetric ones the point where the two sides join (as CasaXPS stores it), not the maximum.
public enum LineShape: Sendable, Hashable {
    /// CasaXPS's GL(m), the product form `exp(-4 ln2 (1-m) t^2) / (1 + 4 m t^2)` with `mix` = m in per cent, 0 ... 100.
    ///
    /// The width F in t = (E - E0) / F is not the full width at half maximum: for GL(30) it is 1.0402 times as large
    /// (verified on CasaXPS exports).
    case glProduct(mix: Double)
    /// CasaXPS's SGL(m), the sum form `(1-m) exp(-4 ln2 t^2) + m / (1 + 4 t^2)`: Gaussian and Lorentzian of equal
    /// height and width, `mix` = m in per cent, 0 ... 100.
    case glSum(mix: Double)
    /// A Gaussian.
    case gaussian
    /// A Lorentzian.
    case lorentzian
    /// The pseudo-Voigt function: Gaussian and Lorentzian of equal width, each of unit area, mixed by `mix` per cent of
    /// *area*. Not SGL(m), which mixes by height.
    case pseudoVoigt(mix: Double)
    /// SGL(m) whose width runs from 0 at low to twice itself at high binding energy, 2 F / (1 + exp(-a t)), with
    /// `asymmetry` = a (Stancik & Brauns, Vib. Spectrosc. 47 (2008) 66; there a is per unit of energy, here per width F).
    /// Its width is F.
    case asymmetricPseudoVoigt(mix: Double, asymmetry: Double)
    /// A Gaussian convolved with a Lorentzian; the full widths at half maximum of the two are its parameters.
    case voigt
    /// CasaXPS's LA(m): a Voigt function with a fixed ratio of the widths.
    case lorentzianVoigt(mix: Double)
    /// CasaXPS's LA(a,b,n) and LF(a,b,w,n,k): powers of a Lorentzian, convolved with a Gaussian.
    case lorentzianPowers(LorentzianPowers)
    /// The line of a metal (Doniach & Sunjic, J. Phys. C 3 (1970) 285), convolved with a Gaussian. The full widths of
    /// Lorentzian and Gaussian and the `asymmetry` alpha, 0 ... 0.9, are its parameters. Its area is counted within
    /// `LineShape.areaReach` of its position, because the area over all energies is infinite.
    case doniachSunjic(asymmetry: Double)
    /// CasaXPS's A(a,b,n)GL(m), after Gelius. Its area is counted within `LineShape.areaReach` of its position.
    case gelius(GeliusTail)
    /// CasaXPS's GL(m)T(k) and SGL(m)T(k): an exponential tail on the side of high binding energy.
    case exponentialTail(ExponentialTail)
    /// Several lines that move, grow and widen as one: a multiplet with its satellites.
    case group(LineGroup)
    /// The measured shape of a reference sample, which a fit moves and scales only.
    case measured(MeasuredLine)

    /// How far from the position, in eV, the area of a shape is counted whose area over all energies is infinite.
    ///
    /// It belongs to the definition of such shapes, so that their areas depend neither on the window nor on the data.
    public static let areaReach = 20.0

    /// The mixing in per cent, where the shape has one that can be fitted.
    public var mix: Double? {
        switch self {
        case .glProduct(let mix), .glSum(let mix), .pseudoVoigt(let mix), .asymmetricPseudoVoigt(let mix, _): mix
        default: nil
        }
    }

    /// The asymmetry, where the shape has one that can be fitted.
    public var asymmetry: Double? {
        switch self {
        case .asymmetricPseudoVoigt(_, let asymmetry), .doniachSunjic(let asymmetry): asymmetry
        default: nil
        }
    }

    /// Whether the area over all energies is infinite, so that areas are those within `areaReach` of the position.
    public var hasAreaWithinReach: Bool {
        switch self {
        case .doniachSunjic, .gelius: true
        case .group(let group): group.lines.contains { $0.shape.hasAreaWithinReach }
        default: false
        }
    }

    /// The parameters that belong to the shape, in the order in which `PreparedShape` takes them.
    public var parameters: [ComponentQuantity] {
        switch self {
        case .glProduct, .glSum, .pseudoVoigt: [.width, .mixing]
        case .asymmetricPseudoVoigt: [.width, .mixing, .asymmetry]
        case .voigt: [.gaussianWidth, .lorentzianWidth]
        case .doniachSunjic: [.gaussianWidth, .lorentzianWidth, .asymmetry]
        case .gaussian, .lorentzian, .lorentzianVoigt, .lorentzianPowers, .gelius, .exponentialTail, .group: [.width]
        case .measured: []
        }
    }

    /// Whether it is a measured one.
    var isMeasured: Bool {
        if case .measured = self { true } else { false }
    }

    /// The distances from the position, eV, between which the maxima of the shape lie.
    var extent: ClosedRange<Double> {
        switch self {
        case .group(let group): group.extent
        case .measured(let line): line.extent
        default: 0...0
        }
    }

    /// The parameter that the width ratio of a doublet multiplies: the lifetime broadens the Lorentzian part only, and
    /// Coster-Kronig decay shortens the lifetime of one of the two lines.
    var ratioParameter: ComponentQuantity {
        switch self {
        case .voigt, .doniachSunjic: .lorentzianWidth
        default: .width
        }
    }

    /// The same shape with other values of those parameters that it carries itself.
    func with(mix newMix: Double? = nil, asymmetry newAsymmetry: Double? = nil) -> LineShape {
        switch self {
        case .glProduct(let mix): .glProduct(mix: newMix ?? mix)
        case .glSum(let mix): .glSum(mix: newMix ?? mix)
        case .pseudoVoigt(let mix): .pseudoVoigt(mix: newMix ?? mix)
        case .asymmetricPseudoVoigt(let mix, let asymmetry):
            .asymmetricPseudoVoigt(mix: newMix ?? mix, asymmetry: newAsymmetry ?? asymmetry)
        case .doniachSunjic(let asymmetry): .doniachSunjic(asymmetry: newAsymmetry ?? asymmetry)
        default: self
        }
    }
}
