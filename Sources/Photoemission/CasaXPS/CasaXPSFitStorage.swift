import Foundation
import ReferenceSpectra
import Spectra

extension CasaXPSAnnotations {
    /// Stores a fit of ours in CasaXPS's grammar: a region with its background and a component for every line, doublets
    /// and groups tied together by links. It takes the place of regions and components stored before; calibrations stay,
    /// and one is added where the fit moved the energies.
    ///
    /// Drawn by CasaXPS, the components are those of the fit. The background is CasaXPS's own of the nearest type,
    /// computed from the data: a fitted one has no place in its grammar. Pseudo-Voigt lines become `SGL`, Voigt lines
    /// `LA(m)`, whose ratio of widths is theirs.
    ///
    /// - Parameters:
    ///   - fit: a fit of `spectrum`.
    ///   - spectrum: the spectrum in whose comments this stands, with photon energy and time per channel.
    /// - Throws: `FitError.invalidSpectrum` where these are missing, or what is stored cannot be told apart from other
    ///   comments; `FitError.invalidModel` where CasaXPS has no such line shape or background.
    public mutating func store(_ fit: PeakFit, of spectrum: Spectrum) throws {
        guard let photonEnergy = spectrum.axis.photonEnergy else {
            throw FitError.invalidSpectrum(
                "\"\(spectrum.name)\" has no photon energy, which CasaXPS's energies refer to")
        }
        guard let stored = bindingEnergyShift else {
            throw FitError.invalidSpectrum("\"\(spectrum.name)\" has a CasaXPS calibration of a kind not known here")
        }
        let rate: Double
        switch (spectrum.unit, spectrum.acquisition.timePerChannel) {
        case (.countsPerSecond, _), (.arbitrary, _): rate = 1
        case (.counts, let time?): rate = 1 / time
        case (.counts, nil):
            throw FitError.invalidSpectrum(
                "\"\(spectrum.name)\" does not say how long each channel was measured, and CasaXPS's areas are rates")
        }
        var block = try CasaXPSBlock(comments: comments)
        let missing = fit.calibration.shift.value - stored
        if abs(missing) > 1e-6 {
            // The line that was moved, where the fit says which one; only the difference counts.
            var assigned = fit.components.first?.position.value ?? 0
            if case .line(_, let energy) = fit.effectiveModel.calibration { assigned = energy }
            let measured = Self.rounded(assigned - missing), rounded = Self.rounded(assigned)
            block.history.append(
                "Calib M = \(CasaXPSCursor.text(measured)) A = \(CasaXPSCursor.text(rounded)) BE ADD")
        }
        // Regions and components that were not moved along are in the frame of calibrated energies.
        let moved = calibrations.reduce(0.0) { $0 + ($1.movedComponents ? $1.bindingEnergyShift ?? 0 : 0) }
        let movedRegions = calibrations.reduce(0.0) { $0 + ($1.movedRegions ? $1.bindingEnergyShift ?? 0 : 0) }
        block.regions = [try CasaXPSRegion(fit, origin: photonEnergy + movedRegions)]
        block.components = try CasaXPSComponentList(fit, origin: photonEnergy + moved, rate: rate).components
        self = CasaXPSAnnotations(comments: block.comments)
    }

    /// Ten digits: CasaXPS writes eight, which round kinetic energies to 5e-5 eV.
    static func rounded(_ value: Double) -> Double { Double(String(format: "%.10g", value)) ?? value }
}

/// The comments of a block with the four groups that CasaXPS keeps in them.
private struct CasaXPSBlock {
    var before: [String]
    var history: [String] = []
    var display: [String] = []
    var regions: [CasaXPSRegion] = []
    var components: [CasaXPSComponent] = []
    var after: [String] = []

    init(comments: [String]) throws {
        guard let start = comments.firstIndex(where: { $0.hasPrefix("Casa Info Follows") }) else {
            before = comments + ["Casa Info Follows"]
            return
        }
        before = Array(comments[...start])
        func count(_ place: Int) -> Int? {
            guard comments.indices.contains(place) else { return nil }
            return Int(comments[place].trimmingCharacters(in: .whitespaces)).flatMap {
                (0...100_000).contains($0) ? $0 : nil
            }
        }
        func holds(_ places: Range<Int>, _ test: (String) -> Bool) -> Bool {
            places.upperBound <= comments.count && comments[places].allSatisfy(test)
        }
        guard let steps = count(start + 1), start + 2 + steps < comments.count,
            let annotations = count(start + 2 + steps)
        else { throw Self.unreadable }
        history = Array(comments[(start + 2)..<(start + 2 + steps)])
        // A display annotation may take several lines, so the regions are found by what follows their count.
        let first = start + 3 + steps
        for place in (first + annotations)..<max(first + annotations, comments.count) {
            guard let regionCount = count(place),
                holds(place + 1..<place + 1 + regionCount, { CasaXPSRegion(line: $0) != nil }),
                let componentCount = count(place + 1 + regionCount),
                holds(
                    place + 2 + regionCount..<place + 2 + regionCount + componentCount,
                    { CasaXPSComponent(line: $0) != nil })
            else { continue }
            display = Array(comments[(first - 1)..<place])
            after = Array(comments[(place + 2 + regionCount + componentCount)...])
            return
        }
        throw Self.unreadable
    }

