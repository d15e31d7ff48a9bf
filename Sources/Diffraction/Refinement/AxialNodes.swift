import Foundation
import SpectralMath

/// The distribution of Finger, Cox & Jephcoat (see `AxialDivergence`) for S/L = H/L = a, with its derivative by a. Over
/// u = z / a, z the relative height at which a ray arrives, nodes stay where they are when a changes.
struct AxialNodes {
    private var rules: [Int: (points: [Double], weights: [Double])] = [:]

    /// The nodes for a reflection at `twoTheta` degrees; centres are relative to it.
    ///
    /// - Parameter fullWidth: of the line in degrees: copies need not be closer than a fraction of it.
    mutating func nodes(twoTheta: Double, divergence a: Double, fullWidth: Double) -> [WindowedColumns.Node] {
        let angle = twoTheta * .pi / 180
        let (cosine, tangent) = (cos(angle), abs(tan(angle)))
        guard a > 0, twoTheta > 0.05, twoTheta < 179.95 else {
            return [WindowedColumns.Node(center: 0, share: 1)]
        }
        let end = min(2, tangent / a)
        let spread = abs(acos(min(max(cosine * (1 + pow(end * a, 2)).squareRoot(), -1), 1)) - angle) * 180 / .pi
        let rule = rule(min(2 + Int(min(6 * spread / max(fullWidth, 1e-6), 60)), 48))
        var nodes: [WindowedColumns.Node] = []
        var (sum, sumSlope) = (0.0, 0.0)
        for (point, weight) in zip(rule.points, rule.weights) {
            let u = end / 2 * (1 + point), z = a * u
            let root = (1 + z * z).squareRoot()
            let arrival = acos(min(max(cosine * root, -1), 1))
            let sine = sin(arrival)
            guard sine > 1e-9 else { continue }
            let arrivalSlope = -cosine * z * u / (root * sine)
            let share = weight * (2 - u) / ((1 + z * z) * sine)
            let relative = -2 * z * u / (1 + z * z) - cos(arrival) / sine * arrivalSlope
            nodes.append(
                WindowedColumns.Node(
                    center: (arrival - angle) * 180 / .pi, share: share, centerSlope: arrivalSlope * 180 / .pi,
                    shareSlope: share * relative))
            sum += share
            sumSlope += share * relative
        }
        guard sum > 0 else { return [WindowedColumns.Node(center: 0, share: 1)] }
        for k in nodes.indices {
            nodes[k].shareSlope = nodes[k].shareSlope / sum - nodes[k].share * sumSlope / (sum * sum)
            nodes[k].share /= sum
        }
        return nodes
    }

    private mutating func rule(_ count: Int) -> (points: [Double], weights: [Double]) {
        if let known = rules[count] { return known }
        let rule = try? GaussLegendreRule(count: count)
        let made = (rule?.points ?? [0], rule?.weights ?? [2])
        rules[count] = made
        return made
    }
}
