// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Interphase
import ReferenceSpectra

@c @implementation
public func interphase_quantify(
    _ fits: UnsafePointer<interphase_handle>?, _ count: Int, _ options: UnsafePointer<CChar>?, _ json: TextResult?,
    _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        let finished = try Arguments.handles(fits, count, "fits").map(HandleTable.shared.fit)
        let options = try Options(
            options,
            [
                "sensitivities", "transmission", "escape_depth", "material", "u_sensitivities", "u_transmission",
                "u_escape_depth", "u_exponent", "exclude", "tie",
            ])
        let links = try options["tie"].map { try $0.oneOrMore().map(link) } ?? []
        var result = try request(options).quantify(finished.map(\.fit))
        // What was measured is judged, not what a tie makes of it.
        let measured = LevelBalance().findings(result.levelAmounts)
        let balances = try links.map { try result.balance(of: $0) }
        result = try result.linked(by: links)
        result.findings += measured + balances.compactMap(\.finding)
        let document = QuantificationDocument(
            result, ties: balances, provenance: finished.map(\.provenance), softwareVersion: InterphaseVersion.current)
        try Arguments.give(document.json, to: json)
    }
}

private func link(_ value: YAMLValue) throws -> StoichiometricLink {
    guard let tied = TiedRatio(try value.text()) else {
        throw value.error(expected: "a ratio such as \"PS4 3- (S 2p) / PS4 3- (P 2p) = 4 +- 2 %\"")
    }
    return tied.link
}

private func request(_ options: Options) throws -> QuantificationRequest {
    var request = QuantificationRequest()
    request.sensitivities = try options.text("sensitivities") ?? request.sensitivities
    request.transmission = try options.text("transmission") ?? request.transmission
    request.escapeDepth = try options.text("escape_depth") ?? request.escapeDepth
    request.material = try options["material"].map { try $0.list().map { try $0.number() } }
    request.sensitivityUncertainty = try options.number("u_sensitivities", in: 0...99.9)
    request.transmissionUncertainty = try options.number("u_transmission", in: 0...99.9)
    request.escapeDepthUncertainty = try options.number("u_escape_depth", in: 0...99.9)
    request.exponentUncertainty = try options.number("u_exponent", in: 0...5)
    request.excluded = try options.texts("exclude")
    return request
}

@c @implementation
public func interphase_review(
    _ items: UnsafePointer<interphase_handle>?, _ count: Int, _ spectrum: interphase_handle, _ json: TextResult?,
    _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        let handles = try Arguments.handles(items, count, "items")
        let measured = spectrum == 0 ? nil : try HandleTable.shared.spectrum(spectrum).spectrum
        let subjects = try handles.enumerated().map { index, handle in
            try subject(handle, number: index + 1, measured: measured)
        }
        let referee = Referee()
        var reviews = subjects.map {
            Review(file: "", name: $0.name, origin: $0.origin.rawValue, findings: referee.findings(in: $0))
        }
        let fits = subjects.filter { $0.origin == .fit }
        if fits.count > 1 {
            reviews.append(
                Review(
                    file: "", name: "the levels together", origin: "levels",
                    findings: LevelBalance().findings(for: fits)))
        }
        try Arguments.give(ReviewDocument(reviews, softwareVersion: InterphaseVersion.current).json, to: json)
    }
}

private func subject(_ handle: interphase_handle, number: Int, measured: Spectrum?) throws -> ReviewSubject {
    switch try HandleTable.shared[handle] {
    case .fit(let finished): return ReviewSubject(finished.fit)
    case .model(let recipe):
        return try ReviewSubject(
            recipe: recipe, name: recipe.model.level?.description ?? "model \(number)", spectrum: measured)
    case let other:
        throw InterfaceFailure(
            INTERPHASE_INVALID_HANDLE, "items[\(number - 1)] stands for \(other.kind); expected a model or a fit")
    }
}
