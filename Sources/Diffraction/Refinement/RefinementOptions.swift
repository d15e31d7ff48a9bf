/// How a pattern is refined.
public struct RefinementOptions: Sendable, Hashable {
    /// Where the intensities of reflections come from.
    public enum Intensities: String, Sendable, Hashable, Codable, CaseIterable {
        /// Computed from the structures (Rietveld).
        case structure
        /// Divided among reflections in proportion to the model, round by round (Le Bail).
        case leBail = "lebail"
        /// Each a parameter of the least squares; reflections that cannot be told apart share one (Pawley).
        case pawley
    }

    /// An error of positions that is refined.
    public enum Correction: String, Sendable, Hashable, Codable, CaseIterable {
        /// The zero of two theta.
        case zero
        /// The height of the specimen, of a flat plate in Bragg-Brentano geometry.
        case displacement
        /// The depth that rays reach in a thick specimen of low absorption.
        case transparency

        var quantity: RefinementQuantity {
            switch self {
            case .zero: .zero
            case .displacement: .displacement
            case .transparency: .transparency
            }
        }
    }

    /// Where intensities come from.
    public var intensities: Intensities
    /// The function of the background; `nil` for a spline whose knots are as close as the pattern asks for.
    public var background: SmoothBackground.Form?
    /// Which errors of positions are refined. Zero and displacement can hardly be told apart: refine one of them.
    public var corrections: [Correction]
    /// The widths of the instrument, held as they are; `nil` to refine the Gaussian ones with the pattern.
    public var instrument: LineWidths?
    /// Whether cells are refined.
    public var refinesCells: Bool
    /// Whether widths are refined: of the phases, and of the instrument where it is not known.
    public var refinesWidths: Bool
    /// Whether axial divergence is refined.
    public var refinesAxialDivergence: Bool
    /// The axial divergence S/L = H/L at the start, or as it stays; 0 for symmetric lines.
    public var axialDivergence: Double
    /// Whether texture is refined, in the phases that ask for it.
    public var refinesTexture: Bool
    /// Whether an overall B is added to each structure's own.
    public var refinesOverallB: Bool
    /// Scherrer's constant K for sizes from full widths.
    public var shapeFactor: Double
    /// Whether lines are looked for in the neighbourhood of where the cells at the start have them: up to 1 % of strain.
    public var searchesStart: Bool

    /// Options.
    public init(
        intensities: Intensities = .structure, background: SmoothBackground.Form? = nil,
        corrections: [Correction] = [.displacement], instrument: LineWidths? = nil, refinesCells: Bool = true,
        refinesWidths: Bool = true, refinesAxialDivergence: Bool = true, axialDivergence: Double = 0.02,
        refinesTexture: Bool = true, refinesOverallB: Bool = true, shapeFactor: Double = 0.94,
        searchesStart: Bool = true
    ) {
        self.intensities = intensities
        self.background = background
        self.corrections = corrections
        self.instrument = instrument
        self.refinesCells = refinesCells
        self.refinesWidths = refinesWidths
        self.refinesAxialDivergence = refinesAxialDivergence
        self.axialDivergence = axialDivergence
        self.refinesTexture = refinesTexture
        self.refinesOverallB = refinesOverallB
        self.shapeFactor = shapeFactor
        self.searchesStart = searchesStart
    }
}
