// Atomic per cent of species over several core levels: QuantifySpecies S2P.vms P2P.vms GE3D.vms
import Interphase

let levels: [(level: CoreLevel, recipe: String)] = [(.s2p, "s2p-lgps"), (.p2p, "p2p-lgps"), (.ge3d, "ge3d-lgps")]
let fits = try zip(levels, CommandLine.arguments.dropFirst()).map { entry, path in
    guard let shipped = ReferenceLibrary.recipe(named: entry.recipe) else { fatalError("no recipe \(entry.recipe)") }
    let recipe = try Recipe(yaml: shipped.text, file: shipped.name)
    return try recipe.model.fit(SpectrumFile(contentsOf: path).spectrum(entry.level))
}

let result = try Quantification(fits, sensitivities: .scofield.withRelativeUncertainty(0.05))
print(result)

// Li10GeP2S12 has twelve sulfur atoms for two of phosphorus, which one line of S 2p stands for.
let ratio = try result.ratio(["PS4 3- (S 2p)"], to: ["PS4 3- (P 2p)"])
print("S : P = \(ratio), by the formula 6")
