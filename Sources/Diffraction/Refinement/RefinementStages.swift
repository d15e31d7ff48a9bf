import Foundation

extension RefinementRun {
    /// Releases the parameters in stages, each with those before it.
    mutating func run() throws -> Stage {
        try startIntensities()
        if options.searchesStart { try search() }
        let corrections = options.corrections.map(\.quantity)
        try guardedFit(corrections)
        try divide(rounds: 3)
        var free = corrections + cells
        try guardedFit(free)
        try divide(rounds: 3)
        // Again with the angles refreshed, which a first step may have moved far.
        try guardedFit(free)
        if options.refinesWidths {
            free += widthQuantities
            try guardedFit(free)
            try divide(rounds: 3)
        }
        weighByCounts()
        try guardedFit(free)
        try reweightByModel()
        try rebase()
        try chooseBackground()
        if options.intensities == .structure {
            if options.refinesOverallB {
                free += phases.indices.map { .overallB(phase: $0) }
                try guardedFit(free)
            }
            if options.refinesTexture {
                try chooseTextures()
                free += textureQuantities
            }
        }
        // What was held far from the end may well be determined here.
        releaseAll()
        let stage = try settle(free)
        let needless = needlessTextures(stage)
        guard !needless.isEmpty else { return stage }
        for p in needless {
            textures[p] = nil
            values.phases[p].texture = 1
            free.removeAll { $0 == .texture(phase: p) }
        }
        return try settle(free)
    }

    /// From values near the end, as those of a neighbour in a series.
    mutating func continueFrom(_ neighbour: RefinementState) throws -> Stage {
        values = neighbour.values
        textures = neighbour.textures
        try rebase(to: neighbour.cells)
        backgroundForm = neighbour.background
        background = try BackgroundBasis(neighbour.background, curve.twoTheta)
        try startIntensities()
        weighByCounts()
        var free = options.corrections.map(\.quantity) + cells
        try guardedFit(free)
        if options.refinesWidths { free += widthQuantities }
        if options.intensities == .structure {
            if options.refinesTexture { free += textureQuantities }
            if options.refinesOverallB { free += phases.indices.map { .overallB(phase: $0) } }
        }
        try guardedFit(free)
        try reweightByModel()
        return try settle(free)
    }

    private var cells: [RefinementQuantity] {
        guard options.refinesCells else { return [] }
        return phases.indices.flatMap { p in
            (0..<phases[p].cell.count).map { .cell(phase: p, parameter: $0) }
        }
    }

    private var widthQuantities: [RefinementQuantity] {
        var result: [RefinementQuantity] = []
        if options.instrument == nil { result += [.gaussianLow, .gaussianMiddle, .gaussianHigh] }
        for p in phases.indices { result += [.size(phase: p), .microstrain(phase: p)] }
        if options.refinesAxialDivergence, options.axialDivergence > 0 { result.append(.axialDivergence) }
        return result
    }

    private var textureQuantities: [RefinementQuantity] {
        phases.indices.filter { textures[$0] != nil }.map { .texture(phase: $0) }
    }

    private mutating func reweightByModel() throws {
        reweight(try fit([], details: true).calculated)
    }

    /// The last rounds: angles, windows, weights and divided intensities are refreshed until nothing changes.
    private mutating func settle(_ wanted: [RefinementQuantity]) throws -> Stage {
        if options.intensities == .pawley {
            try guardedFit(wanted)
            try divide(rounds: 4)
            mode = .pawley
        }
        var last = Double.infinity
        for _ in 0..<6 {
            try guardedFit(wanted)
            try divide(rounds: 2)
            let stage = try fit([], details: true)
            reweight(stage.calculated)
            let chi2 = stage.solution.chi2
            let isSettled = abs(last - chi2) < 1e-5 * chi2
            last = chi2
            if isSettled { break }
        }
        return try fit(wanted.filter { !isHeld($0) }, details: true)
    }

    // MARK: - Divided intensities

    /// Equal intensities at first, where there is no structure, soon divided by what is measured.
    private mutating func startIntensities() throws {
        guard mode == .leBail else { return }
        try divide(rounds: 6)
    }

    /// Le Bail's division of the net counts, repeated.
    private mutating func divide(rounds: Int) throws {
        guard mode == .leBail else { return }
        for _ in 0..<rounds {
            let stage = try fit([], details: true)
            for (p, list) in stage.intensities.enumerated() {
                for (r, pair) in list.enumerated() where pair.calculated > 0 {
                    intensities[p][r] *= min(max(pair.observed / pair.calculated, 0), 100)
                }
                // A mean of 1, so that the scale says how strong the phase is.
                let mean = intensities[p].reduce(0, +) / Double(intensities[p].count)
                if mean > 0 { for r in intensities[p].indices { intensities[p][r] /= mean } }
            }
        }
    }

    // MARK: - Where to start

