import Foundation
import Spectra
import SpectralMath
import Testing

@testable import Photoemission

/// Fits of ours in CasaXPS's grammar, read back by what reads CasaXPS's own.
@Suite("Fits stored as CasaXPS stores them")
struct CasaXPSFitStorageTests {
    static let energies = SimulatedSpectrum.grid(156...172, step: 0.05)

    static func doublets(_ shape: LineShape, _ calibration: Spectra.Calibration = .none) -> PeakModel {
        PeakModel(.s2p, calibration: calibration, shape: shape) {
            Doublet("S 2-", near: 160.2, width: shape.parameters.first == .width ? .sameAs("PS4 3-") : nil)
            Doublet("PS4 3-", near: 161.6)
            Doublet(
                "oxidised", position: .offset(from: "PS4 3-", by: .fixed(2.2)),
                area: .ratio(of: "S 2-", by: .fixed(1.5)))
        }
    }

    static let models: [(String, PeakModel)] = [
        ("GL(30)", doublets(.glProduct(mix: 30))),
        ("GL(30), energies referenced to a line", doublets(.glProduct(mix: 30), .line("PS4 3-", at: 161.7))),
        ("a shift that is given", doublets(.glProduct(mix: 45), .shift(Measured(0.1)))),
        ("pseudo-Voigt", doublets(.pseudoVoigt(mix: 40))),
        ("LA", doublets(.lorentzianPowers(.init(high: 1.3, low: 1.8, steps: 60)))),
        (
            "Voigt",
            {
                var model = doublets(.voigt)
                model.defaults[.lorentzianWidth] = .fixed(0.3)
                return model
            }()
        ),
        (
            "Gaussian, linear",
            {
                var model = doublets(.gaussian)
                model.background = .linear
                return model
            }()
        ),
        (
            "a multiplet's doublet and a free ratio",
            PeakModel(.s2p) {
                Multiplet(
                    "group",
                    lines: [.init(at: 160.2, area: 2, width: 1), .init(at: 161.6, area: 6, width: 1.1)],
                    width: .free(start: 1, min: 0.5, max: 2), widthRatio: .fixed(1.2))
                Doublet("other", near: 163.8, areaRatio: .free(start: 0.5, min: 0.3, max: 0.7))
            }
        ),
    ]

    static func spectrum(comments: [String] = []) throws -> Spectrum {
        let truth = PeakModel(.s2p) {
            Doublet("a", position: .fixed(160.2), width: .fixed(1), area: .fixed(4000))
            Doublet("b", position: .fixed(161.6), width: .fixed(1.1), area: .fixed(9000))
            Doublet("c", position: .fixed(163.8), width: .fixed(1.2), area: .fixed(6000))
        }
        var numbers = RandomNumbers(seed: 5, stream: 2)
        var spectrum = try truth.simulatedSpectrum(
            at: energies, background: SimulatedBackground(constant: 800, shirley: 0.03),
            acquisition: Acquisition(sweeps: 10, dwellTime: 0.2), photonEnergy: 1486.69, numbers: &numbers)
        spectrum.comments = comments
        return spectrum
    }

    /// The summed components of a fit, counts/s.
    private func peaks(_ curves: FitCurves) -> [Double] { zip(curves.envelope, curves.background).map { $0 - $1 } }

    @Test("CasaXPS draws the components as the fit has them", arguments: models.indices)
    func drawsTheSame(index: Int) throws {
        let model = Self.models[index].1
        let spectrum = try Self.spectrum()
        let fit = try model.fit(spectrum)
        #expect(fit.convergence.converged)
        var annotations = CasaXPSAnnotations(comments: spectrum.comments)
        try annotations.store(fit, of: spectrum)
        var annotated = spectrum
        annotated.comments = annotations.comments
        let comparison = try #require(annotated.casaXPSComparisons().first)
        #expect(comparison.problem == nil)
        let stored = try #require(comparison.curves)
        // The window's ends carry ten digits, so that a point at an end may be lost.
        #expect(abs(stored.bindingEnergies.count - fit.curves.bindingEnergies.count) <= 1)
        let first = try #require(stored.bindingEnergies.first)
        let offset = try #require(fit.curves.bindingEnergies.firstIndex { abs($0 - first) < 1e-3 })
        let ours = peaks(fit.curves).map { $0 / 2 }
        let theirs = peaks(stored)
        let height = try #require(ours.max())
        let difference = theirs.indices.map { abs(theirs[$0] - ours[$0 + offset]) }.max() ?? 1
        #expect(difference < 2e-6 * height, "\(difference / height)")
        // Every component line has a counterpart, and links tie lines to their first one.
        let lines = model.components.reduce(0) { sum, component in
            guard case .group(let group) = component.shape else { return sum + 2 }
            return sum + 2 * group.lines.count
        }
        #expect(annotations.components.count == lines)
        #expect(annotations.components.filter { $0.position.leader != nil }.count >= lines - model.components.count)
    }

