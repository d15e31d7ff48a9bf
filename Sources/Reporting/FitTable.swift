import Foundation
import Photoemission
import Spectra

/// The result of a fit as tables: for a terminal, for Markdown, and as comma-separated values.
public struct FitTable: Sendable {
    /// The fit.
    public var fit: PeakFit
    /// Whether the text for terminals uses ANSI colours.
    public var useColour: Bool
    /// The width in columns at which sentences are broken.
    public var width: Int

    /// Tables of `fit`; `useColour` and `width` concern `text` alone.
    public init(_ fit: PeakFit, useColour: Bool = false, width: Int = 100) {
        self.fit = fit
        self.useColour = useColour
        self.width = width
    }

    /// The table with background, statistics, calibration and findings, for a terminal. A fit that did not converge
    /// says so first.
    public var text: String {
        var lines: [String] = []
        if !fit.convergence.converged {
            let sentence = "NOT CONVERGED: \(reason). The numbers below are not a result."
            lines += TerminalWidth.wrapped(sentence, width: width).map { styled($0, .alert) } + [""]
        }
        lines.append(styled(heading, .strong))
        let table = AlignedTable(columns: columns).lines.map { $0.trimmingTrailingSpaces() }
        lines += table.prefix(1).map { styled($0, .underlined) } + table.dropFirst()
        if let note = Self.note(for: fit) { lines.append(styled(note, .faint)) }
        lines.append("")
        for (name, value) in facts {
            lines += indented(value, after: name)
        }
        if !fit.findings.isEmpty { lines += [""] + findingLines }
        return lines.joined(separator: "\n") + "\n"
    }

    /// "Fit of S2p Scan: S 2p, 158 to 170 eV".
    var heading: String {
        let name = fit.spectrumName.isEmpty ? "spectrum" : Printable.text(fit.spectrumName)
        let level = fit.level.map { "\($0), " } ?? ""
        let (low, high) = (TableText.number(fit.window.lowerBound), TableText.number(fit.window.upperBound))
        return "Fit of \(name): \(level)\(low) to \(high) eV"
    }

