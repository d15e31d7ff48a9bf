import Foundation

/// What CasaXPS keeps in the comment of a VAMAS block: the history of calibrations, regions and components.
///
/// The comment begins with `Casa Info Follows` and four groups, each a count and that many lines: processing history,
/// display annotations, regions, components. Other lines stand around them. All lines are kept, and those whose values
/// have not been changed are written again byte for byte.
public struct CasaXPSAnnotations: Sendable, Hashable {
    /// A line of the comment.
    private enum Line: Sendable, Hashable {
        case calibration(CasaXPSCalibration, source: String)
        case region(CasaXPSRegion, source: String)
        case component(CasaXPSComponent, source: String)
        case other(String)

        /// The line as it is written.
        var text: String {
            switch self {
            case .calibration(let value, let source):
                CasaXPSCalibration(line: source) == value ? source : value.line
            case .region(let value, let source): CasaXPSRegion(line: source) == value ? source : value.line
            case .component(let value, let source): CasaXPSComponent(line: source) == value ? source : value.line
            case .other(let text): text
            }
        }
    }

    private var lines: [Line]

    /// Reads the comment lines of a block, whether CasaXPS has written anything among them or not.
    public init(comments: [String]) {
        lines = comments.map { text in
            // Cheap tests first: most comments of most files have nothing to do with CasaXPS.
            let start = text.drop { $0 == " " || $0 == "\t" }
            if start.hasPrefix("CASA") {
                if let region = CasaXPSRegion(line: text) { return .region(region, source: text) }
                if let component = CasaXPSComponent(line: text) { return .component(component, source: text) }
            } else if start.hasPrefix("Calib"), let calibration = CasaXPSCalibration(line: text) {
                return .calibration(calibration, source: text)
            }
            return .other(text)
        }
    }

    /// The comment lines, for writing: identical to those read where nothing was changed.
    public var comments: [String] { lines.map(\.text) }

    /// Whether CasaXPS has left neither region, component nor calibration.
    public var isEmpty: Bool {
        lines.allSatisfy { line in
            if case .other = line { true } else { false }
        }
    }

    /// The energy calibrations in the order they were made; they add up.
    public var calibrations: [CasaXPSCalibration] {
        lines.compactMap { if case .calibration(let value, _) = $0 { value } else { nil } }
    }

    /// The regions in the order of the file.
    public var regions: [CasaXPSRegion] {
        lines.compactMap { if case .region(let value, _) = $0 { value } else { nil } }
    }

    /// The components in the order of the file: the place in this list is what links refer to.
    ///
    /// Setting it keeps the place of the lines and corrects the count above them.
    public var components: [CasaXPSComponent] {
        get { lines.compactMap { if case .component(let value, _) = $0 { value } else { nil } } }
        set { replaceComponents(newValue) }
    }

    /// Lines that begin as a region or a component does but cannot be read as one, verbatim.
    public var unreadableLines: [String] {
        lines.compactMap { line in
            guard case .other(let text) = line else { return nil }
            return text.hasPrefix("CASA region") || text.hasPrefix("CASA comp") ? text : nil
        }
    }

    /// The processing steps that CasaXPS recorded, calibrations included, verbatim: the first counted group.
    public var history: [String] {
        let texts = comments
        guard let start = texts.firstIndex(where: { $0.hasPrefix("Casa Info Follows") }),
            texts.indices.contains(start + 1),
            let count = Int(texts[start + 1].trimmingCharacters(in: .whitespaces)), count > 0,
            count < texts.count - start - 1
        else { return [] }
        return Array(texts[(start + 2)..<(start + 2 + count)])
    }

    /// What all calibrations together add to the binding energies of the file, eV; `nil` where one of them cannot be told
    /// from the comment alone.
    public var bindingEnergyShift: Double? { shift { _ in true } }

    /// What is to be added to the stored limits of regions to get kinetic energies of the file, eV.
    public var regionShift: Double? { shift { !$0.movedRegions } }

    /// What is to be added to the stored positions of components to get kinetic energies of the file, eV.
    public var componentShift: Double? { shift { !$0.movedComponents } }

    private func shift(where counts: (CasaXPSCalibration) -> Bool) -> Double? {
        var sum = 0.0
        for calibration in calibrations where counts(calibration) {
            guard let shift = calibration.bindingEnergyShift else { return nil }
            sum += shift
        }
        return sum
    }

    private mutating func replaceComponents(_ components: [CasaXPSComponent]) {
        let old = lines.indices.filter { if case .component = lines[$0] { true } else { false } }
        for (place, component) in zip(old, components) {
            if case .component(_, let source) = lines[place] { lines[place] = .component(component, source: source) }
        }
        guard old.count != components.count else { return }
        // The count stands above the first component, or below the last region where there is none yet.
        let lastRegion = lines.lastIndex { if case .region = $0 { true } else { false } }
        let countLine = old.first.map { $0 - 1 } ?? lastRegion.map { $0 + 1 }
        if let countLine, lines.indices.contains(countLine), case .other(let text) = lines[countLine],
            Int(text.trimmingCharacters(in: .whitespaces)) == old.count
        {
            lines[countLine] = .other("\(components.count)")
        }
        let added = components.dropFirst(old.count).map { Line.component($0, source: $0.line) }
        let end = old.last ?? countLine ?? lines.count - 1
        lines.insert(contentsOf: added, at: min(end + 1, lines.count))
        for place in old.dropFirst(components.count).reversed() { lines.remove(at: place) }
    }
}
