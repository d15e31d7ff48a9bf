/// The papers and standards that rules rest on.
private enum Literature {
    static let surveyOfErrors =
        "Major et al., Assessment of the frequency and nature of erroneous x-ray photoelectron spectroscopy analyses in "
        + "the scientific literature, J. Vac. Sci. Technol. A 38 (2020) 061204"
    static let iso19830 =
        "ISO 19830:2015, minimum reporting requirements for peak fitting in X-ray photoelectron spectroscopy"
    static let hesse =
        "Hesse, Chasse, Streubel, Szargan, Surf. Interface Anal. 36 (2004) (Abbe's criterion); von Neumann, Ann. Math. "
        + "Stat. 12 (1941) 367"
    static let cumpson = "Cumpson & Seah, Surf. Interface Anal. 18 (1992) 345"
    static let oswald = "Oswald, Batteries 4 (2018) 36"
    static let conny = "Conny, Powell, Currie, Surf. Interface Anal. 26 (1998) 939"
    static let tougaard = "Tougaard, Surf. Interface Anal. 11 (1988) 453"
    static let counting = "Poisson statistics: the variance of a count is its mean"
    static let species = "the species library, reference-spectra/xps/species.yaml, with the papers it cites"
    static let levels = "the core levels, reference-spectra/xps/core-levels.yaml, with the sources it cites"
}

extension RuleDescription {
    /// Every rule of the referee.
    public static let all: [RuleDescription] = spinOrbit + widths + energies + backgrounds + data + statistics + report

    private static let spinOrbit = [
        RuleDescription(
            "spin-orbit-splitting", "Do the lines of each doublet stand as far apart as spin-orbit coupling puts them?",
            source: Literature.levels,
            advice: "hold the splitting at its reference value; what does not fit then is "
                + "another species, not another splitting"),
        RuleDescription(
            "doublet-area-ratio", "Do their areas have the ratio of the numbers of electrons, l / (l + 1)?",
            source: "number of electrons, 2j + 1; Scofield, J. Electron Spectrosc. Relat. Phenom. 8 (1976) 129",
            advice: "hold the ratio of areas (not heights) at 1/2, 2/3 or 3/4, or at Scofield's"),
        RuleDescription(
            "missing-spin-orbit-partner", "Has every line of a p, d or f level its partner?",
            source: Literature.surveyOfErrors,
            advice: "fit doublets: one component for both lines, with splitting and "
                + "area ratio held"),
        RuleDescription(
            "doublet-widths", "Are both lines of a doublet equally wide, but for Coster-Kronig broadening?",
            source: Literature.levels,
            advice: "give both lines one width; leave the ratio free only for 2p1/2 of Ti to Ni"),
    ]

    private static let widths = [
        RuleDescription(
            "width-below-limit", "Is every line at least as wide as lifetime, source and analyser make it?",
            source: "xpslibrary.com/natural-fwhm (source and analyser); Olivero & Longbothum, J. Quant. Spectrosc. "
                + "Radiat. Transfer 17 (1977) 233 (their sum)",
            advice: "raise the lower bound of the width; a spike this narrow is noise"),
        RuleDescription(
            "width-above-limit", "Is every line no wider than one species can be?", source: Literature.levels,
            advice:
                "look for several species under one line, for differential charging, or for a satellite (name it so)"),
        RuleDescription(
            "unequal-widths", "Are the components of a level about equally wide?", source: Literature.surveyOfErrors,
            advice: "link widths (same_as), or say what broadens one species: disorder, multiplets, a conducting phase "
                + "beside an insulating one"),
        RuleDescription(
            "unequal-shapes", "Have the components of a level about one line shape?", source: Literature.surveyOfErrors,
            advice: "give all components one shape, or state why one differs"),
    ]

    private static let energies = [
        RuleDescription(
            "level-not-stated", "Is the core level stated?", source: Literature.iso19830,
            advice: "add level: to the recipe, or name the spectrum after its level"),
        RuleDescription(
            "position-of-species", "Do components stand where the species they are named after are known to stand?",
            source: Literature.species,
            advice: "check the assignment and the energy reference; compare differences "
                + "between levels, which need no reference"),
        RuleDescription(
            "position-of-level", "Do components stand where any compound has this level?", source: Literature.levels,
            advice: "check the energy reference, or name the line after what it is (satellite, loss, Auger)"),
        RuleDescription(
            "ambiguous-assignment", "Which assignments can this level alone not decide?", source: Literature.species,
            advice: "report both, or decide by another level: O 1s for a phosphate, the metal for a sulfide"),
        RuleDescription(
            "energy-not-referenced", "Is the energy scale referenced?",
            source: "\(Literature.iso19830); \(Literature.oswald)",
            advice: "state calibration: {line: ..., at: ...} or {shift: ..., u: ...}"),
        RuleDescription(
            "reference-line-weak", "Is the line that the scale rests on a strong one?", source: Literature.oswald,
            advice: "compare the shift with that of neighbouring spectra; reference to a stronger line"),
        RuleDescription(
            "candidate-species", "Which published species lie near?", source: Literature.species,
            advice: "a position is no proof: let other levels and the preparation decide"),
        RuleDescription(
            "reference-adventitious-carbon", "Can carbon be trusted as the reference here?", source: Literature.oswald,
            advice: "check it against a line of the sample itself"),
    ]

