import Foundation
import Spectra
import SpectrumFiles
import TestSupport
import Testing

@testable import Photoemission

/// Curves that CasaXPS drew of fits whose stored numbers are known, and what is written back for CasaXPS to read.
@Suite("CasaXPS's own curves", .enabled(if: SharedData.isPresent, "shared data folder absent"))
struct CasaXPSCurvesTests {
    private func spectra(_ path: String) throws -> [Spectrum] {
        try SpectrumFile(contentsOf: SharedData.file(path).path).spectra
    }

    private func rms(_ values: [Double]) -> Double {
        (values.reduce(0) { $0 + $1 * $1 } / Double(max(1, values.count))).squareRoot()
    }

    /// Fe 2p of FeO: LF(0.54,10,80,100,6), SGL(30), U 3 Tougaard; the export gives counts of a dwell of 2 s.
    @Test("components, background and envelope of FeO, from the numbers in the VAMAS file alone")
    func ironOxide() throws {
        let stored = try #require(spectra("xps/vamas/FeO_analyzed.vms").first)
        let fit = try #require(stored.casaXPSFits().first)
        let curves = try fit.frozenModel.fit(stored.inCountsPerSecond(), options: CasaXPSFit.options).curves
        let export = try #require(spectra("xps/casaxps-export/FeO_analyzed_lineshapes_cols.txt").first)
        let time = try #require(export.acquisition.timePerChannel)
        let energies = try #require(export.axis.bindingEnergies)
        let places = try curves.bindingEnergies.map { energy in
            try #require(energies.firstIndex { abs($0 - energy) < 1e-3 })
        }
        let columns = export.columns.map { column in places.map { column.values[$0] / time } }
        let background = columns[4]
        let envelope = columns[5]
        let range = try #require(background.max()) - (try #require(background.min()))
        let height = try #require(zip(envelope, background).map { $0 - $1 }.max())
        #expect((zip(curves.background, background).map { abs($0 - $1) }.max() ?? .infinity) < 5e-4 * range)
        let differences = zip(curves.envelope, envelope).map { ($0 - $1) / height }
        #expect(rms(differences) < 2.5e-4, "\(rms(differences))")
        #expect((differences.map(abs).max() ?? .infinity) < 8e-4)
        for (drawn, exported) in zip(curves.components, columns) {
            let own = try #require(drawn.values.max())
            let misfit = zip(zip(drawn.values, exported), background).map { ($0.0 - ($0.1 - $1)) / own }
            // The sum-form components are drawn 0.1 % larger than their stored area.
            #expect(rms(misfit) < 5e-4, "\(drawn.name): \(rms(misfit))")
        }
    }

    /// The export states positions, widths and areas with two decimals, so they are fitted within them.
    @Test(
        "LF and LA components of an Au 4f export, whose numbers are printed with two decimals",
        arguments: [
            (0, "LF(1,20,1,50)", 83.74, 0.97, 23569.09, 1.2e-4), (1, "LF(1,1,500,280,8)", 87.65, 1.01, 16538.18, 9e-4),
            (2, "LA(1.53,243)", 89.08, 2.15, 6468.17, 1e-4),
        ])
    func gold(_ column: Int, _ name: String, _ position: Double, _ fwhm: Double, _ area: Double, _ limit: Double) throws
    {
        var export = try #require(spectra("xps/casaxps-export/ascii_Au4f.txt").first)
        let background = try #require(export.columns.first { $0.name == "Background" }).values
        export.intensities = zip(export.columns[column].values, background).map { $0 - $1 }
        let component = Component(
            name: "line", isDoublet: false, shape: LineShape(name: name),
            position: .within(0.0051, of: position), width: .within(0.0051, of: fwhm),
            area: .within(0.01 * area, of: area))
        let model = PeakModel(window: 80.6...92.1, background: .none, components: [component])
        let fit = try model.fit(export, options: CasaXPSFit.options)
        let height = try #require(fit.curves.envelope.max())
        #expect(rms(fit.curves.residuals) < limit * height, "\(rms(fit.curves.residuals) / height)")
        #expect(abs(fit.components[0].area.value / area - 1) < (limit > 5e-4 ? 8e-3 : 1e-3))
    }

