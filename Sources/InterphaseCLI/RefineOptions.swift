import ArgumentParser
import Foundation
import Interphase

/// What is refined and how, as typed.
struct RefineModelOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where intensities come from: structure (Rietveld), lebail or pawley.", valueName: "kind"))
    var intensities = RefinementOptions.Intensities.structure

    @Option(
        help: ArgumentHelp(
            "The background: auto, chebyshev:11 of degree 11, or spline:8 with knots every 8 degrees.",
            valueName: "form"))
    var background = "auto"

    @Option(
        help: ArgumentHelp(
            "Errors of positions to refine: displacement, zero, transparency, or none. Zero and displacement can hardly "
                + "be told apart.", valueName: "list"))
    var correct = "displacement"

    @Option(
        help: ArgumentHelp(
            "The instrument's widths, held: U,V,W (degrees squared) and X,Y (degrees). Refined if left out.",
            valueName: "U,V,W,X,Y"))
    var instrument: String?

    @Option(
        help: ArgumentHelp(
            "Preferred orientation: auto, none, or NAME=h,k,l for March-Dollase along (hkl), repeated for more phases.",
            valueName: "which"))
    var texture: [String] = []

    @Option(
        help: ArgumentHelp(
            "The axial divergence S/L = H/L, held; 0 for symmetric lines. Refined if left out.", valueName: "ratio"))
    var axialDivergence: Double?

    @Flag(help: "Hold the cells.")
    var holdCells = false

    @Flag(help: "Hold the displacement parameters of the structures: no overall B.")
    var holdB = false

    @Option(help: ArgumentHelp("Scherrer's constant K for sizes.", valueName: "K"))
    var shapeFactor = 0.94

    @Option(
        help: ArgumentHelp("2 theta of a mosaic monochromator: 26.6 for graphite and Cu K-alpha.", valueName: "deg"))
    var monochromator: Double?

    @Flag(help: "The divergence slit keeps the lit length constant: intensities times sin(theta).")
    var variableSlit = false

    func validate() throws {
        _ = try options
        if let monochromator, !(monochromator > 0 && monochromator < 90) {
            throw ValidationError("--monochromator \(monochromator): expected an angle 2 theta from 0 to 90 degrees")
        }
        if let axialDivergence, !(0...0.12).contains(axialDivergence) {
            throw ValidationError("--axial-divergence \(axialDivergence): expected a ratio from 0 to 0.12")
        }
        if !(shapeFactor > 0.5 && shapeFactor < 2) {
            throw ValidationError("--shape-factor \(shapeFactor): expected a number near 0.9")
        }
        for text in texture where !["auto", "none"].contains(text) { _ = try Self.direction(text) }
    }

    /// The Lorentz and polarisation factors.
    var optics: LorentzPolarization {
        LorentzPolarization(
            monochromator: monochromator.map { .mosaic(twoTheta: $0) } ?? .none,
            slit: variableSlit ? .variable : .fixed)
    }

    /// The options for the library.
    var options: RefinementOptions {
        get throws {
            var options = RefinementOptions(intensities: intensities, background: try form)
            options.corrections = try corrections
            options.instrument = try widths
            options.refinesCells = !holdCells
            options.refinesOverallB = !holdB
            options.refinesTexture = texture != ["none"]
            if let axialDivergence {
                options.axialDivergence = axialDivergence
                options.refinesAxialDivergence = false
            }
            options.shapeFactor = shapeFactor
            return options
        }
    }

    private var corrections: [RefinementOptions.Correction] {
        get throws {
            if correct == "none" { return [] }
            return try correct.split(separator: ",").map { word in
                let name = word.trimmingCharacters(in: .whitespaces).lowercased()
                guard let kind = RefinementOptions.Correction(rawValue: name) else {
                    throw ValidationError("--correct \(name): expected displacement, zero, transparency or none")
                }
                return kind
            }
        }
    }

    private var form: SmoothBackground.Form? {
        get throws {
            if background == "auto" { return nil }
            let parts = background.split(separator: ":").map(String.init)
            switch (parts.first?.lowercased(), parts.count) {
            case ("spline", 1): return .spline(spacing: 8)
            case ("chebyshev", 1): return .chebyshev(degree: 11)
            case ("spline", 2):
                if let spacing = Double(parts[1]), spacing >= 0.5, spacing <= 180 { return .spline(spacing: spacing) }
            case ("chebyshev", 2):
                if let degree = Int(parts[1]), (0...40).contains(degree) { return .chebyshev(degree: degree) }
            default: break
            }
            throw ValidationError(
                "--background \(background): expected auto, chebyshev:DEGREE (0 to 40) or spline:DEGREES (0.5 or more)")
        }
    }

    private var widths: LineWidths? {
        get throws {
            guard let instrument else { return nil }
            let numbers = instrument.split(separator: ",").compactMap {
                Double($0.trimmingCharacters(in: .whitespaces))
            }
            guard numbers.count == 3 || numbers.count == 5, numbers.allSatisfy(\.isFinite) else {
                throw ValidationError("--instrument \(instrument): expected U,V,W or U,V,W,X,Y")
            }
            var widths = LineWidths(u: numbers[0], v: numbers[1], w: numbers[2])
            if numbers.count == 5 { (widths.x, widths.y) = (numbers[3], numbers[4]) }
            return widths
        }
    }

    /// `NAME=h,k,l` taken apart.
    private static func direction(_ text: String) throws -> (name: String, index: MillerIndex) {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let numbers = parts.count == 2 ? parts[1].split(separator: ",").map { Int($0) } : []
        guard numbers.count == 3, let h = numbers[0], let k = numbers[1], let l = numbers[2],
            [h, k, l].allSatisfy({ abs($0) <= 50 }), h != 0 || k != 0 || l != 0
        else { throw ValidationError("--texture \(text): expected auto, none, or NAME=h,k,l such as LiCoO2=0,0,3") }
        return (parts[0], MillerIndex(h, k, l))
    }

    /// Gives each phase the texture that was asked for.
    func applyTextures(to phases: inout [RefinementPhase]) throws {
        let named = try texture.filter { !["auto", "none"].contains($0) }.map(Self.direction)
        // Where directions are named, the others have none unless auto is asked for too.
        let others: RefinementPhase.Texture = named.isEmpty || texture.contains("auto") ? .automatic : .none
        for p in phases.indices { phases[p].texture = texture == ["none"] ? .none : others }
        for (name, index) in named {
            guard let p = phases.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else {
                let known = phases.map(\.name).joined(separator: ", ")
                throw ValidationError("--texture \(name): is not among the phases (\(known))")
            }
            phases[p].texture = .along(index)
        }
    }
}

