import Foundation
import Photoemission
import Spectra

/// Profile likelihoods, a small panel each: the rise of chi squared as a quantity is held away from its best value, with
/// the rises that one and two standard deviations mean. A parabola says that the symmetric uncertainty can be trusted.
public struct ProfilePlot: SpeciesFigure {
    /// One profile.
    public struct Profile: Sendable {
        /// The component that the quantity belongs to.
        public var component: String
        /// The quantity, "area".
        public var quantity: String
        /// The value that fits best.
        public var best: Double
        /// The values at which the fit was repeated, ascending.
        public var values: [Double]
        /// The rise of chi squared at each of them.
        public var rises: [Double]

        /// A profile through `rises` at `values`.
        public init(component: String, quantity: String, best: Double, values: [Double], rises: [Double]) {
            self.component = component
            self.quantity = quantity
            self.best = best
            self.values = values
            self.rises = rises
        }

        /// The profile of a fit.
        public init(_ profile: ProfileLikelihood) {
            self.init(
                component: profile.quantity.componentName, quantity: profile.quantity.quantityName, best: profile.best,
                values: profile.values, rises: profile.rises)
        }

        /// The curve between the points that were computed: the signed root of the rise, which is nearly straight, is
        /// interpolated and squared.
        func curve(points: Int = 25) -> [(value: Double, rise: Double)] {
            let known = zip(values, rises).filter { $0.0.isFinite && $0.1.isFinite && $0.1 >= 0 }
                .map { (value: $0.0, root: ($0.0 < best ? -1 : 1) * $0.1.squareRoot()) }
            guard known.count > 1 else { return known.map { ($0.value, $0.root * $0.root) } }
            return zip(known, known.dropFirst()).flatMap { left, right in
                (0..<points).map { step -> (value: Double, rise: Double) in
                    let share = Double(step) / Double(points)
                    let root = left.root + share * (right.root - left.root)
                    return (left.value + share * (right.value - left.value), root * root)
                }
            } + [(known[known.count - 1].value, known[known.count - 1].root * known[known.count - 1].root)]
        }
    }

    /// The profiles.
    public var profiles: [Profile]
    /// The size on paper; the height is that of as many rows as there are.
    public var size: FigureSize = .doubleColumn
    /// The colours.
    public var theme: PlotTheme = .light
    /// Which colour each species has.
    public var colours: SpeciesColours
    /// A line above the frame; `nil` for none.
    public var title: String?

    /// A figure of `profiles`.
    public init(_ profiles: [Profile]) {
        self.profiles = profiles
        colours = SpeciesColours(for: profiles.map(\.component))
    }

    /// A figure of the profiles in `uncertainty`.
    public init(_ uncertainty: FitUncertainty) { self.init(uncertainty.profiles.map(Profile.init)) }

    /// The names that have colours.
    public var colouredNames: [String] { profiles.map(\.component) }

    /// The figure drawn. The same profiles give the same text, byte for byte.
    public var svg: SVGDocument { ProfileDrawing(plot: self).document() }
}

/// Draws a `ProfilePlot`.
struct ProfileDrawing {
    let plot: ProfilePlot

    private static let rowHeight = 34.0
    private static let narrowest = 38.0
    /// The highest rise that is drawn: a little above that of two standard deviations.
    private static let top = 5.0

    func document() -> SVGDocument {
        let (theme, width) = (plot.theme, plot.size.width)
        var header = FigureHeader(title: plot.title)
        if plot.profiles.isEmpty { header.warning = "There are no profiles" }
        let above = PanelLayout.margin + header.height(over: width - 2 * PanelLayout.margin)
        let columns = max(1, min(Int((width - 6) / Self.narrowest), max(plot.profiles.count, 1)))
        let rows = (plot.profiles.count + columns - 1) / columns
        let height = above + Double(max(rows, 1)) * Self.rowHeight + 1
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: width, bottom: height), .area(paper))
        }
        header.draw(
            from: PanelLayout.margin, to: width - PanelLayout.margin, top: PanelLayout.margin, into: &canvas,
            theme: theme)
        let pitch = (width - 5.5) / Double(columns)
        for (index, profile) in plot.profiles.enumerated() {
            let left = 5.5 + Double(index % columns) * pitch
            let top = above + Double(index / columns) * Self.rowHeight
            let box = Box(
                left: left + 5, top: top + Typography.row + 0.6, right: left + pitch - 3.5,
                bottom: top + Self.rowHeight - 11)
            draw(profile, in: box, into: &canvas)
        }
        let frame = Box(left: 0, top: above, right: width, bottom: height)
        Panel(box: frame, x: 0...1, reversed: false, y: 0...1)
            .drawYTitle(RichText("Rise of χ²"), left: PanelLayout.margin, into: &canvas, theme: theme)
        return SVGDocument(
            width: width, height: height, title: plot.title ?? "Profile likelihoods",
            summary: plot.profiles.map { "\($0.quantity) of \($0.component): best \(TableText.number($0.best))" }
                .joined(separator: "; ") + ".", content: canvas.content)
    }

    private func draw(_ profile: ProfilePlot.Profile, in box: Box, into canvas: inout SVGCanvas) {
        let theme = plot.theme
        let factor = profile.quantity == "fraction" ? 100.0 : 1
        let curve = profile.curve().filter { $0.rise <= Self.top }
        let domain = LinearScale.domain(of: curve.map { factor * $0.value })
        let room = 0.04 * (domain.upperBound - domain.lowerBound)
        var panel = Panel(
            box: box, x: (domain.lowerBound - room)...(domain.upperBound + room), reversed: false, y: 0...Self.top)
        // Small panels have room for two or three numbers.
        panel.xTicks = Ticks(in: panel.x.domain, atMost: 3)
        panel.yTicks = Ticks(in: 0...Self.top, atMost: 4)
        let style = plot.colours.style(of: profile.component)
        canvas.group("profile", name: "\(profile.quantity) of \(profile.component)") { canvas in
            for rise in [1.0, 3.841] {
                let y = panel.y.position(of: rise)
                canvas.line(
                    from: Point(x: box.left, y: y), to: Point(x: box.right, y: y),
                    .line(theme.muted, 0.15, dash: "0.8 0.6"))
            }
            canvas.path(
                panel.runs(curve.map { factor * $0.value }, curve.map(\.rise)),
                .line(style.colour(in: theme), 0.35, dash: style.dashPattern))
            let points = zip(profile.values, profile.rises).filter { $0.1 <= Self.top }
            canvas.circles(
                panel.points(points.map { factor * $0.0 }, points.map(\.1)), radius: 0.45,
                .area(style.colour(in: theme)))
        }
        panel.drawAxes(into: &canvas, theme: theme)
        let name = ChemicalText.typeset(profile.component) + RichText(", \(profile.quantity)")
        canvas.text(
            name.truncated(to: (box.width + 3) / Typography.label), at: Point(x: box.left, y: box.top - 1),
            size: Typography.label, colour: theme.ink)
        let unit: String
        switch profile.quantity {
        case "fraction": unit = "%"
        case "position", "width", "splitting": unit = "eV"
        default: unit = ""
        }
        let quantity = profile.quantity.replacingOccurrences(of: "_", with: " ")
        canvas.text(
            RichText(unit.isEmpty ? quantity : "\(quantity) (\(unit))"),
            at: Point(x: (box.left + box.right) / 2, y: box.bottom + 7), size: Typography.label, colour: theme.ink,
            anchor: .middle)
    }
}
