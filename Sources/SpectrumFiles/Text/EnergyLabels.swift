import Spectra

extension EnergyScale {
    /// The scale that a label names: "Binding Energy", "BE/eV", "B.E. (eV)", "Kinetic energy", "KE_C1s Scan".
    ///
    /// `nil` where it names neither.
    init?(label: String) {
        let text = label.lowercased()
        // English, German, French.
        if ["binding", "bindungs", "liaison"].contains(where: text.hasWord) {
            self = .binding
        } else if ["kinetic", "kinetisch", "cinétique", "cinetique"].contains(where: text.hasWord) {
            self = .kinetic
        } else {
            switch text.filter({ $0 != "." && $0 != "_" }).prefix(while: \.isLetter) {
            case "be", "ebin", "ebind": self = .binding
            case "ke", "ekin": self = .kinetic
            default: return nil
            }
        }
    }
}

extension IntensityUnit {
    /// The unit that a label names: "counts", "CPS_C1s", "count rate", "c/s"; `nil` where it names none.
    init?(label: String) {
        let text = label.lowercased()
        let rates = [
            "cps", "c/s", "count rate", "counts/s", "counts / s", "counts per s", "cts/s", "count/s", "zählrate",
        ]
        if rates.contains(where: text.hasWord) {
            self = .countsPerSecond
        } else if text.hasWord("count") || text == "cts" || text.hasWord("impulse") {
            self = .counts
        } else {
            return nil
        }
    }
}
