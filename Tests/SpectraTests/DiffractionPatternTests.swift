import Foundation
import Spectra
import Testing

@Suite struct DiffractionAxisTests {
    /// Silicon (111), d = 3.13560 angstrom, lies at 28.443 degrees for 1.5405929 angstrom (NIST SRM 640 d-spacing).
    @Test func spacingAndMomentumTransferGiveTheAngleOfBraggsLaw() throws {
        let d = 5.43102 / 3.0.squareRoot()
        let fromSpacing = try #require(DiffractionAxis([d], kind: .dSpacing).twoTheta(wavelength: 1.5405929))
        #expect(abs(fromSpacing[0] - 28.4427) < 1e-3)
        let fromTransfer = try #require(
            DiffractionAxis([2 * .pi / d], kind: .momentumTransfer).twoTheta(wavelength: 1.5405929))
        #expect(abs(fromTransfer[0] - fromSpacing[0]) < 1e-12)
        #expect(DiffractionAxis([10, 20], kind: .twoTheta).twoTheta(wavelength: 1) == [10, 20])
    }

    @Test func whatBraggsLawCannotGiveIsNil() {
        #expect(DiffractionAxis([0.5], kind: .dSpacing).twoTheta(wavelength: 1.54) == nil)
        #expect(DiffractionAxis([0], kind: .dSpacing).twoTheta(wavelength: 1.54) == nil)
        #expect(DiffractionAxis([5000], kind: .timeOfFlight).twoTheta(wavelength: 1.54) == nil)
        #expect(DiffractionAxis([20], kind: .twoTheta).twoTheta(wavelength: -1) == nil)
    }

    @Test func uniformityIsJudgedByTheMeanStep() {
        #expect(DiffractionAxis([10, 10.02, 10.04], kind: .twoTheta).isUniform())
        #expect(!DiffractionAxis([10, 10.02, 10.06], kind: .twoTheta).isUniform())
        #expect(DiffractionAxis([30, 20, 10], kind: .twoTheta).meanStep == -10)
    }
}

@Suite struct RadiationTests {
    @Test func withoutAWavelengthTheOriginIsUnknown() {
        #expect(Radiation(anode: "Cu", origin: .file).origin == .unknown)
        #expect(Radiation(kAlpha1: 0, origin: .file).kAlpha1 == nil)
        #expect(Radiation(kAlpha1: .nan, origin: .user).origin == .unknown)
    }

    @Test func anglesReferToTheOnlyWavelengthElseToKAlpha1ElseToTheMean() {
        #expect(Radiation(kAlpha1: 1.5406, kAlphaMean: 1.5418, origin: .file).wavelength == 1.5406)
        #expect(Radiation(kAlphaMean: 1.5418, origin: .file).wavelength == 1.5418)
        #expect(Radiation(kAlpha1: 1.5406, monochromatic: 0.7, origin: .file).wavelength == 0.7)
    }

    @Test func aDoubletNeedsBothLinesAndAnIntensity() {
        #expect(Radiation(kAlpha1: 1.5406, kAlpha2: 1.5444, origin: .file).isDoublet)
        #expect(!Radiation(kAlpha1: 1.5406, kAlpha2: 1.5444, kAlpha2Ratio: 0, origin: .file).isDoublet)
        #expect(!Radiation(kAlpha1: 1.5406, origin: .file).isDoublet)
    }
}

@Suite struct DiffractionPatternTests {
    static func pattern(
        _ intensities: [Double], unit: IntensityUnit, time: CountingTime? = nil, factors: [Double]? = nil
    ) -> DiffractionPattern {
        DiffractionPattern(
            axis: DiffractionAxis(intensities.indices.map { 10 + Double($0) }, kind: .twoTheta),
            intensities: intensities,
            unit: unit, attenuationFactors: factors, countingTime: time, radiation: .unknown)
    }

    @Test func countsAreRecoveredFromRatesAndAttenuators() {
        #expect(Self.pattern([4, 9], unit: .counts).rawCounts == [4, 9])
        #expect(Self.pattern([4, 9], unit: .countsPerSecond, time: .common(2)).rawCounts == [8, 18])
        #expect(Self.pattern([4, 9], unit: .countsPerSecond, time: .each([1, 3])).rawCounts == [4, 27])
        #expect(Self.pattern([4, 900], unit: .counts, factors: [1, 100]).rawCounts == [4, 9])
        #expect(Self.pattern([4], unit: .countsPerSecond).rawCounts == nil)
        #expect(Self.pattern([4], unit: .arbitrary).rawCounts == nil)
    }

    @Test func variancesOfScaledCountsScaleWithTheSquare() {
        #expect(Self.pattern([4, 0], unit: .counts).variances == [4, 1])
        #expect(Self.pattern([4, 0], unit: .countsPerSecond, time: .common(2)).variances == [2, 0.25])
        #expect(Self.pattern([900], unit: .counts, factors: [100]).variances == [90_000])
        #expect(Self.pattern([4], unit: .arbitrary).variances == nil)
        var own = Self.pattern([4], unit: .counts)
        own.standardUncertainties = [3]
        #expect(own.variances == [9])
    }

    @Test func sortingMovesEverythingTogether() {
        var pattern = Self.pattern([1, 2, 3], unit: .counts, time: .each([1, 2, 3]), factors: [1, 2, 3])
        pattern.axis = DiffractionAxis([30, 10, 20], kind: .dSpacing)
        pattern.columns = [NamedColumn(name: "t", values: [7, 8, 9])]
        let sorted = pattern.sortedByAxis()
        #expect(sorted.axis.values == [10, 20, 30] && sorted.intensities == [2, 3, 1])
        #expect(sorted.countingTime == .each([2, 3, 1]) && sorted.attenuationFactors == [2, 3, 1])
        #expect(sorted.columns[0].values == [8, 9, 7] && sorted.sortedByAxis() == sorted)
    }
}
