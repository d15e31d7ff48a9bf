import Foundation
import Interphase
import TestSupport
import Testing

@testable import InterphaseCLI

/// `interphase plot`, and the options for figures and tables of other commands.
@Suite("interphase plot", .serialized)
struct PlotCommandTests {
    private func run(_ arguments: String...) async -> Int32 {
        await CommandSupport.run(InterphaseCommand.self, arguments: arguments)
    }

    private func inTemporaryFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interphase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder.path)
    }

    /// The content of a file, nothing where it cannot be read.
    private func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

    @Test("a result of a fit gives every kind of figure that is made of fits")
    func figuresOfFits() async throws {
        try await inTemporaryFolder { folder in
            let fit = "\(folder)/fit.json"
            let code = await run(
                "fit", FitCommandTests.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--curves", "--json",
                fit,
                "--plot", "\(folder)/fit.svg", "--plot-width", "120", "--table", "\(folder)/fit.tex", "--uncertainty",
                "profile")
            #expect(code == 0)
            #expect(text("\(folder)/fit.svg").contains("width=\"120mm\""))
            #expect(text("\(folder)/fit.tex").contains("\\toprule"))
            #expect(await run("plot", fit, "-o", "\(folder)/again.svg", "--plot-width", "120mm") == 0)
            #expect(text("\(folder)/again.svg") == text("\(folder)/fit.svg"))
            #expect(await run("plot", fit, fit, "-o", "\(folder)/stack.svg", "--names", "one; two") == 0)
            #expect(text("\(folder)/stack.svg").contains("From the bottom to the top: one, two."))
            for kind in ["comparison", "stack"] {
                #expect(await run("plot", fit, fit, "--kind", kind, "-o", "\(folder)/\(kind).svg") == 0)
            }
            for kind in ["correlations", "profiles"] {
                #expect(
                    await run(
                        "plot", fit, "--kind", kind, "-o", "\(folder)/\(kind).svg", "--plot-theme", "dark", "--title",
                        "x")
                        == 0)
                #expect(text("\(folder)/\(kind).svg").contains("PS"))
            }
            #expect(await run("plot", fit, "--kind", "profiles", "--of", "fraction", "-o", "\(folder)/p.svg") == 0)
        }
    }

    @Test("what makes no sense is refused with the right exit code")
    func refusals() async throws {
        try await inTemporaryFolder { folder in
            let fit = "\(folder)/fit.json"
            _ = await run(
                "fit", FitCommandTests.bundled, "--recipe", "s2p-argyrodite-cathode", "--quiet", "--json", fit)
            let out = "\(folder)/out.svg"
            // Without curves there is nothing to draw; correlations need none.
            #expect(await run("plot", fit, "-o", out) == 65)
            #expect(await run("plot", fit, "--kind", "correlations", "-o", out) == 0)
            #expect(await run("plot", fit, "--kind", "profiles", "-o", out) == 65)
            #expect(await run("plot", fit, "--kind", "series", "-o", out) == 2)
            #expect(await run("plot", fit, fit, "--kind", "fit", "-o", out) == 2)
            #expect(await run("plot", "\(folder)/absent.json", "-o", out) == 66)
            #expect(await run("plot", fit, "-o", out, "--plot-width", "wide") == 2)
            #expect(await run("plot", fit, "-o", out, "--plot-width", "5") == 2)
            #expect(await run("plot", fit, "-o", out, "--plot-height", "nan") == 2)
            #expect(await run("fit", FitCommandTests.bundled, "--explore", "--table", "t.docx") == 2)
            try "no result".write(toFile: fit, atomically: true, encoding: .utf8)
            #expect(await run("plot", fit, "-o", out) == 65)
        }
    }

    @Test("refine writes report and table, and its result is drawn again")
    func patterns() async throws {
        try await inTemporaryFolder { folder in
            let pattern = "\(folder)/lco.csv"
            #expect(await run("simulate", "--phases", "LiCoO2=97, Co3O4=3", "-o", pattern, "--two-theta", "15:60") == 0)
            let code = await run(
                "refine", pattern, "--wavelength", "CuKa", "--phases", "LiCoO2,Co3O4", "--quiet", "--report",
                "\(folder)/r.html", "--table", "\(folder)/r.md", "--plot", "\(folder)/r.svg", "--json",
                "\(folder)/r.json",
                "--curves")
            #expect(code == 0)
            #expect(
                await run(
                    "identify", pattern, "--wavelength", "CuKa", "--elements", "Li,Co,O", "--quiet", "--table",
                    "\(folder)/i.tex", "--report", "\(folder)/i.html") == 0)
            #expect(text("\(folder)/i.tex").contains("Co\\textsubscript{3}O\\textsubscript{4}"))
            let page = text("\(folder)/r.html")
            for word in ["Phases", "Cells", "Correlations", "SHA-256", "interphase"] { #expect(page.contains(word)) }
            #expect(text("\(folder)/r.md").contains("| LiCoO<sub>2</sub> |"))
            #expect(await run("plot", "\(folder)/r.json", "-o", "\(folder)/again.svg") == 0)
            #expect(text("\(folder)/r.svg") == text("\(folder)/again.svg"))
        }
    }
}
