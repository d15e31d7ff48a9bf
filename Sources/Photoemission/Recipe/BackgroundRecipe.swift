import ReferenceSpectra

/// Reads and writes the `background` of a recipe: one mapping, or a list of them whose sum is meant.
///
/// ```yaml
/// background: {kind: shirley, slope: true}
/// background: {kind: tougaard-u3, material: polymer, fitted: false, end_points: 7}
/// background: {kind: tougaard-u2, c: {start: 1643, min: 500, max: 3000}}
/// background:
///   - {kind: shirley, window: [158, 167]}
///   - {kind: linear, window: [167, 175]}
/// ```
enum BackgroundRecipe {
    static func read(_ value: YAMLValue) throws(ReferenceDataError) -> Background {
        let entries = value.oneOrMore()
        var parts: [Background] = []
        for entry in entries { parts.append(try part(entry)) }
        guard var background = parts.first else { throw value.error(expected: "at least one background") }
        background.others = Array(parts.dropFirst())
        return background
    }

    private static func part(_ value: YAMLValue) throws(ReferenceDataError) -> Background {
        let fields = try value.fields(
            "kind", "fitted", "slope", "degree", "per_component", "strength", "window", "material", "b", "c", "c_prime",
            "d", "t0", "end_points", "offsets", "rule")
        let kind = try RecipeReader.choice(
            try fields.require("kind"), among: Background.Kind.allCases.map { ($0.rawValue, $0) })
        var background = Background(kind)
        if let fitted = fields["fitted"] {
            background.isFitted = try fitted.boolean()
            if background.isFitted, !kind.canBeFitted {
                throw fitted.error(expected: "fitted: false: a \(kind.rawValue) background can only be subtracted")
            }
            if !background.isFitted, !kind.canBeSubtracted {
                throw fitted.error(expected: "fitted: true: a \(kind.rawValue) background can only be fitted")
            }
        }
        if let window = fields["window"] { background.window = try window.interval() }
        try readFittedTerms(fields, into: &background)
        try readSubtraction(fields, into: &background)
        if kind.isTougaard {
            background.loss = try crossSection(value, fields, kind)
            do {
                try background.resolvedLoss().validate(isFitted: background.isFitted)
            } catch {
                throw value.error(expected: "a cross-section that can be drawn", found: "\(error)")
            }
        } else {
            for key in ["material", "b", "c", "c_prime", "d", "t0"] {
                if let value = fields[key] {
                    throw value.error(expected: "no \(key): only Tougaard backgrounds have one")
                }
            }
        }
        return background
    }

    private static func readFittedTerms(_ fields: YAMLFields, into background: inout Background)
        throws(ReferenceDataError)
    {
        let kind = background.kind, isFitted = background.isFitted
        if let slope = fields["slope"] {
            background.hasSlope = try slope.boolean()
            if background.hasSlope, !kind.isResponse || !isFitted {
                throw slope.error(
                    expected: "no slope: only a fitted shirley, slope-background or Tougaard background takes one")
            }
        }
        if let degree = fields["degree"] {
            guard kind == .polynomial else { throw degree.error(expected: "no degree: only a polynomial has one") }
            background.degree = try degree.count()
            guard background.degree <= Background.highestDegree else {
                throw degree.error(expected: "a degree from 0 to \(Background.highestDegree)")
            }
        }
        if let own = fields["per_component"] {
            background.isPerComponent = try own.boolean()
            if background.isPerComponent, !kind.isResponse || !isFitted {
                throw own.error(
                    expected:
                        "no per_component: only a fitted shirley, slope-background or Tougaard background takes it"
                )
            }
        }
        if let strength = fields["strength"] {
            guard isFitted, kind == .shirley || kind == .slopeBackground else {
                throw strength.error(
                    expected: "no strength: only a fitted shirley or slope-background has one (a Tougaard background "
                        + "has b)")
            }
            background.strength = try RecipeReader.free(strength, .area, isLink: true)
        }
    }

    private static func readSubtraction(_ fields: YAMLFields, into background: inout Background)
        throws(ReferenceDataError)
    {
        for key in ["end_points", "offsets", "rule"] {
            if background.isFitted, let value = fields[key] {
                throw value.error(
                    expected: "no \(key): a fitted background has no use for it (fitted: false does)")
            }
        }
        if let points = fields["end_points"] {
            background.endPoints = try points.count()
            guard background.endPoints % 2 == 1 else { throw points.error(expected: "an odd number of points") }
        }
        if let offsets = fields["offsets"] {
            let list = try offsets.list()
            guard list.count == 2 else { throw offsets.error(expected: "[low, high] in per cent") }
            background.endOffsets = .init(low: try list[0].number(), high: try list[1].number())
        }
        if let rule = fields["rule"] {
            guard background.hasRule else {
                throw rule.error(expected: "no rule: a \(background.kind.rawValue) background sums nothing")
            }
            background.rule = try RecipeReader.choice(rule, among: Background.Rule.allCases.map { ($0.rawValue, $0) })
        }
    }

