/// Reflections whose intensities a pattern cannot tell apart, drawn together to one parameter each.
enum PawleyGroups {
    /// Reflections of a phase closer than a quarter of their width share an intensity in proportion to their
    /// multiplicities; those outside the pattern have none.
    static func templates(
        _ model: PowderModel, _ values: RefinementValues, phases: [PhaseReflections]
    ) -> [IntensityTemplate] {
        var result: [IntensityTemplate] = []
        let low = model.twoTheta[0], high = model.twoTheta[model.twoTheta.count - 1]
        for (p, phase) in phases.enumerated() {
            // The first line of the radiation of each reflection, by growing angle.
            var seen: Set<Int> = []
            let firsts = model.lines.filter { $0.phase == p && seen.insert($0.reflection).inserted }
                .sorted { $0.twoTheta < $1.twoTheta }
            var start = 0
            while start < firsts.count {
                let width = model.parts(firsts[start], values).fullWidth
                var end = start + 1
                while end < firsts.count, firsts[end].twoTheta - firsts[start].twoTheta < 0.25 * width { end += 1 }
                let members = firsts[start..<end]
                start = end
                // Without its maximum in the pattern a line is not determined.
                guard let angle = members.first?.twoTheta, angle > low - 0.5 * width, angle < high + 0.5 * width else {
                    continue
                }
                let total = members.reduce(0.0) { $0 + Double(phase.multiplicities[$1.reflection]) }
                let shares = members.map {
                    ($0.reflection, Double(phase.multiplicities[$0.reflection]) / total)
                }
                let template = IntensityTemplate(
                    model, phase: p, reflections: Dictionary(shares) { first, _ in first })
                if !template.window.isEmpty { result.append(template) }
            }
        }
        return result
    }
}
