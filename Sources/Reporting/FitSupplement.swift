import Photoemission
import Spectra

/// What was computed beyond the fit itself: intervals, upper limits, systematic spread.
public struct FitSupplement: Sendable {
    /// Intervals by one of the methods.
    public var uncertainty: FitUncertainty?
    /// Upper limits of species.
    public var upperLimits: [UpperLimit]
    /// How far results move with window and background.
    public var systematicSpread: SystematicSpread?

    /// A supplement of what is given.
    public init(
        uncertainty: FitUncertainty? = nil, upperLimits: [UpperLimit] = [], systematicSpread: SystematicSpread? = nil
    ) {
        self.uncertainty = uncertainty
        self.upperLimits = upperLimits
        self.systematicSpread = systematicSpread
    }

    // MARK: JSON

    /// The members that it adds to a document of the fit: `uncertainty`, `upper_limits`, `systematic`, each where
    /// there is something to say.
    var members: [(String, JSONText)] {
        var members: [(String, JSONText)] = []
        if let uncertainty { members.append(("uncertainty", Self.json(uncertainty))) }
        if !upperLimits.isEmpty { members.append(("upper_limits", .array(upperLimits.map(Self.json)))) }
        if let systematicSpread { members.append(("systematic", Self.json(systematicSpread))) }
        return members
    }

    private static func json(_ uncertainty: FitUncertainty) -> JSONText {
        let trials = uncertainty.monteCarlo
        return .object([
            ("method", .string(uncertainty.method.rawValue)),
            ("trials", trials.map { .integer($0.trials) } ?? .null),
            ("failed_trials", trials.map { .integer($0.failedTrials) } ?? .null),
            ("seed", trials.map { .integer(Int($0.seed)) } ?? .null),
            ("noise", .optional(trials?.noise.rawValue)),
            (
                "profiles",
                .array(
                    uncertainty.profiles.map { profile in
                        .object([
                            ("component", .string(profile.quantity.componentName)),
                            ("quantity", .string(profile.quantity.quantityName)), ("best", .number(profile.best)),
                            ("values", .numbers(profile.values)), ("rises", .numbers(profile.rises)),
                        ])
                    })
            ),
            (
                "intervals",
                .array(
                    uncertainty.intervals.map { interval in
                        .object([
                            ("component", .string(interval.quantity.componentName)),
                            ("quantity", .string(interval.quantity.quantityName)),
                            ("level", .number(interval.level)), ("value", .number(interval.value)),
                            ("low", .number(interval.low)), ("high", .number(interval.high)),
                            ("low_is_bound", .boolean(interval.lowIsBound)),
                            ("high_is_bound", .boolean(interval.highIsBound)),
                        ])
                    })
            ),
        ])
    }

    private static func json(_ limit: UpperLimit) -> JSONText {
        .object([
            ("species", .string(limit.name)), ("level", .number(limit.level)), ("fraction", .number(limit.fraction)),
            ("area", .number(limit.area)), ("best_fraction", .number(limit.bestFraction)),
            ("detectable_fraction", limit.detectableFraction.map(JSONText.number) ?? .null),
            ("position_eV", .number(limit.position)), ("was_added", .boolean(limit.wasAdded)),
        ])
    }

    private static func json(_ spread: SystematicSpread) -> JSONText {
        .object([
            (
                "components",
                .array(
                    spread.components.map { component in
                        .object([
                            ("name", .string(component.name)), ("area", .number(component.area)),
                            ("fraction", .number(component.fraction)), ("position_eV", .number(component.position)),
                            (
                                "fraction_by_choice",
                                .object(
                                    FitVariant.Choice.allCases.map {
                                        ($0.rawValue, .number(component.fractionByChoice[$0] ?? .nan))
                                    })
                            ),
                        ])
                    })
            ),
            (
                "variants",
                .array(
                    spread.variants.map { variant in
                        .object([
                            ("choice", .string(variant.choice.rawValue)),
                            ("description", .string(variant.description)),
                            ("reduced_chi2", variant.reducedChi2.map(JSONText.number) ?? .null),
                            ("rejected_because", .optional(variant.rejection)),
                            ("fractions", .numbers(variant.components.map(\.fraction))),
                        ])
                    })
            ),
        ])
    }

    // MARK: A page

    /// A section of a page; empty where there is nothing to say.
    var html: String {
        var blocks: [String] = []
        if let uncertainty {
            let (columns, notes) = (Self.columns(of: uncertainty), Self.notes(on: uncertainty))
            let rows = (0..<(columns.first?.cells.count ?? 0)).map { row in
                columns.enumerated().map { place, column -> HTML.Cell in
                    if place == 0 { return .heading(HTML.rich(ChemicalText.typeset(column.cells[row]))) }
                    return column.isNumeric ? .number(column.cells[row]) : .text(column.cells[row])
                }
            }
            blocks.append(
                HTML.table(
                    caption: "Intervals by \(Self.name(of: uncertainty))", titles: columns.map(\.title), rows: rows)
            )
            blocks += notes.map { "<p class=\"note\">\(HTML.text($0))</p>" }
            if !uncertainty.profiles.isEmpty {
                blocks.append(
                    HTML.figure(
                        ProfilePlot(uncertainty).themed(.page).svg,
                        caption: "Rise of chi squared as each quantity is held away from its best value; dashed: one "
                            + "standard deviation, and 95 % of one parameter."))
            }
        }
        blocks += upperLimits.map { "<p>\(HTML.text(Self.text($0)))</p>" }
        if let systematicSpread {
            blocks.append(HTML.preformatted(Self.text(systematicSpread), label: "Systematic spread"))
        }
        return ReportSection.section("Intervals and limits", blocks.joined(separator: "\n"))
    }

