/// Builds the content of an `SVGDocument`. Lengths are in mm, y counts downwards.
struct SVGCanvas {
    private(set) var content = ""

    /// Where a text is held.
    enum Anchor: String {
        case start
        case middle
        case end
    }

    /// How a line or an area is painted.
    struct Paint {
        var fill: String?
        var fillOpacity: Double = 1
        var stroke: String?
        var width: Double = 0.2
        var dash: String?

        static func line(_ colour: String, _ width: Double, dash: String? = nil) -> Paint {
            Paint(stroke: colour, width: width, dash: dash)
        }

        static func area(_ colour: String, opacity: Double = 1) -> Paint {
            Paint(fill: colour, fillOpacity: opacity)
        }

        fileprivate var attributes: String {
            var text = " fill=\"\(fill ?? "none")\""
            if fill != nil, fillOpacity < 1 { text += " fill-opacity=\"\(SVGCanvas.number(fillOpacity))\"" }
            if let stroke {
                text += " stroke=\"\(stroke)\" stroke-width=\"\(SVGCanvas.number(width))\""
                if let dash { text += " stroke-dasharray=\"\(dash)\"" }
            }
            return text
        }
    }

    /// `value` with at most three decimals (1 µm). Callers draw finite numbers only; anything else is written as 0 so
    /// that a document is well-formed come what may.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let thousandths = Int((value * 1000).rounded())
        let (whole, rest) = (abs(thousandths) / 1000, abs(thousandths) % 1000)
        let sign = thousandths < 0 ? "-" : ""
        guard rest > 0 else { return "\(sign)\(whole)" }
        let digits = String(String(rest + 1000).dropFirst())
        let trimmed = digits.reversed().drop { $0 == "0" }.reversed()
        return "\(sign)\(whole).\(String(trimmed))"
    }

    /// A group of elements of `kind` (its class). `name` is shown as a tooltip and names the group for programs; `curve`
    /// and `panel` tell the script of reports what it holds, see `FigureData`.
    mutating func group(
        _ kind: String, name: String? = nil, curve: String? = nil, panel: Int? = nil,
        _ draw: (inout SVGCanvas) -> Void
    ) {
        var label = name.map { " data-name=\"\(Markup.escaped($0))\"" } ?? ""
        if let curve { label += " data-curve=\"\(curve)\"" }
        if let panel { label += " data-panel=\"\(panel)\"" }
        content += "<g class=\"\(kind)\"\(label)>\n"
        if let name { content += "<title>\(Markup.escaped(name))</title>\n" }
        draw(&self)
        content += "</g>\n"
    }

    mutating func line(from start: Point, to end: Point, _ paint: Paint) {
        let (a, b) = (start.rounded, end.rounded)
        content += "<line x1=\"\(a.x)\" y1=\"\(a.y)\" x2=\"\(b.x)\" y2=\"\(b.y)\"\(paint.attributes)/>\n"
    }

    /// A path through `runs` of points, each run open or closed.
    mutating func path(_ runs: [[Point]], closed: Bool = false, _ paint: Paint) {
        let data = runs.filter { !$0.isEmpty }.map { run in
            "M" + run.map { "\($0.rounded.x) \($0.rounded.y)" }.joined(separator: "L") + (closed ? "Z" : "")
        }.joined()
        guard !data.isEmpty else { return }
        content += "<path d=\"\(data)\"\(paint.attributes)/>\n"
    }

    mutating func circles(_ centres: [Point], radius: Double, _ paint: Paint) {
        guard !centres.isEmpty else { return }
        content += "<g\(paint.attributes)>\n"
        let r = Self.number(radius)
        for centre in centres {
            content += "<circle cx=\"\(centre.rounded.x)\" cy=\"\(centre.rounded.y)\" r=\"\(r)\"/>\n"
        }
        content += "</g>\n"
    }

    mutating func rectangle(_ box: Box, _ paint: Paint) {
        let origin = Point(x: box.left, y: box.top).rounded
        content += "<rect x=\"\(origin.x)\" y=\"\(origin.y)\" width=\"\(Self.number(box.width))\" "
        content += "height=\"\(Self.number(box.height))\"\(paint.attributes)/>\n"
    }

    /// `text` on the baseline through `position`; `turned` reads upwards.
    mutating func text(
        _ text: RichText, at position: Point, size: Double, colour: String, anchor: Anchor = .start,
        bold: Bool = false, turned: Bool = false
    ) {
        guard !text.runs.isEmpty else { return }
        let at = position.rounded
        content += "<text x=\"\(at.x)\" y=\"\(at.y)\" font-size=\"\(Self.number(size))\" fill=\"\(colour)\""
        if anchor != .start { content += " text-anchor=\"\(anchor.rawValue)\"" }
        if bold { content += " font-weight=\"bold\"" }
        // Some readers drop spaces at the borders of runs otherwise.
        if text.runs.count > 1 { content += " xml:space=\"preserve\"" }
        if turned { content += " transform=\"rotate(-90 \(at.x) \(at.y))\"" }
        content += ">\(spans(text, size: size))</text>\n"
    }

    /// The runs of `text`; indices are shifted by `dy`, which every SVG reader knows, unlike `baseline-shift`.
    private func spans(_ text: RichText, size: Double) -> String {
        var result = ""
        var level = 0.0
        for run in text.runs {
            let wanted: Double =
                switch run.style {
                case .plain: 0
                case .subscripted: 0.2 * size
                case .superscripted: -0.38 * size
                }
            let escaped = Markup.escaped(run.text)
            if wanted == level && run.style == .plain {
                result += escaped
            } else {
                let small = run.style == .plain ? "" : " font-size=\"\(Self.number(size * RichText.indexScale))\""
                result += "<tspan dy=\"\(Self.number(wanted - level))\"\(small)>\(escaped)</tspan>"
            }
            level = wanted
        }
        return result
    }
}

/// A point of a figure in mm, y downwards.
struct Point: Sendable, Hashable {
    var x: Double
    var y: Double

    fileprivate var rounded: (x: String, y: String) { (SVGCanvas.number(x), SVGCanvas.number(y)) }

    var isFinite: Bool { x.isFinite && y.isFinite }
}

/// A rectangle of a figure in mm, y downwards.
struct Box: Sendable, Hashable {
    var left: Double
    var top: Double
    var right: Double
    var bottom: Double

    var width: Double { right - left }
    var height: Double { bottom - top }

    /// Whether two rectangles have an area in common, up to rounding.
    func overlaps(_ other: Box) -> Bool {
        min(right, other.right) - max(left, other.left) > 1e-9
            && min(bottom, other.bottom) - max(top, other.top) > 1e-9
    }

    /// Whether `other` lies within, borders included, up to rounding.
    func contains(_ other: Box) -> Bool {
        let slack = 1e-9
        return other.left >= left - slack && other.right <= right + slack && other.top >= top - slack
            && other.bottom <= bottom + slack
    }
}
