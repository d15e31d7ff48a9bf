/// A figure as an SVG 1.1 document. Its user unit is 1 mm, so numbers in it are lengths on paper.
public struct SVGDocument: Sendable, Hashable {
    /// The width in mm.
    public let width: Double
    /// The height in mm.
    public let height: Double
    /// What the figure is, for readers that cannot see it and as its tooltip.
    public let title: String
    /// What the figure shows, in a sentence or two.
    public let summary: String
    let content: String
    /// What the figure was drawn from, where a report lets the reader zoom into it.
    var data: FigureData?

    /// The sans-serif fonts asked for, best first: a figure embeds none.
    static let fonts = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

    /// The whole document.
    public var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        \(element)

        """
    }

    /// The `svg` element, for embedding in a page.
    var element: String {
        let (w, h) = (SVGCanvas.number(width), SVGCanvas.number(height))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(w)mm" height="\(h)mm" viewBox="0 0 \(w) \(h)" role="img" \
            aria-label="\(Markup.escaped(title))" font-family="\(Markup.escaped(Self.fonts))" stroke-linejoin="round">
            <title>\(Markup.escaped(title))</title>
            <desc>\(Markup.escaped(summary))</desc>
            \(content)</svg>
            """
    }
}
