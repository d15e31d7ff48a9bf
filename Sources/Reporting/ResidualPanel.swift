import Foundation
import Photoemission

/// The residuals of a fit in units of their standard deviations, below the spectrum.
struct ResidualPanel {
    let curves: FitCurves
    let panel: Panel
    let theme: PlotTheme

    /// Residuals divided by the standard deviations that the weights assume; not a number where there is none.
    static func normalised(_ curves: FitCurves) -> [Double] {
        zip(curves.residuals, curves.standardDeviations).map { $1 > 0 ? $0 / $1 : .nan }
    }

    /// The half width of the panel in standard deviations, `nil` without residuals. A few outliers far beyond all other
    /// residuals do not flatten them: they are drawn at the border, marked as such.
    static func limit(for curves: FitCurves) -> Double? {
        let sizes = normalised(curves).map(abs).filter { $0 < 1e300 }.sorted()
        guard let largest = sizes.last else { return nil }
        let usual = sizes[min(sizes.count - 1, Int(Double(sizes.count) * 0.97))]
        let wanted = largest > max(8, 2.5 * usual) ? usual * 1.6 : largest
        return max(wanted * 1.12, 3.4)
    }

    func draw(into canvas: inout SVGCanvas) {
        let limit = panel.y.domain.upperBound
        let residuals = Self.normalised(curves)
        canvas.group("residuals", curve: "residuals") { canvas in
            let top = panel.y.position(of: 2)
            let band = Box(left: panel.box.left, top: top, right: panel.box.right, bottom: panel.y.position(of: -2))
            canvas.rectangle(band, .area(theme.faint))
            let zero = panel.y.position(of: 0)
            canvas.line(
                from: Point(x: panel.box.left, y: zero), to: Point(x: panel.box.right, y: zero), .line(theme.muted, 0.2)
            )
            let inside = residuals.map { abs($0) <= limit ? $0 : .nan }
            let points = panel.points(curves.bindingEnergies, inside)
            if Double(points.count) * 0.12 > panel.box.width {
                canvas.path(panel.runs(curves.bindingEnergies, inside), .line(theme.ink, 0.15))
            } else {
                canvas.circles(points, radius: 0.3, .area(theme.ink))
            }
            drawOutliers(residuals, limit: limit, into: &canvas)
        }
        panel.drawAxes(into: &canvas, theme: theme, number: 1)
    }

    private func drawOutliers(_ residuals: [Double], limit: Double, into canvas: inout SVGCanvas) {
        let triangles = zip(curves.bindingEnergies, residuals).compactMap { energy, residual -> [Point]? in
            guard abs(residual) > limit, energy.isFinite else { return nil }
            let up = residual > 0
            let x = panel.x.position(of: energy)
            let tip = (up ? panel.box.top : panel.box.bottom) + (up ? 0.3 : -0.3)
            let base = tip + (up ? 1.3 : -1.3)
            return [Point(x: x, y: tip), Point(x: x - 0.65, y: base), Point(x: x + 0.65, y: base)]
        }
        guard !triangles.isEmpty else { return }
        canvas.group("outliers", name: "residuals beyond the panel") { canvas in
            canvas.path(triangles, closed: true, .area(theme.alert))
        }
    }
}
