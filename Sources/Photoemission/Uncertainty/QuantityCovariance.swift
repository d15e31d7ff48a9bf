import Spectra

extension PeakFit {
    /// The covariance of `quantities`, row-major: what sums, ratios and differences of them need. Rows of quantities
    /// that the data do not determine are zero; `nil` where the fit has no covariance at all.
    ///
    /// Throws `FitError.noSuchQuantity` for a quantity that the fit does not have, and `FitError.uncertainty` where the
    /// fit does not carry what it takes.
    public func covariance(of quantities: [FitQuantity]) throws -> [Double]? {
        guard let workings else { throw FitError.uncertainty("the fit of \"\(spectrumName)\" carries no covariance") }
        let solution = workings.solution
        let gradients = try quantities.map { quantity in
            try QuantityForm(quantity, in: workings.fitter.model).gradient(solution.nonlinear, solution.linear)
        }
        guard let covariance = workings.covariance() else { return nil }
        return propagated(gradients, covariance)
    }
}

extension FitWorkings {
    /// The covariance of all parameters, row-major; without weights the variance of a point is taken from the residuals.
    func covariance() -> [Double]? {
        guard let covariance = solution.covariance() else { return nil }
        guard !fitter.isWeighted else { return covariance }
        let model = fitter.model
        let free =
            model.nonlinear.count + model.linear.count { $0.bounds.lowerBound < $0.bounds.upperBound }
        let variance = solution.chi2 / Double(max(1, fitter.energies.count - free))
        return covariance.map { $0 * variance }
    }
}

/// G C G' for gradients in the rows of G.
func propagated(_ gradients: [[Double]], _ covariance: [Double]) -> [Double] {
    let count = gradients.count
    let size = gradients.first?.count ?? 0
    let products = gradients.map { gradient in
        (0..<size).map { column in
            (0..<size).reduce(0.0) { $0 + gradient[$1] * covariance[$1 * size + column] }
        }
    }
    var result = [Double](repeating: 0, count: count * count)
    for a in 0..<count {
        for b in 0...a {
            var sum = 0.0
            for k in 0..<size { sum += products[a][k] * gradients[b][k] }
            result[a * count + b] = sum
            result[b * count + a] = sum
        }
    }
    return result
}
