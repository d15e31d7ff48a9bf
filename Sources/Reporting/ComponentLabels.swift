import Photoemission

/// Labels of the components of a fit: in rows above the data inside the frame, each with a leader line down to its
/// curve.
enum ComponentLabels {
    /// A label where it is drawn.
    struct Label: Sendable {
        var text: RichText
        /// The box of the text, coloured mark included.
        var box: Box
        /// The leader from the box to the curve, as a line through these points.
        var leader: [Point]
        var style: SeriesStyle
        /// The index of its component.
        var component: Int
    }

    /// Labels placed along the top edge, before the height of the data is known.
    struct Placed: Sendable {
        /// One for each component, `nil` for one without a label.
        var placements: [LabelLayout.Placement?]
        /// Where each leader meets the data, as position along the edge.
        var feet: [Double]
        /// The height in mm that labels and the fan of leaders take.
        var band: Double
    }

    private static let markWidth = 2.2
    private static let padding = 0.3
    private static let inset = 1.9
    private static let fan = 2.6

    /// Places `texts` above a panel over `box`; an empty text asks for no label. `nil` where they do not fit.
    static func place(
        _ texts: [RichText], of fit: PeakFit, in box: Box, x: LinearScale, maximumRows: Int
    ) -> Placed? {
        let wanted = texts.indices.filter { !texts[$0].runs.isEmpty && $0 < fit.components.count }
        guard !wanted.isEmpty else {
            return Placed(placements: texts.map { _ in nil }, feet: texts.map { _ in 0 }, band: 0)
        }
        let edge = (box.left + inset)...max(box.right - inset, box.left + inset)
        let apexes = wanted.map { index in
            min(max(x.position(of: apex(of: index, in: fit)), edge.lowerBound), edge.upperBound)
        }
        let layout = LabelLayout(edge: edge, gap: 1.2, channel: 1.2)
        let requests = zip(wanted, apexes).map { index, apex in
            LabelLayout.Request(target: apex, width: markWidth + Typography.width(texts[index]) + 2 * padding)
        }
        guard let placements = layout.place(requests, maximumRows: maximumRows) else { return nil }
        // Components at nearly one position: their leaders come down side by side.
        let feet = LabelLayout(edge: edge, gap: 0, channel: 0)
            .place(apexes.map { LabelLayout.Request(target: $0, width: 0.9) }, maximumRows: 1)
        var result = Placed(placements: texts.map { _ in nil }, feet: texts.map { _ in 0 }, band: 0)
        for (rank, index) in wanted.enumerated() {
            result.placements[index] = placements[rank]
            result.feet[index] = feet.map { ($0[rank].start + $0[rank].end) / 2 } ?? apexes[rank]
        }
        let rows = (placements.map(\.row).max() ?? 0) + 1
        result.band = 0.9 + Double(rows) * Typography.row + fan
        return result
    }

    /// The labels of `placed` in a panel whose axes are known.
    static func labels(
        _ placed: Placed, texts: [RichText], fit: PeakFit, panel: Panel, styles: [SeriesStyle]
    ) -> [Label] {
        let bandBottom = panel.box.top + placed.band - fan
        return texts.indices.compactMap { index in
            guard let placement = placed.placements[index] else { return nil }
            let bottom = bandBottom - Double(placement.row) * Typography.row
            let box = Box(left: placement.start, top: bottom - Typography.row, right: placement.end, bottom: bottom)
            let foot = foot(of: index, at: placed.feet[index], fit: fit, panel: panel)
            let leader = [
                Point(x: placement.leader, y: bottom), Point(x: placement.leader, y: bandBottom),
                Point(x: placed.feet[index], y: min(bandBottom + fan, foot.y)), foot,
            ]
            return Label(text: texts[index], box: box, leader: leader, style: styles[index], component: index)
        }
    }

    static func draw(_ labels: [Label], into canvas: inout SVGCanvas, theme: PlotTheme) {
        canvas.group("labels") { canvas in
            for label in labels {
                let colour = label.style.colour(in: theme)
                canvas.group("leader", curve: "c\(label.component)") { canvas in
                    canvas.path([label.leader], .line(colour, 0.18))
                    if let foot = label.leader.last { canvas.circles([foot], radius: 0.45, .area(colour)) }
                }
            }
            for label in labels {
                let colour = label.style.colour(in: theme)
                let middle = (label.box.top + label.box.bottom) / 2
                let mark = Box(
                    left: label.box.left + padding, top: middle - 0.75, right: label.box.left + padding + 1.5,
                    bottom: middle + 0.75)
                canvas.group("label", curve: "c\(label.component)") { canvas in
                    canvas.rectangle(mark, .area(colour))
                    canvas.text(
                        label.text,
                        at: Point(x: label.box.left + padding + markWidth, y: middle + Typography.middleToBaseline),
                        size: Typography.label, colour: theme.ink)
                }
            }
        }
    }

    /// The binding energy at which component `index` is highest, or its fitted position where it has no curve.
    private static func apex(of index: Int, in fit: PeakFit) -> Double {
        guard let (values, energies) = curve(of: index, in: fit),
            let highest = values.indices.filter({ values[$0].isFinite && energies[$0].isFinite })
                .max(by: { values[$0] < values[$1] }), values[highest] > 0
        else {
            let position = fit.components[index].position.value
            return position.isFinite ? position : LinearScale.domain(of: fit.curves.bindingEnergies).lowerBound
        }
        return energies[highest]
    }

    /// Where the leader of component `index` that comes down at `position` ends: on the curve there, or at the apex
    /// where the curve is too narrow to be met there.
    private static func foot(of index: Int, at position: Double, fit: PeakFit, panel: Panel) -> Point {
        let energy = panel.x.value(at: position)
        let atApex = apex(of: index, in: fit)
        let (here, highest) = (height(of: index, at: energy, fit: fit), height(of: index, at: atApex, fit: fit))
        let met = here.alone >= 0.7 * highest.alone ? (energy, here.drawn) : (atApex, highest.drawn)
        let point = panel.point(met.0, met.1)
        let box = panel.box
        return Point(x: min(max(point.x, box.left), box.right), y: min(max(point.y, box.top), box.bottom))
    }

    /// The height of component `index` at `energy`, alone and on the background, at the nearest point of the data.
    private static func height(of index: Int, at energy: Double, fit: PeakFit) -> (alone: Double, drawn: Double) {
        guard let (values, energies) = curve(of: index, in: fit),
            let upper = energies.firstIndex(where: { $0 >= energy })
        else { return (0, fit.curves.background.last ?? 0) }
        let lower = max(upper - 1, 0)
        let width = energies[upper] - energies[lower]
        let share = width > 0 ? (energy - energies[lower]) / width : 0
        func between(_ column: [Double]) -> Double { column[lower] + share * (column[upper] - column[lower]) }
        return (between(values), between(values) + between(fit.curves.background))
    }

    /// The curve of component `index` with its energies, cut to the length that all columns have.
    private static func curve(of index: Int, in fit: PeakFit) -> (values: [Double], energies: [Double])? {
        guard index < fit.curves.components.count else { return nil }
        let values = fit.curves.components[index].values
        let count = min(values.count, fit.curves.bindingEnergies.count, fit.curves.background.count)
        guard count > 0 else { return nil }
        return (Array(values.prefix(count)), Array(fit.curves.bindingEnergies.prefix(count)))
    }
}
