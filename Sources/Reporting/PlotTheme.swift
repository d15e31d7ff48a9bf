/// The colours of a figure.
///
/// The ten species colours of each theme were found by simulated annealing in OKLCh for the largest smallest distance
/// between any two (CIE 1976 colour difference), as seen with normal vision and with full protanopia, deuteranopia and
/// tritanopia (Machado, Oliveira and Fernandes, IEEE Trans. Vis. Comput. Graph. 15 (2009) 1291): 20 or more, where the
/// usual eight-colour sets reach 16. All have a contrast of at least 3 : 1 with the paper (WCAG 2.1, 1.4.11).
public struct PlotTheme: Sendable, Hashable {
    /// The colour behind everything; `nil` leaves the figure transparent.
    let paper: String?
    /// Axes, text and the envelope.
    let ink: String
    /// Data points, background and what should stand back.
    let muted: String
    /// The faintest lines and bands.
    let faint: String
    /// What must not be overlooked.
    let alert: String
    /// The colours of species, by slot.
    let species: [String]

    /// Dark on white, for print.
    public static let light = PlotTheme(
        paper: "#FFFFFF", ink: "#1A1A1A", muted: "#5F6670", faint: "#E3E6EA", alert: "#B3261E",
        species: [
            "#073BA6", "#D67E12", "#749B6D", "#77106E", "#019EC9", "#5A4400", "#B96AF9", "#821734", "#1F7367",
            "#A67032",
        ])

    /// Light on dark, for screens and slides.
    public static let dark = PlotTheme(
        paper: "#14171C", ink: "#ECEFF4", muted: "#A3ABB8", faint: "#2C323B", alert: "#FF8A80",
        species: [
            "#2C60CE", "#E98D11", "#C0ECBA", "#C68FA1", "#41AAE5", "#EAE37F", "#765B8F", "#BB2B52", "#66F7F9",
            "#955812",
        ])

    /// Colours taken from the page around the figure (CSS custom properties), so that one figure follows the reader's
    /// choice of light or dark. For figures inside an HTML page only.
    static let page = PlotTheme(
        paper: nil, ink: "var(--ink)", muted: "var(--muted)", faint: "var(--faint)", alert: "var(--alert)",
        species: light.species.indices.map { "var(--species-\($0))" })

    /// The declarations of the custom properties that `page` uses.
    var customProperties: String {
        let named = [
            ("paper", paper ?? "transparent"), ("ink", ink), ("muted", muted), ("faint", faint), ("alert", alert),
        ]
        let all = named + species.enumerated().map { ("species-\($0.offset)", $0.element) }
        return all.map { "--\($0.0): \($0.1);" }.joined(separator: " ")
    }
}
