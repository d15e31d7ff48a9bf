import Spectra

extension VAMASExperiment {
    /// The experimental variables that make a series, by their place in the list: those that differ between blocks of
    /// the same name. Many programs write one that means nothing and is the same everywhere.
    func seriesVariables() -> [(index: Int, variable: SeriesVariable)] {
        // No real file has more; the bound keeps a made-up one from taking for ever.
        experimentalVariables.indices.prefix(100).compactMap { index in
            var first: [String: Double] = [:]
            let varies = blocks.contains { block in
                guard block.experimentalVariables.indices.contains(index),
                    let value = block.experimentalVariables[index]
                else { return false }
                let earlier = first[block.identifier] ?? value
                first[block.identifier] = earlier
                return earlier != value
            }
            return varies ? (index, Self.seriesVariable(experimentalVariables[index])) : nil
        }
    }

    /// All experimental variables as those of a series, for readers that do not know all blocks.
    func allVariables() -> [(index: Int, variable: SeriesVariable)] {
        experimentalVariables.prefix(100).enumerated().map { ($0, Self.seriesVariable($1)) }
    }

    /// Where a block lies along the variables of the series, and in the map.
    func coordinates(
        of block: VAMASBlock, along series: [(index: Int, variable: SeriesVariable)]
    ) -> [SeriesCoordinate] {
        let values = series.compactMap { entry -> SeriesCoordinate? in
            guard block.experimentalVariables.indices.contains(entry.index) else { return nil }
            return block.experimentalVariables[entry.index].map { SeriesCoordinate(entry.variable, $0) }
        }
        guard (fullMap?.positions ?? 0) > 1 else { return values }
        let place = [(SeriesVariable.x, block.position.x), (.y, block.position.y)]
        return values + place.compactMap { variable, value in value.map { SeriesCoordinate(variable, $0) } }
    }

    /// A label and unit of the standard as a variable of a series.
    private static func seriesVariable(_ variable: Variable) -> SeriesVariable {
        let label = variable.label.lowercased()
        let unit = ["d", "n"].contains(variable.unit) ? "" : variable.unit
        switch (label, unit) {
        case ("etch time", "s"), ("sputter time", "s"): return .etchTime
        case ("etch level", ""): return .etchLevel
        case ("depth", "nm"): return .depth
        case ("cycle", ""): return .cycle
        case _ where label.contains("angle") && unit == "degree": return .angle
        case ("time", "s"): return .time
        case _ where label.contains("temperature") && unit == "K": return .temperature
        default: return SeriesVariable(label, unit: unit)
        }
    }
}
