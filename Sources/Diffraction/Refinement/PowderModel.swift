import Foundation
import SpectralMath

/// What the model of a pattern needs of each line at the values of a stage. Positions follow the parameters; factors that
/// change slowly with the angle (Lorentz and polarisation, tan theta in the widths, windows) are those at the start of
/// the stage and are refreshed with the next.
struct PowderModel: Sendable {
    /// One reflection at one line of the radiation.
    struct Line: Sendable {
        var phase: Int
        var reflection: Int
        var wavelength: Double
        /// The index of the reflection as numbers.
        var index: SIMD3<Double>
        /// The angle at the start of the stage, degrees, before corrections.
        var twoTheta: Double
        var cosine: Double
        var tangent: Double
        var doubledSine: Double
        /// s = sin theta / lambda, squared.
        var squaredS: Double
        /// Lorentz and polarisation factor times the relative intensity of the radiation's line.
        var factor: Double
        /// The Lorentzian width of the line of the radiation, degrees.
        var naturalWidth: Double
        /// The points it is drawn over.
        var window: Range<Int>
    }

    let twoTheta: [Double]
    let phases: [PhaseReflections]
    let lines: [Line]
    let widths: InstrumentWidths
    /// Lorentzian widths of the instrument.
    let instrument: (x: Double, y: Double)
    /// Preferred directions, `nil` where there is no texture.
    let textures: [MillerIndex?]
    /// cos^2 of the angles between the direction and the equivalents of each reflection, for phases with texture.
    let textureCosines: [[[Double]]]

    /// How many full widths a line is drawn to either side: the tails beyond are flat and left to the background.
    ///
    /// That of the strongest line of a phase; weaker ones are cut where their tails are as low.
    static let reach = 50.0
    private static let leastReach = 20.0

    init(
        twoTheta: [Double], phases: [PhaseReflections], values: RefinementValues, emission: EmissionSpectrum,
        optics: LorentzPolarization, usesStructure: Bool, widths: InstrumentWidths, instrument: (x: Double, y: Double),
        textures: [MillerIndex?]
    ) {
        self.twoTheta = twoTheta
        self.phases = phases
        self.widths = widths
        self.instrument = instrument
        self.textures = textures
        textureCosines = phases.enumerated().map { p, phase in
            guard let direction = textures[p] else { return [] }
            let metric = phase.cell.metric(values.phases[p].cell)
            let rotations = phase.spaceGroup.laueRotations
            return phase.indices.map { MarchDollase.cosines($0, direction, metric, rotations) }
        }
        let low = twoTheta[0], high = twoTheta[twoTheta.count - 1]
        var lines: [Line] = []
        let primary = emission.primary
        for (p, phase) in phases.enumerated() {
            let metric = phase.cell.metric(values.phases[p].cell)
            let strongest = Self.strongest(phase, metric: metric, emission, optics)
            for (r, index) in phase.indices.enumerated() {
                let vector = SIMD3(Double(index.h), Double(index.k), Double(index.l))
                let inverse = max(metric.form(vector), 1e-12).squareRoot()
                guard primary.wavelength * inverse / 2 < 1 else { continue }
                let first = optics(twoTheta: 2 * asin(primary.wavelength * inverse / 2) * 180 / .pi)
                for emitted in emission.lines {
                    let sine = emitted.wavelength * inverse / 2
                    guard sine < 0.99999 else { continue }
                    let theta = asin(sine), angle = 2 * theta * 180 / .pi
                    let tangent = tan(theta), cosine = cos(theta)
                    let lorentz = optics(twoTheta: angle) / (usesStructure ? 1 : first)
                    var line = Line(
                        phase: p, reflection: r, wavelength: emitted.wavelength, index: vector, twoTheta: angle,
                        cosine: cosine, tangent: tangent, doubledSine: sin(2 * theta), squaredS: inverse * inverse / 4,
                        factor: lorentz * emitted.intensity / primary.intensity,
                        naturalWidth: 2 * tangent * emitted.naturalWidth / emitted.wavelength * 180 / .pi,
                        window: 0..<0)
                    let own = values.phases[p]
                    let g = widths.width(values, tangent: line.tangent).g
                    let l = (instrument.x + own.size) / cosine + (instrument.y + own.microstrain) * tangent
                    let shape = ThompsonCoxHastings(gaussian: g, lorentzian: max(l + line.naturalWidth, 0))
                    let divergence = values.axialDivergence
                    let spread =
                        divergence > 0
                        ? 2 * divergence * divergence / max(abs(tan(angle * .pi / 180)), 2 * divergence) * 180 / .pi : 0
                    let weakness = usesStructure ? (phase.strengths[r] * lorentz / strongest).squareRoot() : 1
                    let reach = max(Self.reach * min(weakness, 1), Self.leastReach) * shape.fullWidth + spread
                    guard angle > low - reach, angle < high + reach else { continue }
                    let from = twoTheta.partitioningIndex { $0 >= angle - reach }
                    let to = twoTheta.partitioningIndex { $0 > angle + reach }
                    guard from < to else { continue }
                    line.window = from..<to
                    lines.append(line)
                }
            }
        }
        self.lines = lines
    }

