import Spectra

/// What a spectrum shows, told from its labels or else from its energies.
struct SpectrumIdentity {
    /// The core level, where one is recognised.
    private(set) var level: CoreLevel?
    /// What kind of spectrum it is.
    private(set) var kind = SpectrumKind.other
    /// What had to be assumed.
    private(set) var note: String?

    /// What `labels` (the more trustworthy first) and the energies say.
    init(labels: [String], axis: EnergyAxis, intensities: [Double]) {
        for label in labels {
            if let level = CoreLevel(label: label) {
                self.level = level
                kind = .coreLevel
                return
            }
        }
    }
}
