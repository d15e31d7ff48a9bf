import Foundation
import Photoemission
import Spectra

/// Two fits of one level, before and after something was done: each with its components, scaled to its own maximum, and
/// what changed between the two spectra below.
public struct ComparisonPlot: SpeciesFigure {
    /// What comes first, drawn at the top.
    public var before: StackPlot.Member
    /// What comes after.
    public var after: StackPlot.Member
    /// The size on paper.
    public var size = FigureSize(width: 85, height: 115)
    /// The colours.
    public var theme: PlotTheme = .light
    /// Which colour each species has.
    public var colours: SpeciesColours
    /// A line above the frame; `nil` for none.
    public var title: String?

    /// A figure of two fits.
    public init(before: StackPlot.Member, after: StackPlot.Member) {
        self.before = before
        self.after = after
        colours = SpeciesColours(for: (before.fit.components + after.fit.components).map(\.name))
    }

    /// The names that have colours.
    public var colouredNames: [String] { (before.fit.components + after.fit.components).map(\.name) }

    /// The figure drawn. The same fits give the same text, byte for byte.
    public var svg: SVGDocument { ComparisonDrawing(plot: self).document() }
}

/// Draws a `ComparisonPlot`.
struct ComparisonDrawing {
    let plot: ComparisonPlot

    private static let rightMargin = 3.5
    private static let belowFrame = 9.6
    private static let gap = 2.8

    private var members: [StackPlot.Member] { [plot.before, plot.after] }

    /// The difference of the normalised spectra, after minus before, at those energies of the second that both have.
    var difference: (energies: [Double], values: [Double]) {
        let (before, after) = (NormalisedFit(plot.before.fit), NormalisedFit(plot.after.fit))
        var energies: [Double] = []
        var values: [Double] = []
        var lower = 0
        let (xs, ys) = (before.energies, before.data)
        guard xs.count > 1 else { return ([], []) }
        for (energy, value) in zip(after.energies, after.data) where energy >= xs[0] && energy <= xs[xs.count - 1] {
            while lower + 2 < xs.count, xs[lower + 1] < energy { lower += 1 }
            let width = xs[lower + 1] - xs[lower]
            let share = width > 0 ? (energy - xs[lower]) / width : 0
            energies.append(energy)
            values.append(value - (ys[lower] + share * (ys[lower + 1] - ys[lower])))
        }
        return (energies, values)
    }

    func document() -> SVGDocument {
        let (theme, size) = (plot.theme, plot.size)
        let header = self.header
        let change = difference
        let limit = 1.15 * max(change.values.map(abs).filter(\.isFinite).max() ?? 0.1, 0.02)
        let left = PanelLayout.margin + Typography.title + 1.6 + Typography.width(RichText("\u{2212}0.00"))
        let right = size.width - Self.rightMargin
        let above = header.height(over: right - left)
        let top = PanelLayout.margin + above
        let height = size.height + max(0, above - 2 * Typography.row)
        let room = height - Self.belowFrame - top - 2 * Self.gap
        let heights = [0.4 * room, 0.4 * room, 0.2 * room]
        let x = LinearScale.domain(of: members.flatMap(\.fit.curves.bindingEnergies) + change.energies)
        var canvas = SVGCanvas()
        if let paper = theme.paper {
            canvas.rectangle(Box(left: 0, top: 0, right: size.width, bottom: height), .area(paper))
        }
        header.draw(from: left, to: right, top: PanelLayout.margin, into: &canvas, theme: theme)
        var start = top
        for (place, member) in members.enumerated() {
            let box = Box(left: left, top: start, right: right, bottom: start + heights[place])
            let shown = NormalisedFit(member.fit)
            let domain = LinearScale.domain(of: shown.data + shown.envelope + [0, 1])
            let span = domain.upperBound - domain.lowerBound
            // Room for the name above the data.
            let room = (0.06 + 1.3 * Typography.row / box.height) * span
            let panel = Panel(
                box: box, x: x, reversed: true,
                y: (domain.lowerBound - 0.06 * span)...(domain.upperBound + room))
            draw(member, in: panel, into: &canvas)
            start = box.bottom + Self.gap
        }
        let box = Box(left: left, top: start, right: right, bottom: start + heights[2])
        let panel = Panel(box: box, x: x, reversed: true, residualsTo: limit)
        drawDifference(change, in: panel, into: &canvas)
        panel.drawXTitle(AxisTitle.bindingEnergy, into: &canvas, theme: theme)
        let middle = Panel(
            box: Box(left: left, top: top, right: right, bottom: start - Self.gap), x: x, reversed: true, y: 0...1)
        middle.drawYTitle(
            RichText("Intensity (each to its maximum)"), left: PanelLayout.margin, into: &canvas, theme: theme)
        return SVGDocument(
            width: size.width, height: height, title: plot.title ?? "\(plot.before.name) and \(plot.after.name)",
            summary: summary, content: canvas.content)
    }

    private var header: FigureHeader {
        var header = FigureHeader(title: plot.title)
        var seen: Set<String> = []
        for component in members.flatMap(\.fit.components) where seen.insert(component.name).inserted {
            let style = plot.colours.style(of: component.name)
            header.species.append(
                .init(
                    symbol: .area(style.colour(in: plot.theme), dash: style.dashPattern),
                    text: ChemicalText.typeset(component.name)))
        }
        return header
    }

    private func draw(_ member: StackPlot.Member, in panel: Panel, into canvas: inout SVGCanvas) {
        canvas.group("spectrum", name: member.name) { canvas in
            NormalisedFit(member.fit).draw(
                in: panel, shift: 0, colours: plot.colours, showsComponents: true, theme: plot.theme, into: &canvas)
        }
        panel.drawAxes(into: &canvas, theme: plot.theme, xNumbers: false, yNumbers: false)
        let name = ChemicalText.typeset(member.name).truncated(to: (panel.box.width - 3) / Typography.label)
        canvas.text(
            name, at: Point(x: panel.box.left + 1.5, y: panel.box.top + 1 + 0.8 * Typography.label),
            size: Typography.label, colour: plot.theme.ink)
    }

    private func drawDifference(
        _ change: (energies: [Double], values: [Double]), in panel: Panel, into canvas: inout SVGCanvas
    ) {
        let theme = plot.theme
        let zero = panel.y.position(of: 0)
        canvas.group("difference") { canvas in
            canvas.line(
                from: Point(x: panel.box.left, y: zero), to: Point(x: panel.box.right, y: zero), .line(theme.muted, 0.2)
            )
            canvas.path(panel.runs(change.energies, change.values), .line(theme.ink, 0.25))
        }
        panel.drawAxes(into: &canvas, theme: theme)
        panel.drawYTitle(
            RichText("Change"), left: PanelLayout.margin, into: &canvas, theme: theme)
    }

    private var summary: String {
        members.map { member in
            let shares = member.fit.components.map { "\($0.name) \(TableText.percent($0.fraction)) %" }
            return "\(member.name): \(shares.joined(separator: ", "))"
        }.joined(separator: "; ") + "."
    }
}