    /// Block 0 is a noise-free LA(1.53,243) that CasaXPS drew from the component stored in block 1.
    @Test("a spectrum that CasaXPS computed gives its component back")
    func synthetic() throws {
        let both = try spectra("xps/vamas/SiO2_O1s_synthetic.vms")
        let stored = try #require(CasaXPSAnnotations(comments: both[1].comments).components.first)
        let photonEnergy = try #require(both[0].axis.photonEnergy)
        let component = Component(
            name: "O 1s", isDoublet: false, shape: LineShape(name: stored.lineShape),
            position: .within(1, of: photonEnergy - stored.position.value + 0.2),
            width: .free(start: 1.4, min: 0.5, max: 4))
        let model = PeakModel(background: .linear, components: [component])
        let fit = try model.fit(both[0].inCountsPerSecond(), options: CasaXPSFit.options)
        let height = try #require(fit.curves.components[0].values.max())
        #expect(rms(fit.curves.residuals) < 2e-4 * height, "\(rms(fit.curves.residuals) / height)")
        #expect(abs(fit.components[0].area.value / stored.area.value - 1) < 1e-3)
        #expect(abs(fit.components[0].position.value - (photonEnergy - stored.position.value)) < 1e-4)
        #expect(abs(fit.components[0].fwhm.value / stored.width.value - 1) < 1e-3)
    }

    @Test("every stored fit with shapes and backgrounds known is drawn, with the stored areas and widths")
    func everyStoredFit() throws {
        var drawn = 0
        for url in SharedData.files(in: "xps/vamas", suffix: ".vms") where !url.path.contains("/comments/") {
            for spectrum in try SpectrumFile(contentsOf: url.path).spectra {
                guard let comparisons = try? spectrum.casaXPSComparisons() else { continue }
                for comparison in comparisons {
                    for component in comparison.components {
                        guard let recomputed = component.recomputed else {
                            // Shapes taken from measured data have no formula.
                            #expect(component.shape.contains { "&$%".contains($0) }, "\(component.shape)")
                            continue
                        }
                        #expect(abs(recomputed.quantities.area - component.stored.area) <= 1e-8 * component.stored.area)
                        #expect(abs(recomputed.quantities.fwhm - component.stored.fwhm) <= 1e-8 * component.stored.fwhm)
                    }
                    if let relative = comparison.relativeEnvelopeRMS {
                        #expect(relative < 0.1)
                        drawn += 1
                    }
                }
            }
        }
        #expect(drawn >= 11)
    }

    @Test("new numbers are written in place of the stored ones, and everything else of the file stays")
    func writingBack() throws {
        let path = SharedData.file("xps/vamas/assigned_open.vms").path
        var experiment = try VAMASExperiment(contentsOf: path)
        let spectra = try SpectrumFile(contentsOf: path).spectra
        let block = 31
        let stored = try #require(spectra[block].casaXPSFits().first)
        var fit = try stored.model.fit(spectra[block].inCountsPerSecond(), options: CasaXPSFit.options)
        for index in fit.components.indices { fit.components[index].area.value += 1.25 }
        var annotations = CasaXPSAnnotations(comments: experiment.blocks[block].comments)
        annotations.update(stored, with: fit)
        experiment.blocks[block].comments = annotations.comments
        let written = FileManager.default.temporaryDirectory.appendingPathComponent("casa-\(UUID().uuidString).vms")
        defer { try? FileManager.default.removeItem(at: written) }
        try experiment.write(to: written.path)

        let again = try SpectrumFile(contentsOf: written.path).spectra
        for index in spectra.indices where index != block { #expect(again[index].comments == spectra[index].comments) }
        let reread = try #require(again[block].casaXPSFits().first)
        for (component, fitted) in zip(reread.stored, fit.components) {
            #expect(abs(component.area.value / fitted.area.value - 1) < 1e-7)
            #expect(abs(component.width.value / fitted.fwhm.value - 1) < 1e-7)
        }
        for (position, fitted) in zip(reread.positions, fit.components) {
            #expect(abs(position - fitted.position.value) < 6e-5)
        }
        // Bounds, links, names and every line that is no component are as they were.
        var (before, after) = (CasaXPSAnnotations(comments: spectra[block].comments), annotations)
        for (place, component) in before.components.enumerated() {
            var same = after.components[place]
            (same.area.value, same.width.value) = (component.area.value, component.width.value)
            same.position.value = component.position.value
            #expect(same == component)
        }
        before.components = []
        after.components = []
        #expect(before == after)
    }
}

@Suite("CasaXPS fits: what belongs together")
struct CasaXPSMembershipTests {
    private func component(_ name: String, _ energy: Double, area: String = "-1 1", position: String = "-1 1") -> String
    {
        "CASA comp (*\(name)*) (*GL(30)*) Area 100 0 10000 \(area) MFWHM 1 0.5 2 -1 1 Position \(energy) \(energy - 1)"
            + " \(energy + 1) \(position) RSF 1 MASS 1 INDEX -1 (*x*)"
    }

