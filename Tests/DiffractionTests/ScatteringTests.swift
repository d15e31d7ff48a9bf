import Foundation
import Spectra
import Testing

@testable import Diffraction

@Suite struct FormFactorTests {
    @Test func everySpeciesHasItsElectronsInTheForwardDirection() throws {
        // f0(0) = Z - charge, within what the fits leave: up to 0.04 electrons for the heaviest atoms.
        let species = FormFactor.tabulatedSpecies
        #expect(species.count > 200)
        for name in species {
            let parsed = try #require(ChemicalSpecies(symbol: name))
            let number = ["Bk": 97, "Cf": 98][parsed.element] ?? Element.atomicNumber(of: parsed.element)
            let electrons = Double(try #require(number)) - (parsed.charge ?? 0)
            let factor = try #require(FormFactor(species: name))
            #expect(abs(factor(0) - electrons) < 0.04, "\(name)")
        }
    }

    @Test func ionsAreUsedOnRequestOnlyAndTheirLackShows() throws {
        let cobalt = ChemicalSpecies(element: "Co", charge: 3)
        #expect(FormFactor(cobalt, isIonic: false)?.species == "Co")
        #expect(FormFactor(cobalt, isIonic: true)?.species == "Co3+")
        #expect(FormFactor(ChemicalSpecies(element: "Co", charge: 4), isIonic: true)?.species == "Co")
        #expect(FormFactor(ChemicalSpecies(element: "Es"), isIonic: false) == nil)
    }

    @Test func scatteringFallsOffWithAngle() throws {
        for name in ["Li", "O", "Co", "Bi", "O2-"] {
            let factor = try #require(FormFactor(species: name))
            let values = (0...60).map { factor(pow(Double($0) * 0.05, 2)) }
            for (near, far) in zip(values, values.dropFirst()) { #expect(far < near + 0.02) }
        }
    }
}

@Suite struct AnomalousScatteringTests {
    /// f' and f'' at Cu, Co and Mo K-alpha-1 by gemmi's own Cromer-Liberman routine, which shares no table with this one.
    @Test(arguments: [
        ("O", [0.049, 0.032, 0.063, 0.044, 0.011, 0.006]), ("Si", [0.255, 0.330, 0.298, 0.438, 0.082, 0.070]),
        ("S", [0.333, 0.557, 0.371, 0.733, 0.125, 0.123]), ("Ti", [0.220, 1.807, -0.061, 2.321, 0.279, 0.446]),
        ("Mn", [-0.529, 2.805, -2.077, 3.554, 0.338, 0.728]), ("Fe", [-1.131, 3.197, -3.330, 0.490, 0.349, 0.844]),
        ("Co", [-2.362, 3.614, -2.021, 0.573, 0.352, 0.972]), ("Ni", [-3.000, 0.509, -1.564, 0.666, 0.342, 1.112]),
        ("Zn", [-1.546, 0.678, -1.081, 0.886, 0.287, 1.430]), ("Zr", [-0.176, 2.244, 0.004, 2.906, -2.956, 0.558]),
        ("Nb", [-0.101, 2.482, 0.062, 3.210, -2.060, 0.619]), ("La", [-1.377, 9.034, -3.574, 11.447, -0.252, 2.449]),
    ]) func valuesAreThoseOfAnIndependentCalculation(element: String, expected: [Double]) throws {
        for (i, wavelength) in [1.5405929, 1.7889960, 0.70931715].enumerated() {
            let value = try AnomalousScattering(element: element, wavelength: wavelength)
            #expect(abs(value.real - expected[2 * i]) < 0.006, "\(element) \(wavelength)")
            #expect(abs(value.imaginary - expected[2 * i + 1]) < 0.006, "\(element) \(wavelength)")
        }
    }

    @Test func hydrogenHasNone() throws {
        let value = try AnomalousScattering(element: "H", wavelength: 1.54)
        #expect(value.real == 0 && value.imaginary == 0)
    }

    @Test func edgesAreNotInterpolatedAcross() throws {
        // The K edge of Co is at 7709 eV, between two energies of the table that are 30 eV apart.
        func value(_ energy: Double) throws -> AnomalousScattering {
            try AnomalousScattering(element: "Co", wavelength: AnomalousScattering.energyTimesWavelength / energy)
        }
        let (far, below, above, beyond) = (try value(7600), try value(7708), try value(7710), try value(7800))
        #expect(below.nearbyEdge == 7709 && above.nearbyEdge == 7709)
        #expect(far.nearbyEdge == nil && beyond.nearbyEdge == nil)
        // f'' jumps by a factor of eight at the edge and follows its power law on either side.
        #expect(above.imaginary > 7 * below.imaginary)
        #expect(abs(below.imaginary / far.imaginary - pow(7708 / 7600, -1.95)) < 0.01)
        #expect(abs(above.imaginary / beyond.imaginary - pow(7710 / 7800, -1.85)) < 0.01)
        #expect(below.real < far.real && above.real < beyond.real)
        // Cu K-alpha-1 lies 4 eV below the L1 edge of europium.
        let europium = try AnomalousScattering(element: "Eu", wavelength: 1.5405929)
        #expect(europium.nearbyEdge == 8052)
        #expect(try AnomalousScattering(element: "Co", wavelength: 1.5405929).nearbyEdge == nil)
    }

    @Test func outsideTheTableIsAnError() {
        #expect(throws: AnomalousScattering.Failure.wavelengthOutsideTable(10)) {
            try AnomalousScattering(element: "Co", wavelength: 10)
        }
        #expect(throws: AnomalousScattering.Failure.self) { try AnomalousScattering(element: "Co", wavelength: 0.05) }
        #expect(throws: AnomalousScattering.Failure.self) { try AnomalousScattering(element: "Co", wavelength: -1) }
        #expect(throws: AnomalousScattering.Failure.unknownElement("Es")) {
            try AnomalousScattering(element: "Es", wavelength: 1.54)
        }
    }
}

