import Spectra

/// Which columns of a table belong to one spectrum.
struct ColumnGroups {
    /// How several spectra share a table.
    enum Layout {
        /// One spectrum, the further columns beside it.
        case one
        /// Energies and intensities in turns: E, I, E, I.
        case pairs
        /// Energies, then the intensities of one spectrum after the other.
        case sharedEnergies
    }

    let layout: Layout

    /// The layout of `section`, whose columns are called `labels` (empty where they have no labels).
    init(_ section: TableSection, labels: [String]) {
        if Self.arePairs(section, labels: labels) {
            layout = .pairs
        } else if Self.haveLevels(labels, columns: section.columns.count) {
            layout = .sharedEnergies
        } else {
            layout = .one
        }
    }

    /// The columns of each spectrum.
    func columns(of section: TableSection) -> [[Int]] {
        let all = Array(section.columns.indices)
        return switch layout {
        case .one: [all]
        case .pairs: stride(from: 0, to: all.count, by: 2).map { [$0, $0 + 1] }
        case .sharedEnergies: all.dropFirst().map { [0, $0] }
        }
    }

    /// Whether every other column is an axis: its numbers go on in one direction in even steps, which intensities do not,
    /// and its label, if any, says nothing else.
    private static func arePairs(_ section: TableSection, labels: [String]) -> Bool {
        let columns = section.columns
        guard columns.count >= 4, columns.count.isMultiple(of: 2), section.rows > 2 else { return false }
        let even = stride(from: 0, to: columns.count, by: 2), odd = stride(from: 1, to: columns.count, by: 2)
        guard even.allSatisfy({ isAxis(columns[$0]) }), !odd.contains(where: { isAxis(columns[$0]) }),
            zip(even, odd).allSatisfy({ filledRows(columns[$0]) == filledRows(columns[$1]) })
        else { return false }
        // Kinetic beside binding energies of the same points are one axis.
        let sums = zip(columns[0], columns[2]).map { $0 + $1 }
        if let first = sums.first, sums.allSatisfy({ abs($0 - first) < 1e-3 }) { return false }
        guard labels.count == columns.count else { return labels.isEmpty }
        return even.allSatisfy { index in
            let label = labels[index].lowercased()
            return label == labels[0].lowercased() || EnergyScale(label: label) != nil
                || ["e", "x", "energy", "ev", "energy (ev)", "energy/ev"].contains(label)
        }
    }

    /// The number of rows up to the first empty cell; `nil` where numbers follow it.
    private static func filledRows(_ values: [Double]) -> Int? {
        let rows = values.firstIndex(where: \.isNaN) ?? values.count
        return values[rows...].allSatisfy(\.isNaN) ? rows : nil
    }

    private static func isAxis(_ values: [Double]) -> Bool {
        guard let rows = filledRows(values), rows > 2 else { return false }
        let step = (values[rows - 1] - values[0]) / Double(rows - 1)
        guard step != 0 else { return false }
        return (1..<rows).allSatisfy { abs(values[$0] - values[$0 - 1] - step) < 0.3 * abs(step) }
    }

    /// Whether each column after the energies names a core level and none is a curve of a fit.
    private static func haveLevels(_ labels: [String], columns: Int) -> Bool {
        guard columns > 2, labels.count == columns, Set(labels).count == columns else { return false }
        let curves = ["background", "bg", "envelope", "fit", "residual", "sum", "peak", "comp", "error", "sigma"]
        return labels.dropFirst().allSatisfy { label in
            let text = label.lowercased()
            return CoreLevel(within: label) != nil && !curves.contains { text.contains($0) }
        }
    }
}

extension TableSection {
    /// The section with some of its columns only, as far as the first two of them are filled.
    func picking(_ picked: [Int]) -> TableSection {
        var section = self
        section.columns = picked.map { columns[$0] }
        let rows = section.columns.prefix(2).map { $0.firstIndex(where: \.isNaN) ?? $0.count }.min() ?? 0
        guard rows < section.rows else { return section }
        section.columns = section.columns.map { Array($0.prefix(rows)) }
        section.rowLines = Array(rowLines.prefix(rows))
        return section
    }
}