extension RefinementOptions.Intensities: ExpressibleByArgument {}

/// The phases of a refinement as typed.
struct RefinePhaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Names of phases that come along, or CIFs, separated by commas.", valueName: "list"))
    var phases: String?

    @Option(
        help: ArgumentHelp(
            "A phase of which only the cell is known, for --intensities lebail or pawley: name, space group and "
                + "a,b,c,alpha,beta,gamma. Repeat for more.", valueName: "NAME:GROUP:a,b,c,..."))
    var cell: [String] = []

    @Option(
        help: ArgumentHelp(
            "Take phases and cells from what identify --json wrote for this specimen.", valueName: "file.json"))
    var fromIdentification: String?

    func validate() throws {
        if phases == nil, cell.isEmpty, fromIdentification == nil {
            throw ValidationError(
                "expected --phases with names or CIFs, such as --phases LiCoO2,Co3O4, or --from-identification FILE.json"
            )
        }
    }

    /// The phases, read.
    func read(_ output: OutputOptions) throws -> [RefinementPhase] {
        var result = try fromIdentification.map(Self.identified) ?? []
        for word in (phases ?? "").split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            guard !word.isEmpty else { continue }
            result.append(try Self.phase(word) { output.say($0) })
        }
        for text in cell { result.append(try Self.cellOnly(text)) }
        return result
    }

    /// The phases of a document of the schema `interphase.identify/1`, in the cells that were found.
    private static func identified(_ path: String) throws -> [RefinementPhase] {
        struct Cell: Decodable {
            var aA, bA, cA, alphaDeg, betaDeg, gammaDeg: Double
        }
        struct Phase: Decodable {
            var name: String
            var file: String?
            var cell: Cell
        }
        struct Document: Decodable {
            var schema: String
            var phases: [Phase]
        }
        let data = try CommandSupport.data(at: path)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let document = try? decoder.decode(Document.self, from: data), document.schema == PhaseTable.schema
        else { throw CommandFailure(.badData, "\(path): expected what interphase identify --json writes") }
        guard !document.phases.isEmpty else {
            throw CommandFailure(.badData, "\(path): no phase was identified, so there is nothing to refine")
        }
        return try document.phases.map { found in
            let structure: CrystalStructure
            if let file = found.file {
                structure = try CrystalStructure(contentsOf: URL(fileURLWithPath: file))
            } else if let known = PhaseLibrary.phase(found.name) {
                structure = known
            } else {
                throw CommandFailure(.badData, "\(path): \(found.name) is not among the phases that come along")
            }
            let edges = found.cell
            guard
                let cell = UnitCell(
                    a: edges.aA, b: edges.bA, c: edges.cA, alpha: edges.alphaDeg, beta: edges.betaDeg,
                    gamma: edges.gammaDeg)
            else { throw CommandFailure(.badData, "\(path): the cell of \(found.name) is none") }
            return RefinementPhase(name: found.name, structure: structure).withCell(cell)
        }
    }

    /// The phase that comes along under the name `word`, or that of the CIF at this path.
    static func phase(_ word: String, say: (String) -> Void) throws -> RefinementPhase {
        if let known = PhaseLibrary.phases.first(where: { $0.name.lowercased() == word.lowercased() }) {
            return RefinementPhase(name: known.name, structure: known.structure)
        }
        guard FileManager.default.fileExists(atPath: word) else { throw unknown(word) }
        let structure = try CrystalStructure(contentsOf: URL(fileURLWithPath: word))
        for finding in structure.findings where finding.severity > .note {
            say("\(word): \(finding.severity.rawValue): \(finding.message)")
        }
        let name = URL(fileURLWithPath: word).deletingPathExtension().lastPathComponent
        return RefinementPhase(name: name, structure: structure)
    }

    private static func unknown(_ word: String) -> CommandFailure {
        let stem = word.lowercased().prefix { $0 != "-" && $0 != "." }
        let near = PhaseLibrary.phases.map(\.name).filter { $0.lowercased().hasPrefix(stem) && !stem.isEmpty }
        let hint = near.isEmpty ? "" : "; did you mean \(near.prefix(5).joined(separator: ", "))?"
        return CommandFailure(.noInput, "--phases \(word): neither a phase that comes along nor a file\(hint)")
    }

    private static func cellOnly(_ text: String) throws -> RefinementPhase {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        // A space group may have a qualifier behind a colon of its own.
        guard parts.count == 3 || parts.count == 4, let numbers = parts.last?.split(separator: ",").map({ Double($0) }),
            numbers.count == 6, !parts[0].isEmpty
        else {
            throw ValidationError(
                "--cell \(text): expected NAME:GROUP:a,b,c,alpha,beta,gamma, such as LaB6:Pm-3m:4.157,4.157,4.157,90,90,90"
            )
        }
        let symbol = parts.count == 4 ? "\(parts[1]):\(parts[2])" : parts[1]
        guard let setting = SpaceGroupTable.settings(named: symbol).first else {
            throw ValidationError("--cell \(text): \(symbol) is no known space group")
        }
        let known = numbers.compactMap { $0 }
        guard known.count == 6,
            let cell = UnitCell(
                a: known[0], b: known[1], c: known[2], alpha: known[3], beta: known[4], gamma: known[5])
        else { throw ValidationError("--cell \(text): these edges and angles span no cell") }
        return RefinementPhase(name: parts[0], cell: cell, spaceGroup: setting.group)
    }
}
