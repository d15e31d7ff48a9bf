/// Why a model could not be fitted to a spectrum.
public enum FitError: Error, Sendable, Hashable {
    /// The model contradicts itself: what is wrong, and where.
    case invalidModel(String)
    /// The spectrum cannot be fitted: what is wrong with it.
    case invalidSpectrum(String)
    /// The window holds too few points, or misses the data.
    case windowMissesData(window: ClosedRange<Double>, data: ClosedRange<Double>, points: Int)
    /// A background could not be computed.
    case background(String)
    /// The links between parameters lead back to where they started; the chain names each step.
    case cyclicLinks([String])
    /// A quantity was asked for that the fit does not have.
    case noSuchQuantity(String)
    /// An uncertainty could not be computed: why not.
    case uncertainty(String)
}

extension FitError: CustomStringConvertible {
    /// One or two sentences for a person.
    public var description: String {
        switch self {
        case .invalidModel(let what): return what
        case .invalidSpectrum(let what): return what
        case .windowMissesData(let window, let data, let points):
            let has = points == 0 ? "holds no point" : "holds only \(points) point\(points == 1 ? "" : "s")"
            return "the window \(number(window.lowerBound)) to \(number(window.upperBound)) eV \(has): the spectrum "
                + "runs from \(number(data.lowerBound)) to \(number(data.upperBound)) eV of binding energy"
        case .background(let what), .noSuchQuantity(let what), .uncertainty(let what): return what
        case .cyclicLinks(let chain):
            return "the links go round in a circle: " + chain.joined(separator: " -> ")
        }
    }

    private func number(_ value: Double) -> String { String((value * 1000).rounded() / 1000) }
}