    /// Tries shifts of all lines, then strains of one phase after another, with widths enlarged, and keeps what is
    /// clearly better.
    private mutating func search() throws {
        guard options.intensities == .structure else { return }
        let widened = values
        defer {
            values.gaussianLow = widened.gaussianLow
            values.gaussianHigh = widened.gaussianHigh
            values.gaussianMiddle = widened.gaussianMiddle
            for p in phases.indices { values.phases[p].size = widened.phases[p].size }
        }
        if options.instrument == nil {
            values.gaussianLow *= 1.8
            values.gaussianHigh *= 1.8
            values.gaussianMiddle *= 1.8
        }
        for p in phases.indices { values.phases[p].size *= 1.5 }
        if let shift = options.corrections.map(\.quantity).first(where: { $0 != .transparency }) {
            try trySeveral((-4...4).map { 0.05 * Double($0) }) { $0[shift] = $1 }
        }
        guard options.refinesCells else { return }
        for p in phases.indices {
            let parameters = values.phases[p].cell, cell = phases[p].cell
            try trySeveral((-8...8).map { 0.00125 * Double($0) }) {
                $0.phases[p].cell = cell.stretched(parameters, by: $1)
            }
        }
    }

    /// Takes the best of some values where chi squared falls by more than a hundredth for it.
    private mutating func trySeveral(_ candidates: [Double], _ change: (inout RefinementValues, Double) -> Void) throws
    {
        let start = values
        var best = (chi2: try fit([]).solution.chi2 * 0.99, values: start)
        for candidate in candidates {
            values = start
            change(&values, candidate)
            let chi2 = try fit([]).solution.chi2
            if chi2 < best.chi2 { best = (chi2, values) }
        }
        values = best.values
    }

    // MARK: - Texture

    /// For each phase that leaves the direction open, the one that lowers chi squared most, where it does so by much.
    private mutating func chooseTextures() throws {
        let thermal: [RefinementQuantity] =
            options.refinesOverallB
            ? phases.indices.map { .overallB(phase: $0) }.filter { !isHeld($0) } : []
        for p in phases.indices where requests[p].texture == .automatic {
            let start = values
            let base = try fit(thermal).solution
            let degrees = Double(max(1, curve.count - base.linear.count))
            let noise = max(1, base.chi2 / degrees)
            var best: (chi2: Double, direction: MillerIndex, r: Double)?
            guard let cell = phases[p].cell.cell(values.phases[p].cell) else { continue }
            // A reflection alone has no relative intensity.
            guard phases[p].count > 3 else { continue }
            for direction in MarchDollase.candidates(cell: cell, group: phases[p].spaceGroup) {
                values = start
                textures[p] = direction
                let solution = try fit(thermal + [.texture(phase: p)]).solution
                let r = values.phases[p].texture
                if solution.chi2 < best?.chi2 ?? .infinity { best = (solution.chi2, direction, r) }
            }
            values = start
            textures[p] = nil
            guard let best, base.chi2 - best.chi2 > 30 * noise, abs(best.r - 1) > 0.02 else { continue }
            textures[p] = best.direction
            values.phases[p].texture = best.r
        }
    }

    /// Phases whose direction was looked for, and whose r ended within four standard uncertainties of 1.
    private func needlessTextures(_ stage: Stage) -> [Int] {
        let count = stage.solution.isHeld.count
        let covariance = stage.solution.covariance()
        let misfit = max(1, stage.solution.chi2 / Double(max(1, curve.count - count))).squareRoot()
        return phases.indices.filter { p in
            guard requests[p].texture == .automatic, textures[p] != nil else { return false }
            guard let j = stage.free.firstIndex(of: .texture(phase: p)), let covariance else { return true }
            let sigma = covariance[j * count + j].squareRoot() * misfit
            let distance = abs(values.phases[p].texture - 1)
            return distance < 4 * sigma || distance < 0.01
        }
    }

    // MARK: - Background

    /// Of splines with knots ever closer, the one that Bayes's criterion prefers: close enough for humps of glasses, too
    /// wide for lines.
    private mutating func chooseBackground() throws {
        guard options.background == nil else { return }
        let span = curve.twoTheta[curve.count - 1] - curve.twoTheta[0]
        let width = try lineWidth()
        var trials: [(form: SmoothBackground.Form, basis: BackgroundBasis, chi2: Double)] = []
        for spacing in [30.0, 20, 14, 10, 7, 5, 3.5, 2.5] {
            // Narrower than some lines a background would take their place.
            guard spacing >= 8 * width || spacing >= 10, spacing < span else { continue }
            let form = SmoothBackground.Form.spline(spacing: spacing)
            background = try BackgroundBasis(form, curve.twoTheta)
            trials.append((form, background, try fit([]).solution.chi2))
        }
        guard let least = trials.map(\.chi2).min() else { return }
        let noise = max(1, least / Double(curve.count))
        let best = trials.min { first, second in
            func criterion(_ trial: (form: SmoothBackground.Form, basis: BackgroundBasis, chi2: Double)) -> Double {
                trial.chi2 / noise + Double(trial.basis.count) * log(Double(curve.count))
            }
            return criterion(first) < criterion(second)
        }
        guard let best else { return }
        backgroundForm = best.form
        background = best.basis
    }

    /// The largest full width of a line in the middle of the pattern.
    private func lineWidth() throws -> Double {
        let model = model()
        let middle = (curve.twoTheta[0] + curve.twoTheta[curve.count - 1]) / 2
        var widest = 0.0
        for p in phases.indices {
            let own = model.lines.filter { $0.phase == p }
            guard let line = own.min(by: { abs($0.twoTheta - middle) < abs($1.twoTheta - middle) }) else { continue }
            widest = max(widest, model.parts(line, values).fullWidth)
        }
        return widest
    }
}
