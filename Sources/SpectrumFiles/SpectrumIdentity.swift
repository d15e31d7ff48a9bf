import Spectra

/// What a spectrum shows: told from its labels, or else from its energies.
struct SpectrumIdentity {
    /// The core level, where one is recognised.
    private(set) var level: CoreLevel?
    /// What kind of spectrum it is.
    private(set) var kind = SpectrumKind.other
    /// What had to be concluded from the energies.
    private(set) var note: String?

    /// What `labels`, the more trustworthy first, and else the energies say.
    init(labels: [String], axis: EnergyAxis, intensities: [Double]) {
        self = SpectrumIdentity(labels: labels) ?? SpectrumIdentity(axis: axis, intensities: intensities)
    }

    /// What `labels`, the more trustworthy first, say, if anything.
    init?(labels: [String]) {
        for label in labels {
            if let kind = Self.kind(named: label) {
                self.kind = kind
                return
            }
            if let level = CoreLevel(within: label) {
                self.level = level
                kind = .coreLevel
                return
            }
        }
        return nil
    }

    /// What the energies alone tell.
    init(axis: EnergyAxis, intensities: [Double]) { recognise(axis: axis, intensities: intensities) }

    /// The kind that a label names: `wide`, `Survey`, `Sur1`, `Cu LMM`, `Valence`, `VB`.
    static func kind(named label: String) -> SpectrumKind? {
        for word in label.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
            let lower = word.lowercased()
            let stem = lower.prefix { $0.isLetter }
            if ["survey", "wide", "sur", "overview", "widescan"].contains(stem) { return .survey }
            if ["valence", "vb", "vbm", "fermi", "ef"].contains(stem) { return .valenceBand }
            if lower == "auger" || isAugerTransition(word) { return .auger }
        }
        return nil
    }

    /// Whether a word is an Auger transition in the notation of X-ray spectroscopy, `KLL`, `L3M45M45`, `CuLMM`, `KVV`.
    private static func isAugerTransition(_ word: Substring) -> Bool {
        let letters = word.filter(\.isLetter)
        guard letters.count >= 3 else { return false }
        let shells = letters.suffix(3)
        let order: [Character: Int] = ["K": 0, "L": 1, "M": 2, "N": 3, "O": 4, "P": 5, "V": 6]
        let ranks = shells.compactMap { order[$0] }
        guard ranks.count == 3, ranks[0] < 5, ranks[0] <= ranks[1], ranks[1] <= ranks[2], ranks[0] < ranks[2] else {
            return false
        }
        let symbol = String(letters.dropLast(3))
        return symbol.isEmpty || Element.atomicNumber(of: symbol) != nil
    }

    /// What the energies alone tell: a wide range is a survey, one that ends at the Fermi edge is the valence band, and
    /// one whose maximum lies where only one of the usual core levels can be is that level.
    private mutating func recognise(axis: EnergyAxis, intensities: [Double]) {
        guard let energies = axis.bindingEnergies, let low = energies.min(), let high = energies.max() else { return }
        if high - low > 250 {
            kind = .survey
            return
        }
        if low < 3 && high < 60 && high > 0 {
            kind = .valenceBand
            return
        }
        guard let peak = Self.peakPosition(energies, intensities) else { return }
        let candidates = CoreLevel.levels(at: peak).filter { level in
            guard let usual = level.usualBindingEnergies else { return false }
            return usual.lowerBound >= low && usual.upperBound <= high + 5
        }
        guard let level = candidates.first else { return }
        if candidates.count == 1 {
            self.level = level
            kind = .coreLevel
            note = "taken as \(level): no label says so, but its maximum lies where this level does"
        } else {
            note = "its maximum may be \(candidates.map(\.description).joined(separator: " or ")): no label tells which"
        }
    }

    /// The energy of the highest point above the straight line between the ends, where it stands out from the noise.
    private static func peakPosition(_ energies: [Double], _ intensities: [Double]) -> Double? {
        let count = min(energies.count, intensities.count)
        guard count >= 20 else { return nil }
        let width = max(3, count / 40)
        let first = intensities[0..<width].reduce(0, +) / Double(width)
        let last = intensities[(count - width)..<count].reduce(0, +) / Double(width)
        var best = (index: 0, height: -Double.infinity)
        for index in 0..<count {
            let line = first + (last - first) * Double(index) / Double(count - 1)
            let height = intensities[index] - line
            if height > best.height { best = (index, height) }
        }
        let noise = zip(intensities, intensities.dropFirst()).map { abs($1 - $0) }.sorted()[(count - 1) / 2]
        guard best.height > 5 * noise, best.index > 0, best.index < count - 1 else { return nil }
        return energies[best.index]
    }
}
