import ReferenceSpectra
import Spectra

/// Where a recipe takes a measured line from: a spectrum of a reference sample.
///
/// ```yaml
/// curve: {file: nio-reference.vms, spectrum: "Ni 2p", window: [848, 890], background: {kind: shirley, fitted: false}}
/// ```
public struct ReferenceCurve: Sendable, Hashable {
    /// The path as written in the recipe, seen from the recipe's own folder.
    public var file: String
    /// The spectrum in it: its name, or "#3" for the third; `nil` for the only one, or the one of the component's level.
    public var spectrum: String?
    /// The binding energies of the line, eV; `nil` for all.
    public var window: ClosedRange<Double>?
    /// The background under it, computed from the data.
    public var background: Background
    /// The energy that counts as its position, eV; `nil` for that of the maximum.
    public var position: Double?
    /// The level of the component.
    public var level: CoreLevel?

    /// The line of `spectrum`, which was read from the file.
    ///
    /// - Throws: `FitError` where the background cannot be drawn, or nothing lies above it.
    public func line(of spectrum: Spectrum) throws -> MeasuredLine {
        try MeasuredLine(spectrum, window: window, background: background, position: position)
    }
}

/// Reads and writes the shape of a component: a name, lines that move as one, or a measured curve.
///
/// ```yaml
/// - {name: "Ni 2+", lines: [{at: 854.0, area: 30, width: 1.2}, {at: 855.8, area: 70, width: 3.0}]}
/// - {name: "NiO", curve: {position: 853.9, energies: [850, 850.1, ...], values: [0, 12.1, ...]}}
/// ```
enum ShapeRecipe {
    typealias CurveReader = (ReferenceCurve) throws -> MeasuredLine

    static func named(_ value: YAMLValue) throws(ReferenceDataError) -> LineShape {
        guard let shape = LineShape(name: try value.text()) else {
            throw value.error(
                expected: "a line shape: GL(m), SGL(m), G, L, PV(m), APV(m,a), Voigt, LA(m), LA(a,n), LA(a,b,n), "
                    + "LF(a,b,w,n), LF(a,b,w,n,k), DS(a), A(a,b,n)GL(m), GL(m)T(k) or SGL(m)T(k), numbers in range")
        }
        return shape
    }

    /// The lines of a component; those that state no shape have `shape`.
    static func lines(_ value: YAMLValue, shape: LineShape) throws(ReferenceDataError) -> LineShape {
        var group = LineGroup(lines: [])
        for entry in try value.list() {
            let fields = try entry.fields("at", "area", "width", "shape")
            let own = try fields["shape"].map { value throws(ReferenceDataError) in try named(value) }
            group.lines.append(
                .init(
                    at: try fields.require("at").number(), area: try fields.require("area").number(),
                    width: try fields.require("width").number(), shape: own ?? shape))
        }
        do {
            try group.validate()
        } catch {
            throw value.error(expected: "lines that can be drawn", found: "\(error)")
        }
        return .group(group)
    }

    static func curve(_ value: YAMLValue, level: CoreLevel?, reading: CurveReader?) throws(ReferenceDataError)
        -> LineShape
    {
        let fields = try value.fields("energies", "values", "position", "file", "spectrum", "window", "background")
        let position = try fields["position"].map { value throws(ReferenceDataError) in try value.number() }
        let line: MeasuredLine
        if let file = fields["file"] {
            for key in ["energies", "values"] where fields[key] != nil {
                throw value.error(expected: "either a file or energies and values", found: "both")
            }
            var source = ReferenceCurve(
                file: try file.text(), background: Background(.shirley, isFitted: false), position: position,
                level: level)
            source.spectrum = try fields["spectrum"].map { value throws(ReferenceDataError) in try value.text() }
            source.window = try fields["window"].map { value throws(ReferenceDataError) in try value.interval() }
            if let background = fields["background"] { source.background = try BackgroundRecipe.read(background) }
            guard let reading else {
                throw file.error(expected: "energies and values: this recipe was not read from a folder of files")
            }
            do {
                line = try reading(source)
            } catch {
                throw file.error(expected: "a spectrum with a line above its background", found: "\(error)")
            }
        } else {
            for key in ["spectrum", "window", "background"] {
                if let other = fields[key] { throw other.error(expected: "\"\(key)\" beside \"file\" only") }
            }
            let energies = try numbers(fields.require("energies"))
            let values = try numbers(fields.require("values"))
            do {
                line = try MeasuredLine(energies: energies, values: values, position: position)
            } catch {
                throw value.error(expected: "a curve that can be drawn", found: "\(error)")
            }
        }
        return .measured(line)
    }

    private static func numbers(_ value: YAMLValue) throws(ReferenceDataError) -> [Double] {
        var numbers: [Double] = []
        for entry in try value.list() { numbers.append(try entry.number()) }
        return numbers
    }

    // MARK: - Writing

    /// The keys of a component with the shape `shape`, in a model whose shape is `standard`.
    static func entries(_ shape: LineShape, standard: LineShape) -> [String] {
        switch shape {
        case .group(let group):
            let common = group.lines.first?.shape ?? standard
            let lines = group.lines.map { line in
                let own = line.shape == common ? "" : ", shape: \(text(line.shape))"
                return "{at: \(line.energy), area: \(line.area), width: \(line.width)\(own)}"
            }
            return (common == standard ? [] : ["shape: \(text(common))"]) + [
                "lines: [\(lines.joined(separator: ", "))]"
            ]
        case .measured(let line):
            func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: ", ") }
            return [
                "curve: {position: \(line.position), energies: [\(list(line.energies))], values: [\(list(line.values))]}"
            ]
        default: return ["shape: \(text(shape))"]
        }
    }

    /// The name of a shape, quoted where its commas would end the entry.
    static func text(_ shape: LineShape) -> String {
        let name = shape.description
        return name.contains(",") ? "\"\(name)\"" : name
    }
}
