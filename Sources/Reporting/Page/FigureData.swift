import Foundation

/// What a figure was drawn from, for the script of reports, which draws curves anew where the reader zooms and says what
/// values stand under the cross-hair. Names in it are those of `Sources/CReportPage/plots.js`.
struct FigureData: Sendable, Hashable {
    /// How a curve is drawn.
    enum Kind: String, Sendable, Hashable {
        case line
        case points
        /// A component on the curve `base`.
        case area
        /// Points with bars of one standard uncertainty, joined by a line.
        case bars
        /// Upright marks between two heights.
        case marks
    }

    /// One curve.
    struct Curve: Sendable, Hashable {
        /// The `data-curve` of its group in the drawing.
        var id: String
        /// What it is called.
        var label: RichText
        var kind: Kind
        /// The panel that it is drawn in.
        var panel = 0
        /// One value for each place of the horizontal axis; of marks, their places.
        var values: [Double]
        /// The standard uncertainties of `values`, where they are drawn.
        var uncertainties: [Double]?
        /// The curve that it stands on.
        var base: String?
        /// The unit of `values`.
        var unit = ""
        /// The class of its colour swatch; `nil` for a curve that cannot be hidden.
        var swatch: String?
        /// The heights between which marks stand, mm.
        var marksFrom = 0.0
        var marksTo = 0.0
        /// What each mark is called.
        var names: [String] = []
    }

    /// One panel with its axes.
    struct Frame: Sendable, Hashable {
        var panel: Panel
        /// Whether the vertical axis follows what is in view.
        var scales = true
        var showsXNumbers = true
    }

    /// What the horizontal axis shows: its name, its unit, its values.
    var xLabel: String
    var xUnit: String
    var xs: [Double]
    var frames: [Frame]
    var curves: [Curve]

    /// The figure data as JSON that can stand in a `script` element: no `<`, `>` or `&`, numbers with seven significant
    /// digits.
    var json: String {
        let members = [
            "\"x\":{\"label\":\(Self.html(RichText(xLabel))),\"unit\":\(Self.quoted(xUnit)),\"values\":\(Self.list(xs))}",
            "\"panels\":[\(frames.map(Self.json).joined(separator: ",\n"))]",
            "\"curves\":[\(curves.map(Self.json).joined(separator: ",\n"))]",
        ]
        return "{\(members.joined(separator: ",\n"))}"
    }

    private static func json(_ frame: Frame) -> String {
        let (box, x, y) = (frame.panel.box, frame.panel.x, frame.panel.y)
        let members = [
            "\"box\":\(list([box.left, box.top, box.right, box.bottom]))",
            "\"x\":\(list([x.domain.lowerBound, x.domain.upperBound]))", "\"reversed\":\(x.start > x.end)",
            "\"y\":\(list([y.domain.lowerBound, y.domain.upperBound]))", "\"scales\":\(frame.scales)",
            "\"exponent\":\(frame.panel.yTicks.exponent)", "\"xNumbers\":\(frame.showsXNumbers)", "\"yNumbers\":true",
        ]
        return "{\(members.joined(separator: ","))}"
    }

    private static func json(_ curve: Curve) -> String {
        var members = [
            "\"id\":\(quoted(curve.id))", "\"label\":\(html(curve.label))", "\"kind\":\(quoted(curve.kind.rawValue))",
            "\"panel\":\(curve.panel)", "\"unit\":\(quoted(curve.unit))", "\"toggles\":\(curve.swatch != nil)",
        ]
        if let swatch = curve.swatch { members.append("\"swatch\":\(quoted(swatch))") }
        if let base = curve.base { members.append("\"base\":\(quoted(base))") }
        if curve.kind == .marks { members.append("\"at\":\(list([curve.marksFrom, curve.marksTo]))") }
        if !curve.names.isEmpty { members.append("\"names\":[\(curve.names.map(quoted).joined(separator: ","))]") }
        if let u = curve.uncertainties { members.append("\"u\":\(list(u))") }
        members.append("\"values\":\(list(curve.values))")
        return "{\(members.joined(separator: ","))}"
    }

    private static func list(_ values: [Double]) -> String {
        "[" + values.map { $0.isFinite ? String(format: "%.7g", $0) : "null" }.joined(separator: ",") + "]"
    }

    private static func html(_ text: RichText) -> String { quoted(HTML.rich(text)) }

    private static func quoted(_ text: String) -> String {
        var text = JSONText.quoted(Printable.text(text))
        for (sign, escape) in [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")] {
            text = text.replacingOccurrences(of: sign, with: escape)
        }
        return text
    }
}
