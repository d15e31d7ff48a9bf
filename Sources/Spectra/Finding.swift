/// Something a person should know about a model or a result: which rule, how serious, and what was found.
public struct Finding: Sendable, Hashable, Codable {
    /// How serious a finding is.
    public enum Severity: String, Sendable, Hashable, Codable, Comparable {
        /// Worth knowing; nothing is wrong.
        case note
        /// A referee would ask.
        case warning
        /// A referee would object: the numbers should not be published like this.
        case error

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }

        /// Orders notes before warnings before errors.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }
    }

    /// The name of the rule, "parameter-at-bound".
    public var rule: String
    /// How serious it is.
    public var severity: Severity
    /// What was found, in a sentence.
    public var message: String
    /// The component or quantity that it is about, where it is about one.
    public var subject: String?
    /// What was expected instead.
    public var expected: String?
    /// Where the expectation comes from: paper, standard, database.
    public var source: String?
    /// What to do about it.
    public var advice: String?

    /// A finding of `rule`.
    public init(
        rule: String, severity: Severity, message: String, subject: String? = nil, expected: String? = nil,
        source: String? = nil, advice: String? = nil
    ) {
        self.rule = rule
        self.severity = severity
        self.message = message
        self.subject = subject
        self.expected = expected
        self.source = source
        self.advice = advice
    }
}
