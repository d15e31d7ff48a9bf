import Foundation

/// What the figures share in laying out their panels.
enum PanelLayout {
    /// The empty rim of a figure, mm.
    static let margin = 1.5

    /// The layout with room left of the panels for their numbers. How wide these are is known only once the axes are; so the
    /// left edge is guessed first and moved where the numbers need more.
    ///
    /// - Parameters:
    ///   - width: the width of the figure, mm; at most half of it goes to the numbers.
    ///   - layout: the layout with a left edge, mm.
    ///   - numbers: the width of the widest number of a layout, mm.
    static func widened<Layout>(
        width: Double, layout: (_ left: Double) -> Layout, numbers: (Layout) -> Double
    ) -> Layout {
        var left = 11.0
        var result = layout(left)
        for _ in 0..<3 {
            let needed = margin + Typography.title + 1.6 + numbers(result)
            if needed <= left { break }
            left = min(needed, width / 2)
            result = layout(left)
        }
        return result
    }
}

/// The pattern and, below it, the residuals in standard deviations: the panels of a figure of a diffraction pattern.
struct DiffractionPanels {
    var main: Panel
    var residuals: Panel

    /// Right of the panels, and below them for numbers and title, mm.
    static let rightMargin = 3.5
    static let belowFrame = 9.6

    /// How far the panel of residuals reaches: beyond 99 in 100 of them, and where hardly any stand out beyond what noise does.
    static func residualLimit(of residuals: [Double]) -> Double {
        let sizes = residuals.map(abs).filter(\.isFinite).sorted()
        guard !sizes.isEmpty else { return 3.4 }
        return max(3.4, 1.4 * sizes[min(sizes.count - 1, Int(Double(sizes.count) * 0.99))])
    }

    /// Measured intensities: points, or a line where they lie too close.
    func drawData(
        _ angles: [Double], _ intensities: [Double], lineWidth: Double, theme: PlotTheme, into canvas: inout SVGCanvas
    ) {
        canvas.group("data", curve: "data") { canvas in
            let points = main.points(angles, intensities)
            if Double(points.count) * 0.12 > main.box.width {
                canvas.path(main.runs(angles, intensities), .line(theme.muted, lineWidth))
            } else {
                canvas.circles(points, radius: 0.32, .line(theme.muted, 0.18))
            }
        }
    }

    /// The residuals over a band of two standard deviations, cut at the edge of their panel, and its axes.
    func drawResiduals(
        _ angles: [Double], _ values: [Double], group: String, theme: PlotTheme, into canvas: inout SVGCanvas
    ) {
        let limit = residuals.y.domain.upperBound
        canvas.group(group, curve: "residuals") { canvas in
            let band = Box(
                left: residuals.box.left, top: residuals.y.position(of: 2), right: residuals.box.right,
                bottom: residuals.y.position(of: -2))
            canvas.rectangle(band, .area(theme.faint))
            let shown = values.map { min(max($0, -limit), limit) }
            canvas.path(residuals.runs(angles, shown), .line(theme.ink, 0.12))
        }
        residuals.drawAxes(into: &canvas, theme: theme, number: 1)
    }
}
