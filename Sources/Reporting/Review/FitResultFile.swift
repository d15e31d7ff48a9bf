import Foundation
import Photoemission
import Spectra

/// A result that `interphase fit --json` wrote, as far as the referee needs it.
public struct FitResultFile: Sendable {
    let content: FitResultContent
    let path: String

    /// Whether `data` looks like such a result.
    public static func recognises(_ data: Data) -> Bool {
        let start = String(decoding: data.prefix(400), as: UTF8.self)
        return start.contains("\"\(FitDocument.schema)\"")
    }

    /// Reads a result; `path` names it in errors.
    ///
    /// - Throws: `ReadError.malformed` where it is not JSON of the schema `interphase.fit/1`.
    public init(_ data: Data, path: String) throws {
        self.path = path
        do {
            content = try JSONDecoder().decode(FitResultContent.self, from: data)
        } catch let error as DecodingError {
            throw Self.problem(error, path)
        }
        guard content.schema == FitDocument.schema else {
            throw ReadError.malformed(
                file: path, place: .whole, expected: "the schema \(FitDocument.schema)", found: "\"\(content.schema)\"")
        }
    }

    /// What the referee looks at.
    ///
    /// - Throws: `ReferenceDataError` or `FitError` where the recipe inside is none, `ReadError` where result and recipe
    ///   do not belong together.
    public func subject() throws -> ReviewSubject {
        guard let text = content.effectiveRecipe else {
            throw ReadError.malformed(
                file: path, place: .whole, expected: "the key \"effective_recipe\"", found: "none")
        }
        let recipe = try Recipe(yaml: text, file: "\(path) (effective_recipe)")
        var subject = try ReviewSubject(recipe: recipe, name: content.source.spectrum)
        guard subject.components.count == content.components.count else {
            throw ReadError.malformed(
                file: path, place: .whole,
                expected: "\(subject.components.count) components, as the recipe inside has",
                found: "\(content.components.count)")
        }
        subject.origin = .fit
        subject.missingItems = missingItems
        if content.window.count == 2, content.window[0] < content.window[1] {
            subject.window = content.window[0]...content.window[1]
        }
        subject.reference = content.calibration.reference == "none" ? nil : content.calibration.reference
        for (index, component) in content.components.enumerated() {
            Self.fill(&subject.components[index], component)
        }
        subject.unit = content.unit.flatMap(IntensityUnit.init)
        subject.photonEnergy = content.source.photonEnergy
        subject.secondsPerChannel = content.source.secondsPerChannel
        let statistics = content.statistics
        guard (0...1_000_000_000).contains(statistics.points), (0...1_000_000).contains(statistics.freeParameters)
        else {
            throw ReadError.malformed(
                file: path, place: .whole, expected: "counts of points and parameters",
                found: "\(statistics.points) points and \(statistics.freeParameters) parameters")
        }
        subject.hasGivenVariances = statistics.weighting == "given variances"
        subject.hasCountingStatistics = !statistics.weighting.hasSuffix("estimated from the scatter")
        subject.statistics = FitStatistics(
            points: statistics.points, freeParameters: statistics.freeParameters, chi2: statistics.chi2 ?? .nan,
            reducedChi2: statistics.reducedChi2 ?? .nan, abbe: statistics.abbe ?? 1,
            residualStandardDeviation: statistics.residual ?? .nan, weighting: statistics.weighting)
        subject.freeParameters = statistics.freeParameters
        subject.convergence = Convergence(
            converged: content.convergence.converged, reason: content.convergence.reason, evaluations: 0, starts: 1)
        let parameters = content.parameters
        let covariance = parameters.covariance.flatMap { $0 }.map { $0 ?? 0 }
        guard covariance.count == parameters.names.count * parameters.names.count,
            parameters.values.count == parameters.names.count
        else {
            throw ReadError.malformed(
                file: path, place: .whole,
                expected:
                    "a value and a row and column of the covariance for each of \(parameters.names.count) parameters",
                found: "\(parameters.values.count) values and \(covariance.count) entries")
        }
        subject.parameters = FittedParameters(
            names: parameters.names, values: parameters.values.map { $0 ?? .nan }, covariance: covariance,
            atBound: parameters.atBound)
        subject.carried = content.findings.map(\.finding)
        return subject
    }

    private var missingItems: [String] {
        var items: [String] = []
        if content.source.file == nil { items.append("the file that was fitted") }
        if content.source.sha256 == nil { items.append("its digest (sha256)") }
        if content.software?.version == nil { items.append("the version of the program") }
        if content.components.allSatisfy({ $0.position.u == nil && $0.area.u == nil }) {
            items.append("uncertainties of positions and areas")
        }
        return items
    }

    private static func fill(_ reviewed: inout ReviewedComponent, _ component: FitResultContent.Component) {
        func fill(_ value: inout ReviewedValue?, _ quantity: FitResultContent.Quantity?) {
            guard let quantity else { return }
            value?.value = quantity.value
            value?.uncertainty = quantity.u
        }
        func filled(_ value: ReviewedValue, _ quantity: FitResultContent.Quantity) -> ReviewedValue {
            var value = value
            (value.value, value.uncertainty) = (quantity.value, quantity.u)
            return value
        }
        reviewed.position = filled(reviewed.position, component.position)
        reviewed.width = filled(reviewed.width, component.trueWidth)
        reviewed.area = filled(reviewed.area, component.area)
        fill(&reviewed.splitting, component.splitting)
        fill(&reviewed.areaRatio, component.areaRatio)
        fill(&reviewed.widthRatio, component.widthRatio)
    }

    private static func problem(_ error: DecodingError, _ path: String) -> ReadError {
        let context: DecodingError.Context
        var found = "something else"
        switch error {
        case .keyNotFound(let key, let where_):
            context = where_
            found = "no \"\(key.stringValue)\""
        case .typeMismatch(_, let where_), .valueNotFound(_, let where_), .dataCorrupted(let where_): context = where_
        @unknown default:
            return .malformed(file: path, place: .whole, expected: "a result of interphase fit", found: found)
        }
        let place = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return .malformed(
            file: path, place: .whole,
            expected: "a result of interphase fit (JSON, \(FitDocument.schema))",
            found: place.isEmpty ? found : "\(found) at \(place)")
    }
}
