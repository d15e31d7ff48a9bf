import ArgumentParser
import Foundation
import Interphase

/// How figures are drawn and written.
struct FigureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The width of figures: single (85 mm), double (175 mm), or a length in mm.", valueName: "mm"))
    var plotWidth: String?

    @Option(help: ArgumentHelp("The height of figures in mm; they grow where a key needs the room.", valueName: "mm"))
    var plotHeight: Double?

    @Option(help: ArgumentHelp("The colours of figures: light, or dark for slides.", valueName: "theme"))
    var plotTheme: Theme = .light

    @Option(help: ArgumentHelp("The resolution of PNG figures.", valueName: "dots per inch"))
    var plotDpi = 600.0

    @Flag(help: "Draw the letters of SVG figures as outlines, which need no font.")
    var plotOutlines = false

    @Option(
        help: ArgumentHelp(
            "All species of your project, separated by semicolons: each then has one colour in every figure.",
            valueName: "list"))
    var plotSpecies: String?

    enum Theme: String, ExpressibleByArgument, CaseIterable {
        case light
        case dark

        var colours: PlotTheme { self == .light ? .light : .dark }
    }

    func validate() throws {
        if plotWidth != nil, size(FigureSize.singleColumn) == nil {
            throw ValidationError(
                "--plot-width \(plotWidth ?? ""): expected single, double, or a length from 40 to 1000 mm such as 90")
        }
        if let plotHeight, !(40...1000).contains(plotHeight) {
            throw ValidationError("--plot-height \(plotHeight): expected a length from 40 to 1000 mm such as 75")
        }
        guard (30...2400).contains(plotDpi) else {
            throw ValidationError("--plot-dpi \(plotDpi): expected 30 to 2400 dots per inch, such as 600")
        }
    }

    /// The size asked for, where `usual` is that of the figure; `nil` where the width makes no sense.
    private func size(_ usual: FigureSize) -> FigureSize? {
        guard let plotWidth else { return FigureSize(width: usual.width, height: plotHeight ?? usual.height) }
        let text = plotWidth.lowercased().trimmingCharacters(in: .whitespaces)
        let number = text.hasSuffix("mm") ? text.dropLast(2).trimmingCharacters(in: .whitespaces) : text
        let named: [String: FigureSize] = ["single": .singleColumn, "double": .doubleColumn]
        guard let width = named[text]?.width ?? Double(number), (40...1000).contains(width) else { return nil }
        // Columns are nearly square, pages are not; a figure that needs more height than others keeps it.
        let shape = width <= 110 ? FigureSize.singleColumn : .doubleColumn
        let height = max(shape.height * width / shape.width, min(usual.height, usual.height * width / usual.width))
        return FigureSize(width: width, height: plotHeight ?? height)
    }

    /// Writes `figure` as asked for, in the format that `path` ends in.
    func write(_ figure: some Figure, to path: String) throws {
        let names = (plotSpecies ?? "").split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        let asked = figure.sized(size(figure.size) ?? figure.size).themed(plotTheme.colours)
        let coloured: any Figure = (asked as? any SpeciesFigure)?.coloured(among: names) ?? asked
        try coloured.write(
            to: path, settings: FigureFileSettings(dotsPerInch: plotDpi, outlinesText: plotOutlines))
    }
}

/// Where tables of results go.
struct TableOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the table as Markdown, LaTeX (booktabs, siunitx) or CSV: .md, .tex or .csv.", valueName: "file.tex"))
    var table: String?

    func validate() throws {
        if let table, ResultTables.Format(path: table) == nil {
            throw ValidationError("--table \(table): expected a file name that ends in .md, .tex or .csv")
        }
    }

    /// Writes `tables` where they are asked for.
    func write(_ tables: ResultTables) throws {
        if let table { try tables.write(to: table) }
    }
}
