import ReferenceSpectra
import Spectra
import Testing

@testable import Photoemission

@Suite("models of published species") struct SpeciesModelTests {
    @Test("every line of the library gives a component that may lie where it was published, and starts at its position")
    func ranges() throws {
        for species in ReferenceLibrary.species {
            for line in species.lines {
                let component = try #require(Component(species, level: line.level))
                guard case .free(let start, let low, let high) = component.position else {
                    Issue.record("\(species.name): \(component.position)")
                    continue
                }
                #expect(start == line.position && low <= line.range.lowerBound && high >= line.range.upperBound)
                #expect(high - low >= 2 * PeakModel.positionTolerance - 1e-9)
            }
        }
    }

    @Test("a species without a line of the level is named")
    func noLine() throws {
        let lithium = try #require(ReferenceLibrary.species(named: "Li2CO3"))
        let error = #expect(throws: FitError.self) { try PeakModel(.s2p, species: [lithium]) }
        #expect("\(error as Any)".contains("Li2CO3"))
        #expect(try PeakModel(.c1s, species: [lithium]).components.map(\.name) == ["Li2CO3"])
    }
}
