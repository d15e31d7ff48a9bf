/// The shape of one photoelectron line.
public enum LineShape: Sendable, Hashable {
    /// CasaXPS's GL(m): the product of a Gaussian and a Lorentzian, `mix` per cent Lorentzian.
    case glProduct(mix: Double)
    /// CasaXPS's SGL(m): the sum of a Gaussian and a Lorentzian of equal height, `mix` per cent Lorentzian.
    case glSum(mix: Double)
    /// A Gaussian.
    case gaussian
    /// A Lorentzian.
    case lorentzian
}
