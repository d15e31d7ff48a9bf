import Foundation
import Spectra
import Testing

@testable import Photoemission

/// Fits of many spectra with one prepared model are those of `PeakModel.fit`, to the last bit and in any company.
@Suite("Prepared models")
struct PreparedPeakModelTests {
    /// Spectra of the cycling series of W1, on `energies`.
    static func spectra(_ count: Int, energies: [Double], unit: IntensityUnit = .counts) -> [Spectrum] {
        (0..<count).map { index in
            var numbers = SimulationNumbers(seed: UInt64(7_000 + index))
            let truth = WorkloadW1Tests.truth(Double(index) / Double(max(1, count - 1)), &numbers)
            let ascending = energies.first ?? 0 < energies.last ?? 0
            var spectrum = SimulatedSpectrum(
                energies: ascending ? energies : energies.reversed(),
                lines: (0..<4).flatMap {
                    SimulatedSpectrum.doublet(truth.positions[$0], width: truth.widths[$0 / 2], area: truth.areas[$0])
                }, constant: truth.constant, shirley: truth.shirley
            ).spectrum(noise: &numbers)
            if !ascending { spectrum.intensities.reverse() }
            spectrum.axis = EnergyAxis(energies, scale: .binding, photonEnergy: 1486.6)
            spectrum.unit = unit
            if unit == .countsPerSecond {
                spectrum.acquisition.sweeps = 4 + index
                spectrum.acquisition.dwellTime = 0.5
            }
            return spectrum
        }
    }

    static let grid = SimulatedSpectrum.grid(157...171, step: 0.1)

    private func expectSame(_ compact: CompactFit, _ full: PeakFit) {
        #expect(compact.values == full.parameters.values)
        #expect(compact.prepared.parameterNames == full.parameters.names)
        #expect(compact.parameters.atBound == full.parameters.atBound)
        #expect(compact.chi2 == full.statistics.chi2)
        #expect(compact.reducedChi2 == full.statistics.reducedChi2)
        #expect(compact.points == full.statistics.points)
        #expect(compact.freeParameters == full.statistics.freeParameters)
        #expect(compact.convergence == full.convergence)
        // The inverse is taken of the same matrix in the same way.
        #expect(compact.parameters.covariance == full.parameters.covariance)
        #expect(compact.components == full.components)
    }

    static let models: [(String, PeakModel)] = [
        ("W1 in its window", WorkloadW1Tests.model),
        (
            "a slope beside the step, two widths linked",
            {
                var model = WorkloadW1Tests.model
                model.background = Background(.shirley, hasSlope: true)
                model.components[2].width = .ratio(
                    of: WorkloadW1Tests.names[0], by: .free(start: 1.1, min: 0.5, max: 2))
                model.components[1].area = .ratio(of: WorkloadW1Tests.names[0], by: .free(start: 3, min: 0.1, max: 20))
                return model
            }()
        ),
        (
            "a background that is subtracted first",
            {
                var model = WorkloadW1Tests.model
                model.background = Background(.shirley, isFitted: false, endPoints: 5)
                return model
            }()
        ),
        (
            "energies referenced to a line",
            {
                var model = WorkloadW1Tests.model
                model.calibration = .line("PS4 3-", at: 161.6)
                return model
            }()
        ),
        (
            "sums of Gaussian and Lorentzian of which the mixing is fitted",
            {
                var model = WorkloadW1Tests.model
                model.shape = .glSum(mix: 30)
                for index in model.components.indices {
                    model.components[index].mixing =
                        index == 0 ? .free(start: 30, min: 5, max: 90) : .sameAs(WorkloadW1Tests.names[0])
                }
                return model
            }()
        ),
        (
            "CasaXPS's LA",
            {
                var model = WorkloadW1Tests.model
                model.shape = .lorentzianPowers(.init(high: 1.2, low: 2.8, steps: 30))
                return model
            }()
        ),
    ]

    @Test("a compact fit has the numbers of the full one", arguments: models.indices)
    func compactIsFull(index: Int) throws {
        let model = Self.models[index].1
        let spectra = Self.spectra(3, energies: Self.grid)
        let prepared = try PreparedPeakModel(model, like: spectra[0])
        var fitter = SpectrumFitter(prepared)
        for spectrum in spectra { expectSame(try fitter.fit(spectrum), try model.fit(spectrum)) }
    }

    private func expectEqual(_ one: PeakFit, _ other: PeakFit) {
        #expect(one.spectrumName == other.spectrumName && one.level == other.level && one.unit == other.unit)
        #expect(one.effectiveModel == other.effectiveModel)
        #expect(one.window == other.window)
        #expect(one.calibration == other.calibration)
        #expect(one.background == other.background)
        #expect(one.components == other.components)
        #expect(one.parameters == other.parameters)
        #expect(one.statistics == other.statistics)
        #expect(one.convergence == other.convergence)
        #expect(one.findings == other.findings)
        #expect(one.curves == other.curves)
    }

    @Test("full results are those of single fits, whatever was fitted before", arguments: models.indices)
    func fullResults(index: Int) throws {
        let model = Self.models[index].1
        var spectra = Self.spectra(3, energies: Self.grid)
        spectra += Self.spectra(2, energies: SimulatedSpectrum.grid(157...171, step: 0.07))
        spectra.append(spectra[1])
        spectra[2].intensities = spectra[2].intensities.map { 0.25 * $0 }
        spectra[2].unit = .arbitrary
        // Charging moves the window of a fit that is referenced to a line.
        spectra[0].axis = EnergyAxis(Self.grid.map { $0 + 2.3 }, scale: .binding, photonEnergy: 1486.6)
        if case .line = model.calibration {} else { spectra.removeFirst() }
        var fitter = SpectrumFitter(try PreparedPeakModel(model, like: spectra[0]))
        for spectrum in spectra { expectEqual(try fitter.peakFit(spectrum), try model.fit(spectrum)) }
        let variances = spectra[1].intensities.map { 2 * max($0, 1) }
        expectEqual(
            try fitter.peakFit(spectra[1], variances: variances), try model.fit(spectra[1], variances: variances))
    }

