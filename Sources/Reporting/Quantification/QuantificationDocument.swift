import Photoemission
import Spectra

/// A quantification as a JSON document of the schema `interphase.quantify/1`: `{"value": x, "u": y}` for quantities,
/// keys always in the same order, never renamed.
public struct QuantificationDocument: Sendable {
    /// The name and version of the schema.
    public static let schema = "interphase.quantify/1"

    /// The result.
    public var result: Quantification
    /// The ratios that its amounts are tied to, with what was measured before.
    public var ties: [StoichiometricBalance]
    /// Where the data came from, in the order of the fits.
    public var provenance: [FitProvenance]
    /// The version of the program.
    public var softwareVersion: String?
    /// The command that makes the document again.
    public var command: String?

    /// A document of `result`.
    public init(
        _ result: Quantification, ties: [StoichiometricBalance] = [], provenance: [FitProvenance] = [],
        softwareVersion: String? = nil,
        command: String? = nil
    ) {
        self.result = result
        self.ties = ties
        self.provenance = provenance
        self.softwareVersion = softwareVersion
        self.command = command
    }

    /// The document as text.
    public var json: String {
        JSONText.object([
            ("schema", .string(Self.schema)),
            (
                "software",
                .object([("name", .string("interphase")), ("version", .optional(softwareVersion))])
            ),
            ("sources", .array(provenance.map(source))),
            ("elements", .array(result.elements.map(element))),
            ("species", .array(result.species.map(species))),
            (
                "covariance",
                .object([
                    ("elements", rows(result.elementCovariance, result.elements.count)),
                    ("species", rows(result.speciesCovariance, result.species.count)),
                ])
            ),
            ("ties", .array(ties.map(tie))), ("method", method), ("findings", .findings(result.findings)),
            ("command", .optional(command)),
        ]).document
    }

    private func source(_ provenance: FitProvenance) -> JSONText {
        .object([
            ("file", .optional(provenance.source?.file)), ("spectrum", .optional(provenance.source?.spectrum)),
            ("sha256", .optional(provenance.source?.sha256)),
            ("effective_recipe", .optional(provenance.effectiveRecipe)),
        ])
    }

    private func element(_ element: Quantification.ElementAmount) -> JSONText {
        .object([
            ("element", .string(element.element)), ("level", .string(element.level.description)),
            ("at_percent", .quantity(element.atomicPercent)),
            ("u_counting", element.statisticalUncertainty.map(JSONText.number) ?? .null),
            (
                "other_levels",
                .array(
                    element.otherLevels.map {
                        .object([
                            ("level", .string($0.level.description)), ("at_percent", .quantity($0.atomicPercent)),
                        ])
                    })
            ),
        ])
    }

    private func species(_ amount: Quantification.SpeciesAmount) -> JSONText {
        let line = amount.line
        return .object([
            ("name", .string(line.name)), ("element", .string(line.level.element)),
            ("level", .string(line.level.description)), ("covers", .string(line.covered)),
            ("spectrum", .string(line.spectrumName)), ("at_percent", .quantity(amount.atomicPercent)),
            ("u_counting", amount.statisticalUncertainty.map(JSONText.number) ?? .null),
            ("share_of_element", .quantity(amount.shareOfElement)), ("counted", .boolean(amount.counts)),
            ("area", .quantity(line.area)), ("time_s", .number(line.time)),
            ("kinetic_energy_eV", .number(line.kineticEnergy)), ("sensitivity", .number(line.sensitivity)),
            ("transmission", .number(line.transmission)), ("escape_depth", .number(line.escapeDepth)),
            ("relative_u_of_factors", .number(line.relativeUncertainty)),
        ])
    }

    private func tie(_ balance: StoichiometricBalance) -> JSONText {
        .object([
            ("numerator", .array(balance.link.numerator.map(JSONText.string))),
            ("denominator", .array(balance.link.denominator.map(JSONText.string))),
            ("measured", .quantity(balance.measured)), ("ratio", .number(balance.link.ratio)),
            ("tolerance", .number(balance.link.tolerance)), ("p", balance.probability.map(JSONText.number) ?? .null),
        ])
    }

    private var method: JSONText {
        .object([
            ("formula", .string("area / (time x sensitivity x transmission x escape depth)")),
            ("sensitivities", .string(QuantificationTable.description(of: result.sensitivities))),
            ("transmission", .string(QuantificationTable.description(of: result.transmission))),
            ("escape_depth", .string(QuantificationTable.description(of: result.escapeDepth))),
        ])
    }

    private func rows(_ matrix: [Double], _ count: Int) -> JSONText {
        .array((0..<count).map { .numbers(Array(matrix[($0 * count)..<(($0 + 1) * count)])) })
    }
}

extension JSONText {
    /// Findings as documents have them.
    static func findings(_ findings: [Finding]) -> JSONText {
        .array(
            findings.map { finding in
                let details = [
                    ("subject", finding.subject), ("expected", finding.expected), ("source", finding.source),
                    ("advice", finding.advice),
                ].compactMap { key, text in text.map { (key, JSONText.string($0)) } }
                return .object(
                    [
                        ("rule", .string(finding.rule)), ("severity", .string(finding.severity.rawValue)),
                        ("message", .string(finding.message)),
                    ] + details)
            })
    }
}