    private static let unreadable = FitError.invalidSpectrum(
        "the CasaXPS lines in the comment are laid out in a way not known here, so nothing can be stored among them")

    var comments: [String] {
        before + ["\(history.count)"] + history + (display.isEmpty ? ["0"] : display) + ["\(regions.count)"]
            + regions.map(\.line) + ["\(components.count)"] + components.map(\.line) + after
    }
}

extension CasaXPSRegion {
    /// The region of a fit; stored limit = `origin` - calibrated binding energy.
    fileprivate init(_ fit: PeakFit, origin: Double) throws {
        let background = fit.effectiveModel.background
        let (type, parameters) = try Self.type(background, fit.background)
        let sensitivity = fit.level?.reference?.sensitivity.total ?? 1
        let name = (fit.level?.description ?? fit.spectrumName).replacingOccurrences(of: "*)", with: "* )")
        let numbers = [
            origin - fit.window.upperBound, origin - fit.window.lowerBound, sensitivity,
            Double((background.endPoints - 1) / 2 + 1), background.endOffsets.high, background.endOffsets.low,
        ]
        let line =
            "CASA region (*\(name)*) (*\(type)*) "
            + (numbers + parameters).map { CasaXPSCursor.text(CasaXPSAnnotations.rounded($0)) }.joined(separator: " ")
            + " (*\(name)*) 0 0 \(CasaXPSCursor.text(sensitivity))"
        guard let region = CasaXPSRegion(line: line) else {
            throw FitError.invalidModel("the region \"\(name)\" cannot be written as CasaXPS does")
        }
        self = region
    }

    /// CasaXPS's type of background and its four parameters.
    private static func type(_ background: Background, _ fitted: FittedBackground) throws -> (String, [Double]) {
        guard background.others.isEmpty else {
            throw FitError.invalidModel("CasaXPS has one background in a region, not a sum of several")
        }
        func parameter(_ name: String) -> Double? { fitted.parameters.first { $0.name == name }?.quantity.value }
        func held(_ constraint: Constraint?) -> Double? {
            if case .fixed(let value) = constraint { value } else { nil }
        }
        switch background.kind {
        case .none: return ("None", [0, 0, 0, 0])
        case .constant, .linear: return ("Linear", [0, 0, 0, 0])
        case .polynomial where background.degree <= 1: return ("Linear", [0, 0, 0, 0])
        case .shirley, .smart: return ("Shirley", [0, 0, 0, 0])
        case .tougaardU2:
            let c = try parameter("tougaard_c_eV2") ?? held(background.resolvedLoss().c) ?? 1643
            return ("U 2 Tougaard", [parameter("tougaard_b_eV2") ?? 0, -c, 0, 0])
        case .tougaardU3:
            let loss = try background.resolvedLoss()
            guard let c = parameter("tougaard_c_eV2") ?? held(loss.c),
                let d = parameter("tougaard_d_eV2") ?? held(loss.d)
            else { throw FitError.invalidModel("the cross-section of the Tougaard background is not known") }
            return ("U 3 Tougaard", [parameter("tougaard_b_eV2") ?? 0, c, d, loss.threshold])
        case .polynomial, .slopeBackground, .tougaardU4:
            throw FitError.invalidModel("CasaXPS has no background of the kind \(background.kind.rawValue)")
        }
    }
}

/// The components of a fit line by line, with CasaXPS's links between them.
private struct CasaXPSComponentList {
    /// A line of ours and how it hangs on the first line of its component.
    private struct Line {
        var name: String
        var shape: String
        var area: Double
        var width: Double
        var energy: Double
        var areaFactor: Double
        var widthFactor: Double
        var distance: Double
    }

    let fit: PeakFit
    let origin: Double
    let rate: Double
    private(set) var components: [CasaXPSComponent] = []
    private var firstPlaces: [String: Int] = [:]
    /// What share of a component's area its first line has, where that is fixed.
    private var firstShares: [String: Double] = [:]