    private static let backgrounds = [
        RuleDescription(
            "missing-background", "Is there a background, with a step where electrons lose energy?",
            source: "\(Literature.surveyOfErrors); \(Literature.iso19830)", advice: "add background: {kind: shirley}"),
        RuleDescription(
            "background-not-fitted", "Was the background fitted with the lines?", source: Literature.cumpson,
            advice: "leave out fitted: false, so that its uncertainty is part of every area"),
        RuleDescription(
            "background-falls", "Do the data end higher than they begin, as a step needs?",
            source: "Shirley, Phys. Rev. B 5 (1972) 4709", advice: "use a straight line, or a fitted step with a slope"),
        RuleDescription(
            "background-above-data", "Does the background stay below the data?", source: Literature.surveyOfErrors,
            advice: "change its kind or its window"),
        RuleDescription(
            "tougaard-window-short", "Is the window long enough for a loss function?", source: Literature.tougaard,
            advice: "hold C and D, or measure 30 eV and more"),
        RuleDescription(
            "window-too-narrow", "Does the window show background on both sides?", source: Literature.iso19830,
            advice: "widen the window, or measure further out"),
        RuleDescription(
            "component-outside-window", "Do all components lie inside the window?", source: Literature.surveyOfErrors,
            advice: "widen the window or leave the component out"),
    ]

    private static let data = [
        RuleDescription(
            "uniform-weights", "Are counts weighted as counts?",
            source: "\(Literature.counting); \(Literature.cumpson)",
            advice: "leave out weights: unweighted, unless CasaXPS's numbers are to be met"),
        RuleDescription(
            "weights-without-counts", "Are the weighted intensities counts?", source: Literature.counting,
            advice: "fit the raw counts, before smoothing, normalising and subtracting"),
        RuleDescription(
            "negative-intensity", "Are intensities counts, never below zero?", source: Literature.counting,
            advice: "fit the data as measured"),
        RuleDescription(
            "too-good-fit", "Is the scatter at least that of counting?", source: Literature.counting,
            advice: "fit the data before smoothing and averaging"),
    ]

    private static let statistics = [
        RuleDescription(
            "not-converged", "Did the fit end at a minimum?", source: Literature.iso19830,
            advice: "link or hold parameters, or start nearer"),
        RuleDescription(
            "parameter-at-bound", "Do the data decide the parameters, and not bounds?",
            source: Literature.surveyOfErrors,
            advice: "widen the bound, or hold or link the parameter and say so"),
        RuleDescription(
            "component-absent", "Does each component have an area?", source: Literature.cumpson,
            advice: "state an upper limit instead (docs/uncertainties.md)"),
        RuleDescription(
            "component-insignificant", "Is each area more than its noise?", source: Literature.cumpson,
            advice: "leave the component out, or state an upper limit"),
        RuleDescription(
            "poor-fit", "Does the model describe the data within noise?", source: Literature.counting,
            advice: "look at the residuals: background, line shape, or a missing species"),
        RuleDescription(
            "structured-residuals", "Are the residuals random?", source: Literature.hesse,
            advice: "look where the residuals swing: background, line shape, or a missing species"),
        RuleDescription(
            "correlated-parameters", "Do the data determine each parameter?", source: Literature.cumpson,
            advice: "link or hold one of the two, or report their combination"),
        RuleDescription(
            "components-too-close", "Can the data tell neighbouring components apart?", source: Literature.conny,
            advice: "hold their distance, link their areas, or report their sum"),
        RuleDescription(
            "too-many-components", "Are there data enough for the components?",
            source: "\(Literature.conny); \(Literature.surveyOfErrors)",
            advice: "take away components until each is needed (interphase fit --explore counts them)"),
        RuleDescription(
            "component-count", "How many components do the data ask for?", source: "docs/component-count.md",
            advice: "a component more needs another reason than the fit"),
    ]

    private static let report = [
        RuleDescription(
            "levels-do-not-balance", "Do the levels of one species agree, as S and P of PS4(3-) must?",
            source:
                "the species' own formula; sensitivity factors of Scofield, J. Electron Spectrosc. Relat. Phenom. 8 "
                + "(1976) 129",
            advice: "check the assignment in both levels, backgrounds, and whether the sample is "
                + "layered"),
        RuleDescription(
            "reporting-items", "Is everything stated that ISO 19830 asks for?", source: Literature.iso19830,
            advice: "state it; the HTML report of a fit has all items"),
    ]
}
