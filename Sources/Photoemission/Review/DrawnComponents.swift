import Foundation
import ReferenceSpectra
import Spectra

extension ReviewSubject {
    /// A fit of which only the drawn curves are known, as CasaXPS exports them beside the data: a column for each
    /// component on its background, columns "Background" and "Envelope", and perhaps a table of names, positions, widths
    /// and areas above them.
    ///
    /// Positions, widths and areas that no table states are measured on the curves. `nil` where there are no curves of
    /// components, or the energies are unknown.
    public init?(exportedWith spectrum: Spectrum) {
        guard let energies = spectrum.axis.bindingEnergies, energies.count > 4,
            let background = spectrum.columns.first(where: { $0.name.lowercased().hasPrefix("background") })
        else { return nil }
        let curves = spectrum.columns.filter { column in
            let name = column.name.lowercased()
            return !["background", "envelope", "residual"].contains { name.hasPrefix($0) }
                && column.values.count == energies.count
        }
        guard background.values.count == energies.count else { return nil }
        let table = ExportedTable(spectrum.comments, count: curves.count)
        var components: [ReviewedComponent] = []
        for (index, curve) in curves.enumerated() {
            let heights = zip(curve.values, background.values).map { $0 - $1 }
            guard let drawn = DrawnLine(energies, heights) else { continue }
            let name = Self.name(curve.name, of: spectrum)
            components.append(
                ReviewedComponent(
                    name: components.contains { $0.name == name } ? "\(name) (\(index + 1))" : name,
                    level: CoreLevel(within: name) ?? spectrum.level, isDoublet: false,
                    shape: table?.shapes[index] ?? .gaussian,
                    position: ReviewedValue(table?.position(index) ?? drawn.position),
                    width: ReviewedValue(table?.widths[index] ?? drawn.width),
                    area: ReviewedValue(table?.areas[index] ?? drawn.area), splitting: nil, areaRatio: nil,
                    widthRatio: nil))
        }
        guard !components.isEmpty, let low = energies.min(), let high = energies.max() else { return nil }
        let heights = (background.values.min() ?? 0, background.values.max() ?? 0)
        let kind: Background.Kind =
            heights.1 == heights.0 ? (heights.0 == 0 ? .none : .constant) : .shirley
        self.init(
            origin: .casaXPS, name: spectrum.name, level: spectrum.level, window: low...high,
            reference: nil, backgrounds: [Background(kind, isFitted: false)],
            weighting: .unweighted, components: components)
        photonEnergy = spectrum.axis.photonEnergy
        unit = spectrum.unit
        missingItems = [
            ReferenceRule.unknown, "the type of the background", "constraints and linkages",
            "standard uncertainties of positions and areas",
        ]
    }

    /// The name of a component from that of its column, which holds the spectrum's too: "S 2p_1_S 2p 4".
    private static func name(_ column: String, of spectrum: Spectrum) -> String {
        let suffix = "_" + spectrum.name
        var name = column
        if name.hasSuffix(suffix), name.count > suffix.count { name.removeLast(suffix.count) }
        // "Au_4f_Sect:Au_4f7/2": the region stands before the component.
        if let part = name.split(separator: ":").last { name = String(part) }
        return name.replacingOccurrences(of: "_", with: " ")
    }
}

/// The table above the curves of an export.
private struct ExportedTable {
    var positions: [Double]
    var widths: [Double]
    var areas: [Double]
    var shapes: [LineShape?]

    /// `nil` where the lines hold no such table of `count` components.
    init?(_ lines: [String], count: Int) {
        func cells(_ key: String) -> [String] {
            for line in lines {
                let parts = line.split(whereSeparator: { $0 == "\t" }).map { $0.trimmingCharacters(in: .whitespaces) }
                guard parts.first == key else { continue }
                return parts.dropFirst().filter { !$0.isEmpty }
            }
            return []
        }
        func numbers(_ key: String) -> [Double] { cells(key).compactMap { Double($0) }.filter(\.isFinite) }
        (positions, widths, areas) = (numbers("Position"), numbers("FWHM"), numbers("Area"))
        let names = cells("Lineshape")
        shapes = (0..<max(count, 0)).map { $0 < names.count ? LineShape(name: names[$0]) : nil }
        guard count > 0, positions.count == count, widths.count == count, areas.count == count else { return nil }
    }
}

extension ExportedTable {
    /// The position of a symmetric line. That of an asymmetric one is the point where its sides join, which lines of
    /// different shapes do not share with their maxima; it is measured on the curve instead.
    fileprivate func position(_ index: Int) -> Double? {
        switch shapes[index] {
        case .glProduct, .glSum, .gaussian, .lorentzian, .pseudoVoigt, .lorentzianVoigt, .voigt: positions[index]
        default: nil
        }
    }
}

/// Position, width and area of a curve of one line.
private struct DrawnLine {
    var position: Double
    var width: Double?
    var area: Double

    /// `nil` for a curve without height.
    init?(_ energies: [Double], _ heights: [Double]) {
        let order = energies.indices.sorted { (energies[$0], $0) < (energies[$1], $1) }
        let x = order.map { energies[$0] }, y = order.map { heights[$0] }
        guard let top = y.indices.max(by: { y[$0] < y[$1] }), y[top] > 0, y[top].isFinite else { return nil }
        position = x[top]
        if top > 0, top + 1 < x.count {
            // The top of the parabola through the highest point and its neighbours; steps of exports are equal.
            let left = y[top - 1] - y[top], right = y[top + 1] - y[top]
            if left + right < 0 { position += (x[top + 1] - x[top - 1]) / 4 * (left - right) / (left + right) }
        }
        var sum = 0.0
        for index in x.indices.dropFirst() { sum += (x[index] - x[index - 1]) * (y[index] + y[index - 1]) / 2 }
        area = sum
        func crossing(_ places: some Sequence<Int>) -> Double? {
            var before = top
            for place in places {
                guard y[place] < y[top] / 2 else {
                    before = place
                    continue
                }
                let span = y[before] - y[place]
                return span > 0 ? x[before] + (x[place] - x[before]) * (y[before] - y[top] / 2) / span : x[place]
            }
            return nil
        }
        if let low = crossing((0..<top).reversed()), let high = crossing((top + 1)..<x.count) { width = high - low }
    }
}