    init(_ fit: PeakFit, origin: Double, rate: Double) throws {
        self.fit = fit
        self.origin = origin
        self.rate = rate
        let pairs = Array(zip(fit.effectiveModel.components, fit.components))
        var place = 0
        var all: [[Line]] = []
        for (component, fitted) in pairs {
            let lines = try Self.lines(component, fitted, fit.effectiveModel.shape)
            firstPlaces[component.name] = place
            if let first = lines.first, fitted.area.value != 0 {
                firstShares[component.name] = first.area / fitted.area.value
            }
            place += lines.count
            all.append(lines)
        }
        for (index, lines) in all.enumerated() {
            let (component, fitted) = pairs[index]
            guard let first = lines.first, let own = firstPlaces[component.name] else { continue }
            components.append(leading(first, component, fitted))
            components += lines.dropFirst().map { following($0, own) }
        }
        let sensitivity = fit.level?.reference?.sensitivity.total ?? 1
        for index in components.indices {
            components[index].sensitivityFactor = sensitivity
            components[index].mass = 0
            components[index].index = -1
            components[index].tag = fit.level?.description ?? ""
            components[index].constant = ""
            components[index].uncorrectedSensitivityFactor = sensitivity
        }
    }

    private func leading(_ line: Line, _ component: Component, _ fitted: FittedComponent) -> CasaXPSComponent {
        CasaXPSComponent(
            name: line.name, lineShape: line.shape,
            area: parameter(line.area * rate, component.area, component.name, kind: .area),
            width: parameter(line.width, component.width, component.name, kind: .width),
            position: parameter(line.energy, component.position, component.name, kind: .position))
    }

    private func following(_ line: Line, _ leader: Int) -> CasaXPSComponent {
        let rounded = CasaXPSAnnotations.rounded
        return CasaXPSComponent(
            name: line.name, lineShape: line.shape,
            area: .init(
                value: rounded(line.area * rate), lower: 0, upper: 0, leader: leader, relation: rounded(line.areaFactor)
            ),
            width: .init(
                value: rounded(line.width), lower: 0, upper: 0, leader: leader, relation: rounded(line.widthFactor)),
            position: .init(
                value: rounded(origin - line.energy), lower: 0, upper: 0, leader: leader,
                relation: rounded(-line.distance)))
    }

    private enum Kind { case area, width, position }

    /// A parameter of a component's first line: linked, bounded or held as the model says.
    private func parameter(_ value: Double, _ constraint: Constraint?, _ name: String, kind: Kind)
        -> CasaXPSComponent.Parameter
    {
        let rounded = CasaXPSAnnotations.rounded
        let stored = rounded(kind == .position ? origin - value : value)
        if let link = link(constraint, name, kind), let leader = firstPlaces[link.leader] {
            return .init(value: stored, lower: 0, upper: 0, leader: leader, relation: rounded(link.relation))
        }
        var low: Double, high: Double
        switch constraint {
        case .free(_, let min, let max), .prior(_, _, _, let min, let max): (low, high) = (min, max)
        case .fixed where isReference(name) && kind == .position:
            (low, high) = (value - PeakModel.positionTolerance, value + PeakModel.positionTolerance)
        case .fixed: (low, high) = (value, value)
        default:
            // A link that CasaXPS cannot hold: free around what was found.
            switch kind {
            case .position: (low, high) = (value - 1, value + 1)
            case .width: (low, high) = (value / 3, value * 3)
            case .area: (low, high) = (0, .infinity)
            }
        }
        if kind == .area {
            (low, high) = constraint.isFixed ? (value, value) : (max(low, 0) * rate, high * rate)
            if !high.isFinite { high = max(1e7, 1000 * abs(value)) }
        }
        let ends = kind == .position ? (origin - high, origin - low) : (low, high)
        return .init(value: stored, lower: rounded(ends.0), upper: rounded(ends.1))
    }

    private func isReference(_ name: String) -> Bool {
        if case .line(name, at: _) = fit.effectiveModel.calibration { true } else { false }
    }

    /// A link of a whole component as one between first lines; `nil` for what CasaXPS cannot hold, such as a fitted ratio.
    private func link(_ constraint: Constraint?, _ name: String, _ kind: Kind) -> (leader: String, relation: Double)? {
        switch (constraint, kind) {
        case (.sameAs(let leader), .position): return (leader, 0)
        case (.sameAs(let leader), .width): return (leader, 1)
        case (.sameAs(let leader), .area): return share(name, leader).map { (leader, $0) }
        case (.offset(let leader, .fixed(let distance)), .position): return (leader, -distance)
        case (.ratio(let leader, .fixed(let factor)), .width): return (leader, factor)
        case (.ratio(let leader, .fixed(let factor)), .area): return share(name, leader).map { (leader, factor * $0) }
        default: return nil
        }
    }

    private func share(_ name: String, _ leader: String) -> Double? {
        guard let own = firstShares[name], let other = firstShares[leader], other > 0 else { return nil }
        return own / other
    }

    // MARK: - Lines of a component