    private func spectrum(_ lines: [String]) -> Spectrum {
        let energies = stride(from: 1300.0, through: 1340, by: 0.1).map { $0 }
        return Spectrum(
            name: "two", axis: EnergyAxis(energies, scale: .kinetic, photonEnergy: 1486.6),
            intensities: energies.map {
                50 + 80 * exp(-($0 - 1310) * ($0 - 1310)) + 60 * exp(-($0 - 1330) * ($0 - 1330))
            },
            unit: .counts, acquisition: Acquisition(sweeps: 1, dwellTime: 1), comments: lines)
    }

    private let regions = [
        "CASA region (*low*) (*Linear*) 1322 1338 1 2 0 0 0 0 0 0 (*x*) 1 0 1",
        "CASA region (*high*) (*Shirley*) 1302 1318 1 2 0 0 0 0 0 0 (*x*) 1 0 1",
    ]

    @Test("components belong to the region that holds them, those outside all regions to the nearest")
    func regionsOfOneBlock() throws {
        let fits = try spectrum(
            regions + [component("a", 1330), component("b", 1310), component("c", 1321.7), component("d", 1319)]
        ).casaXPSFits()
        #expect(fits.map(\.region.name) == ["low", "high"])
        #expect(fits.map { $0.stored.map(\.name) } == [["a", "c"], ["b", "d"]])
        #expect(fits.map(\.places) == [[0, 2], [1, 3]])
    }

    @Test("a link into another region holds the value; one within the region is followed")
    func linksAcross() throws {
        let fits = try spectrum(
            regions + [
                component("a", 1330), component("b", 1310, area: "0 0.5"),
                component("c", 1312, area: "1 0.5", position: "1 2"),
            ]
        ).casaXPSFits()
        let high = try #require(fits.last)
        #expect(high.model.components[0].area == .fixed(100))
        #expect(high.model.components[1].area == .ratio(of: "b", by: .fixed(0.5)))
        #expect(high.model.components[1].position == .offset(from: "b", by: .fixed(-2)))
    }

    @Test("a shape or a background that cannot be drawn is told, and the other regions are drawn all the same")
    func problems() throws {
        let odd = regions[0].replacingOccurrences(of: "Linear", with: "Spline Mystery")
        let data = component("b", 1310).replacingOccurrences(of: "GL(30)", with: "&FEO")
        var comparisons = try spectrum([odd, regions[1], component("a", 1330), component("b", 1310)])
            .casaXPSComparisons()
        #expect(comparisons[0].problem?.contains("Spline Mystery") == true)
        #expect(comparisons[0].curves == nil && comparisons[0].components[0].recomputed != nil)
        #expect(comparisons[1].problem == nil && comparisons[1].envelopeRMS != nil)
        comparisons = try spectrum(regions + [component("a", 1330), data]).casaXPSComparisons(refits: true)
        #expect(comparisons[1].problem?.contains("&FEO") == true)
        #expect(comparisons[0].refit != nil)
    }

    @Test("widths and areas that make no sense end in an explanation, not in a number")
    func nonsense() throws {
        for (old, new) in [
            ("MFWHM 1 0.5", "MFWHM 0 0"), ("MFWHM 1 0.5", "MFWHM -3 0.5"), ("Area 100 0", "Area 1e300 0"),
        ] {
            let line = component("a", 1330).replacingOccurrences(of: old, with: new)
            let comparisons = try spectrum([regions[0], line]).casaXPSComparisons(refits: true)
            #expect(comparisons.count == 1)
            if old.hasPrefix("MFWHM") { #expect(comparisons[0].problem != nil) }
        }
    }
}