    /// The largest strength times Lorentz and polarisation factor of a phase.
    private static func strongest(
        _ phase: PhaseReflections, metric: SymmetricTensor, _ emission: EmissionSpectrum, _ optics: LorentzPolarization
    ) -> Double {
        var largest = Double.leastNormalMagnitude
        for (index, strength) in zip(phase.indices, phase.strengths) {
            let form = metric.form(SIMD3(Double(index.h), Double(index.k), Double(index.l)))
            let sine = emission.primary.wavelength / 2 * max(form, 1e-12).squareRoot()
            if sine < 1 { largest = max(largest, strength * optics(twoTheta: 2 * asin(sine) * 180 / .pi)) }
        }
        return largest
    }

    /// Where a line lies, degrees.
    func center(_ line: Line, metric: SymmetricTensor, _ values: RefinementValues) -> (center: Double, byForm: Double)?
    {
        let form = metric.form(line.index)
        guard form > 0 else { return nil }
        let sine = line.wavelength / 2 * form.squareRoot()
        guard sine < 1 else { return nil }
        let angle = 2 * asin(sine) * 180 / .pi
        let shift =
            values.zero + values.displacement * line.cosine - values.transparency * line.doubledSine
        // sin^2 = lambda^2 Q / 4.
        let slope = line.wavelength * line.wavelength / (4 * sine * (1 - sine * sine).squareRoot()) * 180 / .pi
        return (angle + shift, slope)
    }

    /// The widths of the two parts of a line.
    func parts(_ line: Line, _ values: RefinementValues) -> ThompsonCoxHastings {
        let own = values.phases[line.phase]
        let l = (instrument.x + own.size) / line.cosine + (instrument.y + own.microstrain) * line.tangent
        return ThompsonCoxHastings(
            gaussian: widths.width(values, tangent: line.tangent).g, lorentzian: max(l + line.naturalWidth, 0))
    }

    /// What texture and overall B make of the intensity of a reflection, with derivatives by both.
    func damping(
        phase p: Int, reflection r: Int, squaredS: Double, _ values: RefinementValues
    ) -> (value: Double, byTexture: Double, byB: Double) {
        let own = values.phases[p]
        let thermal = exp(-2 * own.overallB * squaredS)
        guard !textureCosines[p].isEmpty else { return (thermal, 0, -2 * squaredS * thermal) }
        var (value, slope) = (0.0, 0.0)
        let cosines = textureCosines[p][r]
        for cosine in cosines {
            let factor = MarchDollase.factor(squaredCosine: cosine, r: own.texture)
            value += factor.value
            slope += factor.slope
        }
        let n = Double(cosines.count)
        return (value / n * thermal, slope / n * thermal, -2 * squaredS * value / n * thermal)
    }
}