    @Test("links of the model are links in the file, and a fit there stays where it was")
    func links() throws {
        let spectrum = try Self.spectrum()
        var model = Self.doublets(.glProduct(mix: 30))
        model.background = Background(.shirley, isFitted: false)
        let fit = try model.fit(spectrum.inCountsPerSecond(), options: CasaXPSFit.options)
        var annotations = CasaXPSAnnotations(comments: [])
        try annotations.store(fit, of: spectrum.inCountsPerSecond())
        let components = annotations.components
        #expect(components.map(\.name).first == "S 2- 2p3/2")
        #expect(components[1].area.leader == 0 && abs(components[1].area.relation - 0.5) < 1e-8)
        #expect(components[0].width.leader == 2 && components[0].width.relation == 1)
        #expect(components[4].position.leader == 2 && abs(components[4].position.relation + 2.2) < 1e-7)
        #expect(components[4].area.leader == 0 && abs(components[4].area.relation - 1.5) < 1e-7)
        var annotated = try spectrum.inCountsPerSecond()
        annotated.comments = annotations.comments
        let comparison = try #require(annotated.casaXPSComparisons(refits: true).first)
        let refit = try #require(comparison.refit)
        for (stored, component) in zip(comparison.components, refit.components) {
            #expect(abs(component.area.value - stored.stored.area) < 1e-4 * stored.stored.area, "\(stored.name)")
            #expect(abs(component.position.value - stored.stored.position) < 1e-4)
        }
    }

    @Test("other comments, history and display settings stay; regions and components are replaced; twice is once")
    func keepsTheRest() throws {
        let before = [
            "Made somewhere", "Casa Info Follows", "1", "Calib M = 284.9 A = 285 BE ADD", "1",
            "annot comps v2315 RGB(0,0,255) Font(35,34,700,0,Arial)", "", "1", CasaXPSAnnotationsTests.regionLine, "1",
            CasaXPSAnnotationsTests.componentLine, "Computer : here",
        ]
        var spectrum = try Self.spectrum(comments: before)
        spectrum.calibration = .shift(Measured(0.1))
        let fit = try Self.doublets(.glProduct(mix: 30), .shift(Measured(0.1))).fit(spectrum)
        var annotations = CasaXPSAnnotations(comments: before)
        try annotations.store(fit, of: spectrum)
        let after = annotations.comments
        #expect(Array(after[0..<7]) == Array(before[0..<7]))
        #expect(after.last == "Computer : here")
        #expect(annotations.regions.count == 1 && annotations.components.count == 6)
        #expect(annotations.history == ["Calib M = 284.9 A = 285 BE ADD"])
        try annotations.store(fit, of: spectrum)
        #expect(annotations.comments == after)
        // Another shift is one calibration more.
        let moved = try Self.doublets(.glProduct(mix: 30), .shift(Measured(0.25))).fit(spectrum)
        try annotations.store(moved, of: spectrum)
        #expect(annotations.history.count == 2)
        #expect(abs((annotations.bindingEnergyShift ?? 0) - 0.25) < 1e-6)
    }

    @Test("what CasaXPS cannot hold is refused by name")
    func refused() throws {
        let spectrum = try Self.spectrum()
        var metal = Self.doublets(.glProduct(mix: 30))
        metal.components[1].shape = .doniachSunjic(asymmetry: 0.1)
        var annotations = CasaXPSAnnotations(comments: [])
        #expect(throws: FitError.self) { try annotations.store(metal.fit(spectrum), of: spectrum) }
        var curved = Self.doublets(.glProduct(mix: 30))
        curved.background = Background(.polynomial, degree: 3)
        #expect(throws: FitError.self) { try annotations.store(curved.fit(spectrum), of: spectrum) }
        var timeless = spectrum
        timeless.acquisition = Acquisition()
        let fit = try Self.doublets(.glProduct(mix: 30)).fit(spectrum)
        #expect(throws: FitError.self) { try annotations.store(fit, of: timeless) }
        var unclear = CasaXPSAnnotations(comments: ["Casa Info Follows", "many", "0", "0", "0"])
        #expect(throws: FitError.self) { try unclear.store(fit, of: spectrum) }
        #expect(annotations.comments.isEmpty)
    }
}
