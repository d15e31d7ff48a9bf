import Spectra

/// One thing that the referee looks at.
protocol ReviewRule: Sendable {
    /// What it finds in `subject`; identifiers are those of `RuleDescription.all`.
    func findings(in subject: ReviewSubject) -> [Finding]
}

/// What a rule asks, and why: the part of the referee that is data.
public struct RuleDescription: Sendable, Hashable {
    /// The identifier, "spin-orbit-splitting".
    public let rule: String
    /// The question that it asks of a model.
    public let question: String
    /// Where its expectation comes from.
    public let source: String
    /// What to do where it finds something.
    public let advice: String

    init(_ rule: String, _ question: String, source: String, advice: String) {
        self.rule = rule
        self.question = question
        self.source = source
        self.advice = advice
    }

    /// The description of `rule`; `nil` where the referee has no such rule.
    public static func of(_ rule: String) -> RuleDescription? { byRule[rule] }

    private static let byRule = Dictionary(all.map { ($0.rule, $0) }, uniquingKeysWith: { first, _ in first })
}

/// Looks a model over as a referee does who knows the physics of core levels, and says what does not hold.
///
/// Every fit does so by itself; its findings are part of its result.
public struct Referee: Sendable {
    private let rules: [any ReviewRule] = [
        ConvergenceRule(), SplittingRule(), AreaRatioRule(), PartnerRule(), DoubletWidthRule(), WidthLimitRule(),
        WidthComparisonRule(), ShapeComparisonRule(), LevelRule(), PositionRule(), AmbiguityRule(),
        BackgroundRule(), BackgroundCurveRule(), WindowRule(), ReferenceRule(), ReferenceLineRule(), WeightRule(),
        BoundRule(),
        CorrelationRule(), SignificanceRule(), ResidualRule(), CrowdingRule(), DataRule(), ReportingRule(),
    ]

    /// A referee.
    public init() {}

    /// The findings in `subject`, most serious first, each with its expectation, its source and what to do.
    public func findings(in subject: ReviewSubject) -> [Finding] {
        let own = rules.flatMap { $0.findings(in: subject) }
        let known = Set(own.map(\.rule))
        return Self.sorted(own + subject.carried.filter { !known.contains($0.rule) }).map(Self.completed)
    }

    /// Findings with the most serious first, otherwise in their order.
    static func sorted(_ findings: [Finding]) -> [Finding] {
        findings.enumerated().sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }
            .map(\.element)
    }

    /// The finding with source and advice of its rule where it states none of its own.
    static func completed(_ finding: Finding) -> Finding {
        guard let description = RuleDescription.of(finding.rule) else { return finding }
        var finding = finding
        finding.source = finding.source ?? description.source
        finding.advice = finding.advice ?? description.advice
        return finding
    }
}
