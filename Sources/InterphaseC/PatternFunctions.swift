// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Interphase

@c @implementation
public func interphase_pattern_create(
    _ twoTheta: UnsafePointer<Double>?, _ intensities: UnsafePointer<Double>?, _ points: Int,
    _ options: UnsafePointer<CChar>?, _ pattern: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let result = try Arguments.result(pattern, "pattern")
        let points = try Arguments.count(points, "points")
        let options = try Options(options, ["wavelength", "name", "sample", "unit", "time_per_step"])
        let angles = try Arguments.finiteNumbers(twoTheta, points, "two_theta")
        if let wrong = angles.firstIndex(where: { !(-180...180).contains($0) }) {
            throw InterfaceFailure.argument("two_theta[\(wrong)] is \(angles[wrong]); expected -180 to 180 degrees")
        }
        let made = DiffractionPattern(
            name: try options.text("name") ?? "pattern", sample: try options.text("sample") ?? "",
            axis: DiffractionAxis(angles, kind: .twoTheta),
            intensities: try Arguments.finiteNumbers(intensities, points, "intensities"),
            unit: try options.choice("unit", [IntensityUnit.counts, .countsPerSecond, .arbitrary]) ?? .counts,
            countingTime: try options.number("time_per_step", in: 1e-12...1e12).map { .common($0) },
            radiation: try options.radiation("wavelength") ?? .unknown)
        result.pointee = HandleTable.shared.add(.pattern(made))
    }
}

@c @implementation
public func interphase_pattern_info(
    _ pattern: interphase_handle, _ json: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        let entry = InfoReport.PatternEntry(try HandleTable.shared.pattern(pattern))
        try Arguments.give(Arguments.json(entry), to: json)
    }
}

@c @implementation
public func interphase_pattern_points(
    _ pattern: interphase_handle, _ points: UnsafeMutablePointer<Int>?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let count = try HandleTable.shared.pattern(pattern).axis.count
        guard let points else { throw InterfaceFailure.argument("points is NULL; expected a place for a number") }
        points.pointee = count
    }
}

@c @implementation
public func interphase_pattern_copy(
    _ pattern: interphase_handle, _ axis: UnsafeMutablePointer<Double>?, _ intensities: UnsafeMutablePointer<Double>?,
    _ points: Int, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let pattern = try HandleTable.shared.pattern(pattern)
        if let axis { try Arguments.copy(pattern.axis.values, to: axis, points) }
        if let intensities { try Arguments.copy(pattern.intensities, to: intensities, points) }
    }
}

@c @implementation
public func interphase_identify(
    _ pattern: interphase_handle, _ options: UnsafePointer<CChar>?, _ json: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        var pattern = try HandleTable.shared.pattern(pattern)
        let options = try Options(
            options,
            [
                "elements", "phases", "only_these", "ask", "wavelength", "alpha2_ratio", "range", "monochromator",
                "variable_slit", "maximum", "curves",
            ])
        let ratio = try options.number("alpha2_ratio", in: 0...0.9)
        if let radiation = try options.radiation("wavelength", alpha2Ratio: ratio) { pattern.radiation = radiation }
        guard let emission = pattern.emission(alpha2Ratio: ratio) else {
            throw InterfaceFailure(
                INTERPHASE_PATTERN_ERROR, "the pattern does not say its wavelength; state \"wavelength\", such as CuKa")
        }
        let table = PhaseTable(try identification(of: pattern, emission, options))
        try Arguments.give(
            table.json(file: pattern.name, includesCurves: options.flag("curves")), to: json)
    }
}

private func identification(
    of pattern: DiffractionPattern, _ emission: EmissionSpectrum, _ options: Options
) throws -> PhaseIdentification {
    do {
        return try PhaseIdentification(
            PatternCurve(pattern, range: range(options)), emission: emission, prepared: candidates(options, emission),
            optics: optics(options),
            options: IdentificationOptions(
                elements: try elements(options), maximumPhases: try options.count("maximum", in: 1...100) ?? 8,
                asked: try options.texts("ask")))
    } catch let error as NumericalError {
        throw InterfaceFailure(INTERPHASE_PATTERN_ERROR, "the pattern cannot be used: \(error)")
    }
}

private func range(_ options: Options) throws -> ClosedRange<Double> {
    // At and below zero there is the primary beam.
    let least = 1e-6, most = 180 - 1e-6
    guard let value = options["range"] else { return least...most }
    let asked = try value.interval()
    guard asked.lowerBound >= 0, asked.upperBound <= 180, asked.lowerBound < asked.upperBound else {
        throw value.error(expected: "two angles from 0 to 180 degrees")
    }
    return max(asked.lowerBound, least)...min(asked.upperBound, most)
}

private func elements(_ options: Options) throws -> Set<String>? {
    guard let value = options["elements"] else { return nil }
    return Set(
        try value.list().map { entry in
            let symbol = try entry.text()
            guard Element.symbols.contains(symbol) else { throw entry.error(expected: "the symbol of an element") }
            return symbol
        })
}

private func optics(_ options: Options) throws -> LorentzPolarization {
    LorentzPolarization(
        monochromator: try options.number("monochromator", in: 0.1...179).map { .mosaic(twoTheta: $0) } ?? .none,
        slit: try options.flag("variable_slit") ? .variable : .fixed)
}

/// What comes along, as far as the elements allow it, and the structures of the folders.
private func candidates(_ options: Options, _ emission: EmissionSpectrum) throws -> PreparedPhases {
    let elements = try elements(options), isAlone = try options.flag("only_these")
    let library = CandidatePhase.library.filter { phase in
        !isAlone && elements.map { phase.elements.isSubset(of: $0) } ?? true
    }
    var prepared = PreparedPhases(library, emission: emission)
    for path in try options.texts("phases") {
        // The cache folder of the user is the command-line program's.
        prepared.append(try PhaseFolder(path, emission: emission, cache: nil).phases)
    }
    return prepared
}