    private static func crossSection(_ value: YAMLValue, _ fields: YAMLFields, _ kind: Background.Kind)
        throws(ReferenceDataError) -> LossCrossSection?
    {
        var b: Constraint?
        if let field = fields["b"] { b = try RecipeReader.free(field, .area, isLink: true) }
        if let name = fields["material"] {
            let material = try RecipeReader.choice(
                name, among: LossCrossSection.Material.allCases.map { ($0.rawValue, $0) })
            guard material.kind == kind else {
                throw name.error(
                    expected: "a material of \(kind.rawValue); \(material.rawValue) goes with "
                        + material.kind.rawValue)
            }
            for key in ["c", "c_prime", "d", "t0"] {
                if let value = fields[key] {
                    throw value.error(expected: "either a material or its numbers", found: "both")
                }
            }
            var crossSection = material.crossSection
            crossSection.b = b
            return crossSection
        }
        let allowed: [String] =
            switch kind {
            case .tougaardU2: ["c"]
            case .tougaardU3: ["c", "d", "t0"]
            default: ["c", "c_prime", "d", "t0"]
            }
        for key in ["c", "c_prime", "d", "t0"] where !allowed.contains(key) {
            if let value = fields[key] { throw value.error(expected: "no \(key): \(kind.rawValue) has none") }
        }
        func constraint(_ key: String) throws(ReferenceDataError) -> Constraint {
            try RecipeReader.free(try fields.require(key), .area, isLink: true)
        }
        var threshold = 0.0
        if let field = fields["t0"] {
            threshold = try field.number()
            guard threshold >= 0 else { throw field.error(expected: "a threshold of at least 0 eV") }
        }
        switch kind {
        case .tougaardU2:
            if fields["c"] == nil {
                var universal = LossCrossSection.universal
                universal.b = b
                return b == nil ? nil : universal
            }
            return .twoParameters(b: b, c: try constraint("c"))
        case .tougaardU3:
            guard fields["c"] != nil || fields["d"] != nil else {
                throw value.error(expected: "a material, or the numbers c and d", found: "neither")
            }
            return .threeParameters(b: b, c: try constraint("c"), d: try constraint("d"), threshold: threshold)
        default:
            return .fourParameters(
                b: b, c: try constraint("c"), cPrime: try constraint("c_prime"), d: try constraint("d"),
                threshold: threshold)
        }
    }

    // MARK: - Writing

    /// The lines of the recipe; constraints are written by `text`.
    static func lines(_ background: Background, _ text: (Constraint) -> String) -> [String] {
        let parts = background.parts.map { "{\(entry($0, text))}" }
        guard parts.count > 1 else { return ["background: \(parts[0])"] }
        return ["background:"] + parts.map { "  - \($0)" }
    }

    private static func entry(_ background: Background, _ text: (Constraint) -> String) -> String {
        var parts = ["kind: \(background.kind.rawValue)", "fitted: \(background.isFitted)"]
        if let window = background.window { parts.append("window: [\(window.lowerBound), \(window.upperBound)]") }
        if background.kind == .polynomial { parts.append("degree: \(background.degree)") }
        if background.isFitted {
            if background.kind.isResponse { parts.append("slope: \(background.hasSlope)") }
            if background.isPerComponent { parts.append("per_component: true") }
            if let strength = background.strength, background.kind == .shirley || background.kind == .slopeBackground {
                parts.append("strength: \(text(strength))")
            }
        } else {
            parts.append("end_points: \(background.endPoints)")
            let offsets = background.endOffsets
            if offsets != Background.EndOffsets() { parts.append("offsets: [\(offsets.low), \(offsets.high)]") }
            if background.hasRule { parts.append("rule: \(background.rule.rawValue)") }
        }
        if background.kind.isTougaard, let loss = background.loss {
            if let b = loss.b { parts.append("b: \(text(b))") }
            parts.append("c: \(text(loss.c))")
            if loss.form == .fourParameters { parts.append("c_prime: \(text(loss.cPrime))") }
            if loss.form != .twoParameters {
                parts.append("d: \(text(loss.d))")
                if loss.threshold != 0 { parts.append("t0: \(loss.threshold)") }
            }
        }
        return parts.joined(separator: ", ")
    }
}

extension Background {
    /// Whether a subtracted background of this kind sums over the points.
    fileprivate var hasRule: Bool { kind == .shirley || kind == .smart || kind.isTougaard }
}