    private var reason: String {
        var text = Printable.text(fit.convergence.reason)
        while text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// The unit of areas.
    static func areaUnit(of fit: PeakFit) -> String {
        switch fit.unit {
        case .counts: "counts eV"
        case .countsPerSecond: "counts/s eV"
        case .arbitrary: "arb. units eV"
        }
    }

    private var columns: [AlignedTable.Column] {
        let components = fit.components
        return [
            .init(title: "Species", cells: components.map { Printable.text($0.name) }, isNumeric: false),
            .init(title: "Line", cells: components.map { Printable.text($0.line) }, isNumeric: false),
            .init(
                title: "Binding energy (eV)", cells: components.map { TableText.quantity($0.position) },
                isNumeric: true),
            .init(title: "FWHM (eV)", cells: components.map { TableText.quantity($0.fwhm) }, isNumeric: true),
            .init(
                title: "Area (\(Self.areaUnit(of: fit)))", cells: components.map { TableText.quantity($0.area) },
                isNumeric: true),
            .init(title: "Fraction (%)", cells: components.map { TableText.percent($0.fraction) }, isNumeric: true),
        ]
    }

    /// What a missing uncertainty means, where one is missing.
    static func note(for fit: PeakFit) -> String? {
        let quantities = fit.components.flatMap { [$0.position, $0.fwhm, $0.area] }
        guard quantities.contains(where: { $0.standardUncertainty == nil }) else { return nil }
        return "(Numbers without an uncertainty were held fixed or ended on a bound.)"
    }

    // MARK: Facts below the table

    /// Background, statistics, calibration and convergence in words.
    var facts: [(name: String, value: String)] {
        let statistics = fit.statistics
        let calibration = fit.calibration
        let runs =
            "\(fit.convergence.evaluations) evaluations, "
            + (fit.convergence.starts == 1 ? "1 start" : "\(fit.convergence.starts) starts")
        var facts = [
            ("Background", Self.background(of: fit)),
            ("Quality", Self.quality(of: fit)),
            (
                "Data",
                "\(statistics.points) points, \(statistics.freeParameters) free parameters, weights: "
                    + Printable.text(statistics.weighting)
            ),
            (
                "Calibration",
                "shift \(TableText.quantity(calibration.shift)) eV, reference: \(Printable.text(calibration.reference))"
            ),
            ("Convergence", "\(Self.state(of: fit)) (\(runs))"),
        ]
        let doublets = fit.components.compactMap(Self.fittedDoublet)
        if !doublets.isEmpty { facts.insert(("Doublets", doublets.joined(separator: "; ")), at: 1) }
        return facts
    }

    /// The statistics in words.
    static func quality(of fit: PeakFit) -> String {
        let statistics = fit.statistics
        let unit = fit.unit == .arbitrary ? "arb. units" : fit.unit.rawValue
        return "reduced chi2 \(TableText.number(statistics.reducedChi2, digits: 4)) (chi2 "
            + "\(TableText.number(statistics.chi2))), Abbe \(TableText.number(statistics.abbe, digits: 3)), residual "
            + "standard deviation \(TableText.number(statistics.residualStandardDeviation, digits: 4)) \(unit)"
    }

    /// Whether the fit converged, in words, with the reason where it says more.
    static func state(of fit: PeakFit) -> String {
        let reason = Printable.text(fit.convergence.reason)
        guard fit.convergence.converged else { return "not converged: \(reason)" }
        return reason.isEmpty || reason == "converged" ? "converged" : "converged: \(reason)"
    }

    /// The background in words.
    static func background(of fit: PeakFit) -> String {
        let background = fit.background
        guard background.kind != "none" else { return "none" }
        let how = background.isFitted ? "fitted with the peaks" : "computed from the data and subtracted first"
        let parameters = background.parameters.map {
            "\(Printable.text($0.name)) \(TableText.quantity($0.quantity))"
        }
        let list = parameters.isEmpty ? "" : ": " + parameters.joined(separator: ", ")
        return "\(Printable.text(background.kind)), \(how)\(list)"
    }

    /// What was fitted of the inner structure of a doublet, `nil` where nothing was.
    private static func fittedDoublet(_ component: FittedComponent) -> String? {
        let parts = [
            ("splitting", component.splitting, " eV"), ("area ratio", component.areaRatio, ""),
            ("width ratio", component.widthRatio, ""),
        ].compactMap { name, quantity, unit -> String? in
            guard let quantity, quantity.standardUncertainty != nil else { return nil }
            return "\(name) \(TableText.quantity(quantity))\(unit)"
        }
        return parts.isEmpty ? nil : "\(Printable.text(component.name)) \(parts.joined(separator: ", "))"
    }

    private func indented(_ value: String, after name: String) -> [String] {
        let indent = 13
        let padded = name + String(repeating: " ", count: max(indent - name.count, 1))
        let lines = TerminalWidth.wrapped(value, width: max(width - indent, 20))
        return lines.enumerated().map { index, line in
            index == 0 ? styled(padded, .strong) + line : String(repeating: " ", count: indent) + line
        }
    }

    /// The findings, the most serious first.
    static func sortedFindings(of fit: PeakFit) -> [Finding] {
        fit.findings.enumerated()
            .sorted { ($1.element.severity, $0.offset) < ($0.element.severity, $1.offset) }.map(\.element)
    }

    private var findingLines: [String] {
        [styled("Findings", .strong)]
            + FindingText(findings: Self.sortedFindings(of: fit), width: width).lines(detailed: false) {
                styled($1, .of($0))
            }
    }

    // MARK: Colour

    /// Emphasis on terminals (ECMA-48, select graphic rendition).
    private enum Style: String {
        case strong = "1"
        case underlined = "4"
        case faint = "2"
        case alert = "1;31"
        case warning = "33"
        case note = "36"

        static func of(_ severity: Finding.Severity) -> Style {
            switch severity {
            case .error: .alert
            case .warning: .warning
            case .note: .note
            }
        }
    }

    private func styled(_ text: String, _ style: Style) -> String {
        useColour && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }
}

extension String {
    /// The text without spaces at its end.
    func trimmingTrailingSpaces() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}

extension PeakFit: CustomStringConvertible {
    /// The table of the fit as text: species, binding energies, widths, areas and shares with their uncertainties,
    /// background, quality of the fit, findings.
    public var description: String { FitTable(self).text.trimmingCharacters(in: .newlines) }
}
