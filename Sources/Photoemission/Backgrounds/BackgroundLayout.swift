/// The fitted background of a model as columns and parameters.
struct BackgroundLayout: Sendable {
    /// A polynomial over the region of a part: powers 0 ... degree of the distance from its middle.
    struct Baseline: Sendable {
        /// The part whose region it covers.
        var part: Int
        var degree: Int
        /// The linear coefficient of the power 0.
        var first: Int
    }

    /// What each component adds to the background in proportion to its area.
    struct Response: Sendable {
        /// How a component turns into background.
        enum Kind: Sendable {
            /// Its integral from low binding energy.
            case step
            /// The integral of that integral.
            case slope
            /// Its energy losses.
            case loss(Loss)
        }

        /// The parameters of an energy-loss cross-section but B, which is the strength.
        struct Loss: Sendable {
            var c: ParameterExpression
            var cPrime: ParameterExpression
            var d: ParameterExpression
            var threshold: Double

            func unit(_ theta: UnsafeBufferPointer<Double>) -> LossCrossSection.Unit {
                .init(c: c.value(theta), cPrime: cPrime.value(theta), d: d.value(theta), threshold: threshold)
            }

            /// The parameters that are fitted.
            var fitted: [(term: LossCrossSection.Unit.Term, expression: ParameterExpression)] {
                [(.byC, c), (.byCPrime, cPrime), (.byD, d)].filter { !$0.1.isConstant }
            }
        }

        /// The part whose region it covers.
        var part: Int
        var kind: Kind
        /// One strength for all components, or one for each.
        var strengths: [ParameterExpression]
    }

    /// A quantity to report: its name without "background.", its value.
    struct Quantity: Sendable {
        var name: String
        var expression: ParameterExpression
    }

    var baselines: [Baseline] = []
    var responses: [Response] = []
    var quantities: [Quantity] = []
    /// The nonlinear parameters that belong to the background.
    var parameters: [Int] = []
    /// Those of them that are strengths of Shirley steps, which take their starts from the data.
    var stepParameters: [Int] = []
}

extension ModelResolver {
    /// Lays out the linear coefficients of the fitted parts.
    ///
    /// Parts that cover the same window share one baseline, of the highest degree among them.
    mutating func layOutBaselines() throws {
        try model.background.validate()
        let parts = model.background.parts
        let unbounded = -Double.infinity...Double.infinity
        var done: [ClosedRange<Double>?] = []
        for (number, part) in parts.enumerated() where part.baselineDegree != nil && !done.contains(part.window) {
            done.append(part.window)
            let together = parts.filter { $0.window == part.window }.compactMap(\.baselineDegree)
            let degree = together.max() ?? 0
            background.baselines.append(.init(part: number, degree: degree, first: linear.count))
            for power in 0...degree {
                let name = prefix(number) + Self.baselineName(power)
                linear.append(.init(name: name, start: nil, bounds: unbounded))
            }
        }
    }

    private static func baselineName(_ power: Int) -> String {
        switch power {
        case 0: "constant"
        case 1: "slope_per_eV"
        default: "power\(power)_per_eV\(power)"
        }
    }

    /// "background." and, where there are several parts, the number of the part.
    private func prefix(_ part: Int) -> String {
        model.background.others.isEmpty ? "background." : "background.\(part + 1)."
    }

    /// Lays out what the components add to the background; after the components themselves.
    mutating func layOutResponses() throws {
        for (number, part) in model.background.parts.enumerated() where part.isFitted && part.kind.isResponse {
            let first = nonlinear.count
            let response: BackgroundLayout.Response
            switch part.kind {
            case .slopeBackground:
                response = .init(
                    part: number, kind: .slope,
                    strengths: try strengths(
                        part.strength ?? .free(start: 0, min: -1, max: 1), "slope_background_per_eV2", number, part))
            case .tougaardU2, .tougaardU3, .tougaardU4: response = try loss(number, part)
            default:
                let known = part.strength ?? .free(start: nil, min: 0, max: 1)
                response = .init(
                    part: number, kind: .step, strengths: try strengths(known, "shirley_per_eV", number, part))
                background.stepParameters += (first..<nonlinear.count).filter { nonlinear[$0].start == nil }
            }
            background.responses.append(response)
            background.parameters += first..<nonlinear.count
        }
    }

    private mutating func strengths(
        _ constraint: Constraint, _ name: String, _ number: Int, _ part: Background
    ) throws -> [ParameterExpression] {
        guard part.isPerComponent else { return [try quantity(constraint, name, number)] }
        var strengths: [ParameterExpression] = []
        for component in model.components {
            strengths.append(try quantity(constraint, "\(name) (\(component.name))", number))
        }
        return strengths
    }

    private mutating func loss(_ number: Int, _ part: Background) throws -> BackgroundLayout.Response {
        let crossSection = try part.resolvedLoss()
        let start = crossSection.startingUnit.normalisingAmplitude
        let strengths = try strengths(
            crossSection.b ?? .free(start: start, min: 0, max: .infinity), "tougaard_b_eV2", number, part)
        let c = try quantity(crossSection.c, "tougaard_c_eV2", number)
        var cPrime = ParameterExpression.constant(crossSection.form == .twoParameters ? 1 : -1)
        var d = ParameterExpression.constant(0)
        if crossSection.form == .fourParameters {
            cPrime = try quantity(crossSection.cPrime, "tougaard_c_prime", number)
        }
        if crossSection.form != .twoParameters { d = try quantity(crossSection.d, "tougaard_d_eV2", number) }
        if crossSection.threshold > 0 {
            _ = try quantity(.fixed(crossSection.threshold), "tougaard_t0_eV", number)
        }
        return .init(
            part: number,
            kind: .loss(.init(c: c, cPrime: cPrime, d: d, threshold: crossSection.threshold)), strengths: strengths)
    }

    private mutating func quantity(_ constraint: Constraint, _ name: String, _ number: Int) throws
        -> ParameterExpression
    {
        let full = prefix(number) + name
        let expression = try own(constraint, name: full)
        background.quantities.append(.init(name: String(full.dropFirst("background.".count)), expression: expression))
        return expression
    }
}