    private static func lines(_ component: Component, _ fitted: FittedComponent, _ standard: LineShape) throws -> [Line]
    {
        let singles = try singles(component, fitted, component.shape ?? standard)
        guard let ratio = fitted.areaRatio?.value, let splitting = fitted.splitting?.value else { return singles }
        let widthRatio = fitted.widthRatio?.value ?? 1
        guard let first = singles.first else { return [] }
        var lines: [Line] = []
        for (isMinor, share) in [(false, 1 / (1 + ratio)), (true, ratio / (1 + ratio))] {
            for single in singles {
                var line = single
                line.area *= share
                line.areaFactor *= isMinor ? ratio : 1
                if isMinor {
                    line.energy += splitting
                    line.distance += splitting
                    line.width *= widthRatio
                    line.widthFactor = line.width / first.width
                }
                let name = isMinor ? fitted.level?.minorLine : fitted.level?.majorLine
                line.name += name.map { " " + $0.drop { $0 != " " }.dropFirst() } ?? (isMinor ? " (2)" : " (1)")
                lines.append(line)
            }
        }
        return lines
    }

    /// The lines of a component that is no doublet, or those of j = l + 1/2 with the area of both.
    private static func singles(_ component: Component, _ fitted: FittedComponent, _ shape: LineShape) throws -> [Line]
    {
        let name = fitted.name.replacingOccurrences(of: "*)", with: "* )")
        let area = fitted.area.value, energy = fitted.position.value
        func single(_ shape: String, _ width: Double) -> [Line] {
            [
                Line(
                    name: name, shape: shape, area: area, width: width, energy: energy, areaFactor: 1, widthFactor: 1,
                    distance: 0)
            ]
        }
        switch shape {
        case .group(let group):
            let total = group.lines.reduce(0) { $0 + $1.area }
            guard let first = group.lines.first, first.area > 0 else {
                throw FitError.invalidModel(
                    "component \"\(name)\": CasaXPS ties areas to the first line, which has none")
            }
            return try group.lines.enumerated().map { index, line in
                Line(
                    name: group.lines.count > 1 ? "\(name) #\(index + 1)" : name,
                    shape: try casaName(line.shape, component: name), area: area * line.area / total,
                    width: fitted.fwhm.value * line.width / first.width, energy: energy + line.energy - first.energy,
                    areaFactor: line.area / first.area, widthFactor: line.width / first.width,
                    distance: line.energy - first.energy)
            }
        case .voigt:
            func width(_ quantity: ComponentQuantity) -> Double {
                fitted.shapeParameters.first { $0.name == quantity.rawValue }?.quantity.value ?? 0
            }
            let gaussian = width(.gaussianWidth), lorentzian = width(.lorentzianWidth)
            // LA(m) has Gaussian and Lorentzian in the ratio ln 2 (14.01 - 0.1401 m), 9.7 at most: beyond twice that a
            // Gaussian is nearer.
            let ratio = lorentzian > 0 ? gaussian / lorentzian : .infinity
            let mix = min(max((1401 - ratio / LorentzianPowers.gaussianWidth(steps: 1)) / 14.01, 0), 100)
            if ratio > 20 { return single("GL(0)", fitted.trueFWHM.value) }
            return single(
                LineShape.lorentzianVoigt(mix: CasaXPSAnnotations.rounded(mix)).description, fitted.trueFWHM.value)
        default:
            guard let fittedShape = LineShape(name: fitted.shape) else {
                throw FitError.invalidModel(
                    "component \"\(name)\": CasaXPS has no line shape that is drawn like \"\(fitted.shape)\"")
            }
            return single(try casaName(fittedShape, component: name), fitted.fwhm.value)
        }
    }

    /// A shape as CasaXPS names it.
    private static func casaName(_ shape: LineShape, component: String) throws -> String {
        switch shape {
        case .gaussian: return "GL(0)"
        case .lorentzian: return "GL(100)"
        case .pseudoVoigt(let mix):
            // Heights of a Gaussian and a Lorentzian of equal width with the stated shares of area.
            let gaussian = (1 - mix / 100) * 2 * (0.6931471805599453 / Double.pi).squareRoot()
            let lorentzian = mix / 100 * 2 / Double.pi
            return LineShape.glSum(
                mix: CasaXPSAnnotations.rounded(100 * lorentzian / (gaussian + lorentzian))
            ).description
        case .glProduct, .glSum, .lorentzianVoigt, .lorentzianPowers, .gelius, .exponentialTail:
            return shape.description
        case .asymmetricPseudoVoigt, .voigt, .doniachSunjic, .group, .measured:
            throw FitError.invalidModel(
                "component \"\(component)\": CasaXPS has no line shape that is drawn like \(shape)")
        }
    }
}

extension Constraint? {
    fileprivate var isFixed: Bool {
        if case .fixed = self { true } else { false }
    }
}
