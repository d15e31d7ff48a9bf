/// The mean-square displacement of an atom, in the kind of parameter its source states: B and U differ by a factor
/// 8 pi^2 = 78.96, and mistaking one for the other is the commonest error with them, so they stay apart until used.
///
/// Isotropic: T = exp(-B s^2), B = 8 pi^2 U, s = sin(theta)/lambda. Anisotropic: T = exp(-2 pi^2 h^T U* h) with
/// U*_ij = U_ij a*_i a*_j, beta_ij = 2 pi^2 U*_ij, B_ij = 8 pi^2 U_ij (Trueblood et al., Acta Cryst. A52 (1996) 770).
public enum Displacement: Sendable, Hashable {
    /// U in square Angstrom.
    case isotropicU(Double)
    /// B in square Angstrom.
    case isotropicB(Double)
    /// U_ij in square Angstrom, referred to the reciprocal axes as the CIF dictionary defines it.
    case anisotropicU(SymmetricTensor)
    /// B_ij in square Angstrom.
    case anisotropicB(SymmetricTensor)
    /// The dimensionless beta_ij.
    case anisotropicBeta(SymmetricTensor)

    /// 8 pi^2.
    static let eightPiSquared = 8 * Double.pi * Double.pi

    /// B in square Angstrom; of an anisotropic displacement its equivalent, a third of the trace of the Cartesian
    /// tensor: B_eq = (8 pi^2 / 3) sum_ij U*_ij a_i . a_j.
    public func equivalentB(in cell: UnitCell) -> Double {
        switch self {
        case .isotropicU(let u): return Self.eightPiSquared * u
        case .isotropicB(let b): return b
        default:
            let (u, g) = (reciprocalTensor(in: cell) ?? .zero, cell.metric)
            let diagonal = u.xx * g.xx + u.yy * g.yy + u.zz * g.zz
            return Self.eightPiSquared / 3 * (diagonal + 2 * (u.xy * g.xy + u.xz * g.xz + u.yz * g.yz))
        }
    }

    /// The dimensionless tensor U*; `nil` for an isotropic displacement.
    func reciprocalTensor(in cell: UnitCell) -> SymmetricTensor? {
        let scale = cell.reciprocalLengths
        switch self {
        case .isotropicU, .isotropicB: return nil
        case .anisotropicU(let u): return u.scaled(by: scale)
        case .anisotropicB(var b):
            b *= 1 / Self.eightPiSquared
            return b.scaled(by: scale)
        case .anisotropicBeta(var beta):
            beta *= 4 / Self.eightPiSquared
            return beta
        }
    }

    /// The displacement as the symmetry of its site requires it: the mean of the tensor over the operations that leave
    /// the site where it is. Rounded tensors miss that by their last digit.
    func symmetrized(by stabilizer: [SymmetryOperation], in cell: UnitCell) -> Displacement {
        guard stabilizer.count > 1, let tensor = reciprocalTensor(in: cell) else { return self }
        var mean = SymmetricTensor.zero
        for operation in stabilizer { mean += tensor.transformed(by: operation.rotation) }
        mean *= 1 / Double(stabilizer.count)
        let lengths = cell.reciprocalLengths
        let inverse = SIMD3(1 / lengths.x, 1 / lengths.y, 1 / lengths.z)
        switch self {
        case .isotropicU, .isotropicB: return self
        case .anisotropicU: return .anisotropicU(mean.scaled(by: inverse))
        case .anisotropicB:
            mean *= Self.eightPiSquared
            return .anisotropicB(mean.scaled(by: inverse))
        case .anisotropicBeta:
            mean *= Self.eightPiSquared / 4
            return .anisotropicBeta(mean)
        }
    }
}