@Suite struct OpticsTests {
    @Test func anUnpolarisedBeamHasTheTextbookFactor() {
        let factor = LorentzPolarization()
        for twoTheta in [10.0, 45, 90, 150] {
            let t = twoTheta * .pi / 360
            let expected = (1 + pow(cos(2 * t), 2)) / (2 * pow(sin(t), 2) * cos(t))
            #expect(abs(factor(twoTheta: twoTheta) / expected - 1) < 1e-12)
        }
    }

    @Test func monochromatorsPolariseAsStated() {
        // Graphite at 26.6 degrees is K = 1/(1 + cos^2 2theta_m) = 0.5558 in the other notation.
        let graphite = LorentzPolarization(monochromator: .mosaic(twoTheta: 26.6))
        let k = 1 / (1 + pow(cos(26.6 * .pi / 180), 2))
        let stated = LorentzPolarization(monochromator: .polarization(k))
        for twoTheta in [20.0, 80, 120] {
            #expect(abs(graphite(twoTheta: twoTheta) / stated(twoTheta: twoTheta) - 1) < 1e-12)
        }
        let none = LorentzPolarization(monochromator: .mosaic(twoTheta: 1e-6))
        #expect(abs(none(twoTheta: 50) / LorentzPolarization()(twoTheta: 50) - 1) < 1e-9)
        let variable = LorentzPolarization(slit: .variable)
        #expect(abs(variable(twoTheta: 60) / LorentzPolarization()(twoTheta: 60) - 0.5) < 1e-12)
        let perfect = LorentzPolarization(monochromator: .perfect(twoTheta: 60))
        #expect(abs(perfect(twoTheta: 90) - 1 / (1.5 * 0.5 * 0.5.squareRoot())) < 1e-9)
    }

    @Test(arguments: [
        ("CuKa", 1.5405929, 2), ("cu", 1.5405929, 2), ("Cu K\u{3B1}1", 1.5405929, 1), ("CuKalpha1", 1.5405929, 1),
        ("MoKa", 0.70931715, 2), ("CoKa", 1.788996, 2), ("AgKa1", 0.55942178, 1), ("CrKa", 2.289726, 2),
        ("FeKa", 1.936041, 2), ("CuKa2", 1.5444274, 1), ("CuKb", 1.392234, 1), ("1.5406", 1.5406, 1),
    ]) func radiationsAreReadAsTyped(text: String, wavelength: Double, lines: Int) throws {
        let radiation = try #require(EmissionSpectrum(text))
        #expect(radiation.primary.wavelength == wavelength)
        #expect(radiation.lines.count == lines)
    }

    @Test(arguments: ["", "XKa", "CuKx", "0", "-1", "nan", "1e9", "Culpeper"]) func otherTextsAreNoRadiation(
        text: String
    ) {
        #expect(EmissionSpectrum(text) == nil)
    }
}
