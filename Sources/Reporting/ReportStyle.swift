/// The style sheet of reports.
enum ReportStyle {
    /// Colours come from the themes of figures, so that page and figure agree; print is always light.
    static var sheet: String {
        """
        :root { color-scheme: light dark; \(PlotTheme.light.customProperties) }
        @media screen and (prefers-color-scheme: dark) { :root { \(PlotTheme.dark.customProperties) } }
        \(fixed)
        \(swatches)
        \(shades)
        """
    }

    private static let fixed = """
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 Helvetica, Arial, sans-serif; }
        main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.25rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin: 2.2rem 0 0.6rem; border-bottom: 1px solid var(--faint); }
        .source { color: var(--muted); margin: 0 0 0.5rem; overflow-wrap: anywhere; }
        .note, figcaption { color: var(--muted); font-size: 0.875rem; max-width: 46rem; }
        .state { display: inline-block; margin: 0; padding: 0.1rem 0.6rem; border-left: 0.3rem solid var(--muted); }
        .state.bad { border-color: var(--alert); color: var(--alert); font-weight: bold; }
        figure { margin: 1.5rem 0 0; }
        figure svg { display: block; width: 100%; height: auto; }
        .stage { touch-action: pan-y; cursor: crosshair; user-select: none; }
        .hidden { display: none; }
        .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
        .crosshair line { stroke: var(--ink); stroke-width: 0.2; }
        .crosshair circle { fill: var(--paper); stroke: var(--ink); stroke-width: 0.3; }
        .selection { fill: var(--ink); opacity: 0.12; }
        .readout { display: flex; flex-wrap: wrap; gap: 0.1rem 1.2rem; padding: 0.4rem 0; font-size: 0.875rem;
          font-variant-numeric: tabular-nums; }
        .readout .name { color: var(--muted); }
        .readout .item { min-width: 9.5rem; }
        .tools { display: flex; flex-wrap: wrap; gap: 0.4rem; align-items: center; margin: 0.4rem 0; }
        .help { color: var(--muted); font-size: 0.8125rem; margin: 0.2rem 0; max-width: 52rem; }
        .view { color: var(--muted); font-size: 0.875rem; }
        button { font: inherit; font-size: 0.8125rem; color: var(--ink); background: var(--paper); cursor: pointer;
          border: 1px solid var(--muted); border-radius: 0.3rem; padding: 0.25rem 0.6rem; min-height: 1.75rem; }
        button:hover { background: var(--faint); }
        button[aria-pressed=false] { border-style: dashed; color: var(--muted); }
        button[aria-pressed=false] .swatch { opacity: 0.15; }
        button.sorter { border: 0; padding: 0; font: inherit; font-weight: bold; text-align: inherit; background: none; }
        button.sorter::after { content: "\\2195"; color: var(--muted); padding-left: 0.3em; font-weight: normal; }
        th[aria-sort=ascending] .sorter::after { content: "\\2191"; color: var(--ink); }
        th[aria-sort=descending] .sorter::after { content: "\\2193"; color: var(--ink); }
        details { margin: 0.6rem 0; }
        summary { cursor: pointer; }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--muted); font-size: 0.875rem; padding-bottom: 0.3rem; }
        th, td { padding: 0.25rem 0.7rem; text-align: left; vertical-align: baseline; }
        thead th { border-bottom: 1.5px solid var(--ink); vertical-align: bottom; }
        tbody tr + tr > * { border-top: 1px solid var(--faint); }
        tbody th { font-weight: normal; overflow-wrap: break-word; min-width: 9rem; max-width: 24rem; }
        .number { text-align: right; }
        td { white-space: nowrap; }
        dl + .scroll { margin-top: 0.8rem; }
        .scroll + .scroll { margin-top: 1.2rem; }
        sub, sup { line-height: 0; }
        .swatch { display: inline-block; width: 0.8em; height: 0.8em; margin-right: 0.5em; print-color-adjust: exact; }
        .correlations { font-size: 0.75rem; }
        .correlations td, .correlations thead th + th { text-align: right; padding: 0.15rem 0.35rem; }
        .correlations td { print-color-adjust: exact; }
        .correlations abbr { text-decoration: none; }
        dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: 0.3rem 1.2rem; margin: 0; }
        dt { color: var(--muted); }
        dd { margin: 0; overflow-wrap: anywhere; }
        .findings { padding: 0; list-style: none; }
        .findings li { border-left: 0.3rem solid var(--muted); padding: 0.1rem 0.8rem; margin: 0.5rem 0; }
        .findings dl { font-size: 0.9em; margin: 0.2rem 0 0; }
        .findings .error { border-color: var(--alert); }
        .findings .error strong { color: var(--alert); }
        pre, code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.85rem; }
        pre { border: 1px solid var(--faint); padding: 0.8rem; overflow-x: auto; }
        :focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
        @media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; } }
        @page { margin: 15mm; }
        @media print {
          .tools, .help, .readout, .crosshair, .sorter::after { display: none; }
          html { font-size: 9.5pt; }
          main { max-width: none; padding: 0; }
          figure, tr, li, dd { break-inside: avoid; }
          h2, summary { break-after: avoid; }
          .scroll { overflow: visible; }
          table { font-size: 8pt; }
          th, td { padding: 0.15rem 0.3rem; }
          tbody th { min-width: 5.5rem; }
          .correlations { font-size: 6pt; }
          pre { white-space: pre-wrap; overflow-wrap: anywhere; }
        }
        """

    private static var swatches: String {
        let species = PlotTheme.light.species.indices.map { ".s\($0) { background: var(--species-\($0)); }" }
        return
            (species + [
                ".swatch.ink { background: var(--ink); }", ".swatch.muted { background: var(--muted); }",
                ".swatch.alert { background: var(--alert); }",
                ".swatch.dots { border: 0.2em dotted var(--muted); background: none; }",
            ]).joined(separator: "\n")
    }

    /// Positive correlations shade towards one colour, negative ones towards another; text stays in ink on at most
    /// 40 % of colour, so that it can be read.
    private static var shades: String {
        (1...10).map { tenths in
            let share = SVGCanvas.number(Double(tenths) * 0.04)
            return ".p\(tenths) { background: rgba(214, 126, 18, \(share)); } "
                + ".n\(tenths) { background: rgba(1, 120, 201, \(share)); }"
        }.joined(separator: "\n")
    }
}
