import Diffraction
import Photoemission

extension PhaseIdentification: CustomStringConvertible {
    /// The table of the phases as text.
    public var description: String { PhaseTable(self).text }
}

extension PatternRefinement: CustomStringConvertible {
    /// The table of the refinement as text.
    public var description: String { RefinementTable(self).text }
}
