import Foundation

/// Which lines of a candidate are there.
extension PhaseSearch {
    func coverage(
        _ phase: PhaseLines, strain: Double, displacement: Double, _ residual: [Double], _ weights: [Double]
    ) -> Double {
        coverage(
            phase, strains: phase.axisGroups.map { _ in strain }, displacement: displacement, residual, weights)
    }

    /// The share, by intensity, of the candidate's lines that are there or hidden: at least a third as strong as the
    /// amplitude wants, within two standard deviations.
    func coverage(
        _ phase: PhaseLines, strains: [Double], displacement: Double, _ residual: [Double], _ weights: [Double]
    ) -> Double {
        var clusters: [(center: Double, signal: Double, power: Double, intensity: Double)] = []
        let width = pattern.lineWidth, low = pattern.twoTheta[0], step = pattern.step
        let profile = PseudoVoigt(width: 1.2 * width, share: 0.5)
        for line in phase.placed(strains: strains, displacement: displacement, in: pattern) {
            let center = line.twoTheta
            var signal = 0.0, power = 0.0
            let first = max(0, Int((center - 1.5 * width - low) / step))
            let last = min(pattern.count - 1, Int((center + 1.5 * width - low) / step) + 1)
            guard first <= last else { continue }
            for i in first...last {
                let shape = line.intensity * profile.density(pattern.twoTheta[i] - center)
                signal += weights[i] * residual[i] * shape
                power += weights[i] * shape * shape
            }
            if let previous = clusters.last, center - previous.center < 1.2 * width {
                let k = clusters.count - 1
                clusters[k].signal += signal
                clusters[k].power += power
                clusters[k].intensity += line.intensity
            } else {
                clusters.append((center, signal, power, line.intensity))
            }
        }
        let power = clusters.reduce(0) { $0 + $1.power }
        guard power > 0 else { return 0 }
        let amplitude = clusters.reduce(0) { $0 + $1.signal } / power
        guard amplitude > 0 else { return 0 }
        var there = 0.0, all = 0.0
        for cluster in clusters where cluster.power > 0 {
            let ratio = cluster.signal / cluster.power, deviation = 1 / cluster.power.squareRoot()
            all += cluster.intensity
            if ratio + 2 * deviation > LineEvidence.leastShare * amplitude { there += cluster.intensity }
        }
        return all > 0 ? there / all : 0
    }
}
