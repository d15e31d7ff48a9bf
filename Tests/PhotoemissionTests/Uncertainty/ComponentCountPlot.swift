import Foundation

/// The plot of docs/component-count.svg: detection rate against separation, a line for each count level.
struct ComponentCountPlot {
    struct Line {
        var counts: Double
        /// Separation in eV and spectra with a second component in per cent.
        var points: [(separation: Double, percent: Double)]
    }

    var lines: [Line]

    /// Colours that stay apart for most colour-blind readers (Okabe & Ito, 2008).
    private static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"]

    private func x(_ separation: Double) -> Double { 70 + separation / 1.5 * 440 }
    private func y(_ percent: Double) -> Double { 300 - percent / 100 * 260 }
    private func text(_ x: Double, _ y: Double, _ anchor: String, _ content: String, _ extra: String = "") -> String {
        "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\" \(extra)>\(content)</text>"
    }

    var svg: String {
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 620 360\" font-family=\"sans-serif\" "
                + "font-size=\"13\" fill=\"#222\">",
            "<title>Spectra in which a second doublet of 20 % is found</title>",
            "<rect width=\"620\" height=\"360\" fill=\"white\"/>",
            "<path d=\"M70 40V300H510\" fill=\"none\" stroke=\"#222\"/>",
        ]
        for percent in stride(from: 0.0, through: 100, by: 25) {
            parts.append("<path d=\"M65 \(y(percent))H70\" stroke=\"#222\"/>")
            parts.append(text(60, y(percent) + 4, "end", "\(Int(percent))"))
        }
        for tenths in stride(from: 0, through: 14, by: 2) {
            let place = x(Double(tenths) / 10)
            parts.append("<path d=\"M\(place) 300V305\" stroke=\"#222\"/>")
            parts.append(text(place, 320, "middle", String(format: "%.1f", Double(tenths) / 10)))
        }
        parts.append(text(290, 345, "middle", "separation of the doublets (eV)"))
        parts.append(text(-170, 20, "middle", "spectra with a second component (%)", "transform=\"rotate(-90)\""))
        for (line, colour) in zip(lines, Self.colours) {
            let path = line.points.map { String(format: "%.1f,%.1f", x($0.separation), y($0.percent)) }
            parts.append(
                "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\" "
                    + "stroke-width=\"2\"/>")
            for point in line.points {
                parts.append(
                    String(format: "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"", x(point.separation), y(point.percent))
                        + " fill=\"\(colour)\"/>")
            }
        }
        for (index, (line, colour)) in zip(lines, Self.colours).enumerated() {
            let place = 180 + Double(index) * 20
            parts.append("<path d=\"M520 \(place - 4)h20\" stroke=\"\(colour)\" stroke-width=\"2\"/>")
            parts.append(text(545, place, "start", "\(Int(line.counts))"))
        }
        parts.append(text(520, 160, "start", "counts"))
        return parts.joined(separator: "\n") + "\n</svg>\n"
    }
}
