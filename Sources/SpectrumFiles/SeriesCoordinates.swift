import Spectra

extension [Spectrum] {
    /// Takes away coordinates that are the same in all spectra of one name and sample: they say nothing about a series,
    /// and a spectrum on its own has none.
    mutating func dropConstantCoordinates() {
        let groups = Dictionary(grouping: indices) { [self[$0].name, self[$0].sample] }
        for members in groups.values {
            var values: [SeriesVariable: Set<Double>] = [:]
            for index in members {
                for coordinate in self[index].acquisition.coordinates {
                    values[coordinate.variable, default: []].insert(coordinate.value)
                }
            }
            for index in members {
                self[index].acquisition.coordinates.removeAll { (values[$0.variable]?.count ?? 0) < 2 }
            }
        }
    }
}