    // MARK: Text

    /// Blocks of text for a terminal; empty where there is nothing to say.
    public var text: String {
        var blocks: [String] = []
        if let uncertainty { blocks.append(Self.text(uncertainty)) }
        if !upperLimits.isEmpty { blocks.append(upperLimits.map(Self.text).joined(separator: "\n")) }
        if let systematicSpread { blocks.append(Self.text(systematicSpread)) }
        return blocks.joined(separator: "\n\n")
    }

    private static func name(of uncertainty: FitUncertainty) -> String {
        switch uncertainty.method {
        case .covariance: return "covariance"
        case .profile: return "profile likelihood"
        case .monteCarlo:
            let trials = uncertainty.monteCarlo.map { "\($0.trials) trials, seed \($0.seed)" } ?? ""
            return "Monte Carlo, \(trials)"
        }
    }

    private static func columns(of uncertainty: FitUncertainty) -> [AlignedTable.Column] {
        let levels = uncertainty.intervals.reduce(into: [Double]()) { levels, interval in
            if !levels.contains(interval.level) { levels.append(interval.level) }
        }
        var quantities: [FitQuantity] = []
        for interval in uncertainty.intervals where !quantities.contains(interval.quantity) {
            quantities.append(interval.quantity)
        }
        func cell(_ quantity: FitQuantity, _ level: Double) -> String {
            let found = uncertainty.intervals.first { $0.quantity == quantity && $0.level == level }
            guard let interval = found else { return "" }
            let digits = digits(for: interval)
            func number(_ value: Double, _ isBound: Bool) -> String {
                String(format: "%.\(digits)f", value) + (isBound ? "*" : "")
            }
            return "\(number(interval.low, interval.lowIsBound)) to \(number(interval.high, interval.highIsBound))"
        }
        var columns: [AlignedTable.Column] = [
            .init(title: "Species", cells: quantities.map { Printable.text($0.componentName) }, isNumeric: false),
            .init(title: "Quantity", cells: quantities.map { Printable.text($0.quantityName) }, isNumeric: false),
        ]
        columns += levels.map { level in
            .init(
                title: "\(TableText.number(100 * level, digits: 3)) % interval",
                cells: quantities.map { cell($0, level) }, isNumeric: true)
        }
        return columns
    }

    private static func notes(on uncertainty: FitUncertainty) -> [String] {
        var lines: [String] = []
        if uncertainty.intervals.contains(where: { $0.lowIsBound || $0.highIsBound }) {
            lines.append("(* a bound of the model or of nature, not a statement of the data.)")
        }
        if let failed = uncertainty.monteCarlo?.failedTrials, failed > 0 {
            lines.append("(\(failed) trials did not converge and are left out.)")
        }
        return lines
    }

    private static func text(_ uncertainty: FitUncertainty) -> String {
        let table = AlignedTable(columns: columns(of: uncertainty)).lines.map { $0.trimmingTrailingSpaces() }
        return (["Intervals (\(name(of: uncertainty)))"] + table + notes(on: uncertainty)).joined(separator: "\n")
    }

    /// Decimals that show two digits of the width of the interval.
    private static func digits(for interval: ConfidenceInterval) -> Int {
        let width = abs(interval.high - interval.low) / 2
        guard width > 0, width.isFinite else { return 3 }
        var digits = 0
        var scaled = width
        while scaled < 10, digits < 9 {
            scaled *= 10
            digits += 1
        }
        return digits
    }

    private static func text(_ limit: UpperLimit) -> String {
        func percent(_ share: Double) -> String { TableText.number(100 * share, digits: 3) + " %" }
        let name = Printable.text(limit.name)
        let detectable = limit.detectableFraction.map { "; \(percent($0)) would have been detected" } ?? ""
        return
            "Upper limit  \(name) below \(percent(limit.fraction)) of all areas (\(percent(limit.level)) confidence, "
            + "at \(TableText.number(limit.position)) eV)\(detectable)"
    }

    private static func text(_ spread: SystematicSpread) -> String {
        let components = spread.components
        func column(_ title: String, _ value: (SystematicSpread.Component) -> Double) -> AlignedTable.Column {
            .init(title: title, cells: components.map { TableText.number(value($0), digits: 2) }, isNumeric: true)
        }
        let counted = spread.variants.filter { $0.rejection == nil }.count
        let heading =
            "Systematic spread over \(counted) of \(spread.variants.count) choices of window and background (half range)"
        let table = AlignedTable(columns: [
            .init(title: "Species", cells: components.map { Printable.text($0.name) }, isNumeric: false),
            column("Binding energy (eV)") { $0.position }, column("Area") { $0.area },
            column("Fraction (%)") { 100 * $0.fraction },
        ])
        return ([heading] + table.lines.map { $0.trimmingTrailingSpaces() }).joined(separator: "\n")
    }
}