    @Test("a spectrum that was referenced otherwise than the one before is fitted as if it were alone")
    func otherCalibrations() throws {
        var spectra = Self.spectra(3, energies: Self.grid)
        spectra[1].calibration = .shift(Measured(0.3, standardUncertainty: 0.1))
        var fitter = SpectrumFitter(try PreparedPeakModel(WorkloadW1Tests.model, like: spectra[0]))
        for spectrum in spectra {
            expectEqual(try fitter.peakFit(spectrum), try WorkloadW1Tests.model.fit(spectrum))
            expectSame(try fitter.fit(spectrum), try WorkloadW1Tests.model.fit(spectrum))
        }
    }

    @Test("whatever the order of the energies and the unit", arguments: [false, true])
    func orderAndUnit(isDescending: Bool) throws {
        let energies = isDescending ? Self.grid.reversed() : Self.grid
        for unit in [IntensityUnit.counts, .countsPerSecond, .arbitrary] {
            let spectra = Self.spectra(2, energies: Array(energies), unit: unit)
            let prepared = try PreparedPeakModel(WorkloadW1Tests.model, like: spectra[0])
            var fitter = SpectrumFitter(prepared)
            for spectrum in spectra {
                expectSame(try fitter.fit(spectrum), try WorkloadW1Tests.model.fit(spectrum))
            }
        }
    }

    @Test("variances that are given, and weights of every kind")
    func weights() throws {
        let spectra = Self.spectra(2, energies: Self.grid)
        for weighting in Weighting.allCases {
            for isGiven in [false, true] {
                let options = FitOptions(weighting: weighting)
                var fitter = SpectrumFitter(
                    try PreparedPeakModel(WorkloadW1Tests.model, like: spectra[0], options: options))
                for spectrum in spectra {
                    let variances = isGiven ? spectrum.intensities.map { 2 * max($0, 1) } : nil
                    expectSame(
                        try fitter.fit(spectrum, variances: variances),
                        try WorkloadW1Tests.model.fit(spectrum, variances: variances, options: options))
                }
            }
        }
    }

    @Test("spectra of other axes in between change nothing for the rest")
    func otherAxes() throws {
        let usual = Self.spectra(2, energies: Self.grid)
        let finer = Self.spectra(2, energies: SimulatedSpectrum.grid(157.5...170.5, step: 0.08))
        let mixed = [usual[0], finer[0], usual[1], finer[1]]
        let prepared = try PreparedPeakModel(WorkloadW1Tests.model, like: usual[0])
        var fitter = SpectrumFitter(prepared)
        for spectrum in mixed { expectSame(try fitter.fit(spectrum), try WorkloadW1Tests.model.fit(spectrum)) }
    }

    @Test("results are the same to the last bit for any number of workers", arguments: [2, 3, 8])
    func workersDoNotMatter(workers: Int) throws {
        let spectra = Self.spectra(23, energies: Self.grid)
        let prepared = try PreparedPeakModel(WorkloadW1Tests.model, like: spectra[0])
        let alone = try prepared.fitAll(spectra, workers: 1).map { try $0.get() }
        let together = try prepared.fitAll(spectra, workers: workers).map { try $0.get() }
        #expect(alone.count == spectra.count)
        for (one, other) in zip(alone, together) {
            #expect(one.values == other.values)
            #expect(one.covariance == other.covariance)
            #expect(one.chi2 == other.chi2)
            #expect(one.convergence == other.convergence)
        }
        // Each belongs to its spectrum.
        for index in [0, 11, 22] { expectSame(together[index], try WorkloadW1Tests.model.fit(spectra[index])) }
    }

    @Test("a spectrum that cannot be fitted leaves its error and stops no other")
    func errorsStayWithTheirSpectra() throws {
        var spectra = Self.spectra(6, energies: Self.grid)
        spectra[1].intensities[17] = .nan
        spectra[4].intensities[0] = .infinity
        let elsewhere = SimulatedSpectrum.grid(280...290, step: 0.1)
        spectra[3].axis = EnergyAxis(elsewhere, scale: .binding, photonEnergy: 1486.6)
        spectra[3].intensities = elsewhere.map { _ in 100 }
        let prepared = try PreparedPeakModel(WorkloadW1Tests.model, like: spectra[0])
        let results = prepared.fitAll(spectra)
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let fit):
                #expect([0, 2, 5].contains(index))
                expectSame(fit, try WorkloadW1Tests.model.fit(spectra[index]))
            case .failure(let error):
                #expect([1, 3, 4].contains(index))
                if index == 1 { #expect("\(error)".contains("point 18")) }
            }
        }
        #expect(prepared.fitAll([]).isEmpty)
    }

    @Test("as many intensities and variances as energies, and no negative variance")
    func damagedSpectra() throws {
        let spectrum = Self.spectra(1, energies: Self.grid)[0]
        var fitter = SpectrumFitter(try PreparedPeakModel(WorkloadW1Tests.model, like: spectrum))
        #expect(throws: FitError.self) { try fitter.fit(spectrum, variances: [1, 2, 3]) }
        var variances = spectrum.intensities.map { max($0, 1) }
        variances[5] = -1
        #expect(throws: FitError.self) { try fitter.fit(spectrum, variances: variances) }
    }
}
