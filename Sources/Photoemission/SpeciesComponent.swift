import ReferenceSpectra
import Spectra

extension Component {
    /// The line of a published species, or its doublet: free within the spread of the published positions, at least within
    /// the usual tolerance of the position that counts.
    ///
    /// `nil` where the species has no known line of `level`.
    public init?(_ species: Species, level: CoreLevel) {
        guard let line = species.line(of: level) else { return nil }
        let reach = PeakModel.positionTolerance
        self.init(
            name: species.name,
            position: .free(
                start: line.position, min: min(line.range.lowerBound, line.position - reach),
                max: max(line.range.upperBound, line.position + reach)))
    }
}

extension PeakModel {
    /// A model of published species over a fitted background, in the usual window of the level.
    ///
    /// - Parameters:
    ///   - level: the core level.
    ///   - species: species with a line of this level, from the library that comes along or from one's own `SpeciesTable`.
    ///   - background: the background.
    /// - Throws: `FitError.invalidModel` naming the species without a known line of `level`.
    public init(_ level: CoreLevel, species: [Species], background: Background = .shirley) throws {
        let components = try species.map { entry in
            guard let component = Component(entry, level: level) else {
                throw FitError.invalidModel("no position of \(entry.name) in \(level) is known")
            }
            return component
        }
        self.init(level: level, window: level.reference?.window, background: background, components: components)
    }
}
