import Foundation
import Testing

@testable import Photoemission

@Suite("Voigt and Doniach-Sunjic lines")
struct VoigtTests {
    struct Point: Sendable {
        var distance: Double
        var gaussian: Double
        var lorentzian: Double
        var value: Double
        var byGaussian: Double
        var byLorentzian: Double
        var byDistance: Double

        init(
            _ distance: Double, _ gaussian: Double, _ lorentzian: Double, _ value: Double, _ byGaussian: Double,
            _ byLorentzian: Double, _ byDistance: Double
        ) {
            (self.distance, self.gaussian, self.lorentzian) = (distance, gaussian, lorentzian)
            (self.value, self.byGaussian, self.byLorentzian) = (value, byGaussian, byLorentzian)
            self.byDistance = byDistance
        }
    }

    /// Computed elsewhere with 60 digits from the complementary error function; values agree with SciPy's voigt_profile.
    static let points: [Point] = [
        .init(0, 1, 0, 0.93943727869965133, -0.93943727869965133, .nan, 0.0),
        .init(0.3, 1, 0, 0.7319762523754177, -0.36667181396440159, .nan, -1.2176814613700538),
        .init(1.1, 1, 0, 0.03280066214114648, 0.18728078302044056, .nan, -0.20007404105598821),
        .init(5, 1, 0, 7.410853420733709e-31, 1.0199515774041856e-28, .nan, -2.0547248616498386e-29),
        .init(40, 1, 0, 0, 0, .nan, 0),
        .init(300, 1, 0, 0, 0, .nan, 0),
        .init(0, 0, 1, 0.63661977236758134, 0, -0.63661977236758134, 0.0),
        .init(0.3, 0, 1, 0.46810277379969217, 0, -0.22028365825867867, -0.826063718470045),
        .init(1.1, 0, 1, 0.10901023499444885, 0, 0.071677962736075958, -0.16426199793684072),
        .init(5, 0, 1, 0.0063031660630453598, 0, 0.0061783508934801052, -0.002496303391305093),
        .init(40, 0, 1, 9.9456299385655576e-5, 0, 9.9425224147603504e-5, -4.972038088331477e-6),
        .init(300, 0, 1, 1.7683833444006582e-6, 0, 1.7683735200760346e-6, -1.1789189548255643e-8),
        .init(0, 1, 1, 0.44911093925151987, -0.18916850124255324, -0.25994243800896663, 0.0),
        .init(0.3, 1, 1, 0.40496560743724219, -0.12097776025116763, -0.20151207803267721, -0.27491923051132449),
        .init(1.1, 1, 1, 0.14518852796973835, 0.066966284544507423, 0.040371583298911719, -0.22956945073923406),
        .init(5, 1, 1, 0.0064413061354466959, 0.00028652627632507666, 0.0063069753665547275, -0.0026069615556653),
        .init(40, 1, 1, 9.948993539969001e-5, 6.7309956143819518e-8, 9.945882510712995e-5, -4.9754017615740945e-6),
        .init(300, 1, 1, 1.7683939745960985e-6, 2.1260603884211867e-11, 1.7683841500746178e-6, -1.1789331284248669e-8),
        .init(0, 0.0001, 1, 0.6366197677753405, -9.1844814877535313e-5, -0.63661975859085901, 0.0),
        .init(0.3, 0.0001, 1, 0.46810277394574091, 2.9209738961901174e-6, -0.22028366240818201, -0.82606370609885433),
        .init(1.1, 0.0001, 1, 0.10901023530616752, 6.234373468771503e-6, 0.071677962681423489, -0.16426199873729849),
        .init(
            5, 0.0001, 1, 0.0063031660643780578, 2.6653959237192962e-8, 0.0061783508947247186, -0.0024963033923536345),
        .init(
            40, 0.0001, 1, 9.9456299385991747e-5, 6.7234129909036659e-12, 9.9425224147939325e-5, -4.9720380883650853e-6),
        .init(
            300, 0.0001, 1, 1.7683833444007645e-6, 2.1260177880242314e-15, 1.7683735200761409e-6, -1.178918954825706e-8),
        .init(0, 1, 0.0001, 0.93934903097086548, -0.93926078975294707, -0.88241217918413054, 0.0),
        .init(0.3, 1, 0.0001, 0.73192540025870214, -0.36663288535142169, -0.50849575320109086, -1.2174722177732012),
        .init(1.1, 1, 0.0001, 0.032822010750751047, 0.18727172801517954, 0.21347311514941127, -0.20010462370676864),
        .init(5, 1, 0.0001, 6.509202472590666e-7, 2.970603786126754e-8, 0.0065092024712179552, -2.6630930644842594e-7),
        .init(
            40, 1, 0.0001, 9.9505492979324113e-9, 6.7345063717611717e-12, 9.9505492979012907e-5, -4.9769582755513659e-10
        ),
        .init(
            300, 1, 0.0001, 1.7683988868704353e-10, 2.126080074666681e-15, 1.768398886870337e-6, -1.1789396781805064e-12
        ),
        .init(0, 0.3, 1.7, 0.36658144213076558, -0.049582616003442359, -0.20688626901748993, 0.0),
        .init(0.3, 0.3, 1.7, 0.329268833108175, -0.024926394466622689, -0.14959739156340661, -0.22491783036798988),
        .init(1.1, 0.3, 1.7, 0.14176686057307711, 0.011657641194797287, 0.018907446429709421, -0.16127891987456573),
        .init(5, 0.3, 1.7, 0.010537771393940949, 0.0001285181170454362, 0.0058489709678708863, -0.0041039154948870173),
        .init(
            40, 0.3, 1.7, 0.00016903093993364834, 3.425914760319627e-8, 9.9340201143060559e-5, -8.4479889905283062e-6),
        .init(
            300, 0.3, 1.7, 3.0062375291630826e-6, 1.084252052687202e-11, 1.768346625103508e-6, -2.0041433481984014e-8),
        .init(0, 2.5, 0.05, 0.36881746847531871, -0.14478465804046632, -0.13711646748305824, 0.0),
        .init(0.3, 2.5, 0.05, 0.35464723140102956, -0.128212554954753, -0.12660746708506263, -0.092618235532979732),
        .init(1.1, 2.5, 0.05, 0.21799545443643787, 0.0049959433389554644, -0.033965445054319014, -0.20798821866464597),
        .init(
            5, 2.5, 0.05, 0.00038266537379546864, 0.00011650575475705373, 0.0075373282738289437, -0.00021015923487591003
        ),
        .init(
            40, 2.5, 0.05, 4.9841380253344957e-6, 8.4683089955474438e-9, 9.9682682242855436e-5, -2.4973607274915341e-7),
        .init(
            300, 2.5, 0.05, 8.8422734356310054e-8, 2.6578796391120091e-12, 1.768454662562177e-6, -5.8950704061172231e-10
        ),
        .init(0, 1e-09, 1, 0.63661977236758134, -9.184481885265704e-10, -0.63661977236758134, 0.0),
        .init(0.3, 1e-09, 1, 0.46810277379969217, 2.9209755639584059e-11, -0.22028365825867868, -0.826063718470045),
        .init(1.1, 1e-09, 1, 0.10901023499444885, 6.2343734279683778e-11, 0.071677962736075958, -0.16426199793684072),
        .init(5, 1e-09, 1, 0.0063031660630453598, 2.6653959218659843e-13, 0.0061783508934801052, -0.002496303391305093),
        .init(
            40, 1e-09, 1, 9.9456299385655576e-5, 6.7234129908279294e-17, 9.9425224147603504e-5, -4.972038088331477e-6),
        .init(
            300, 1e-09, 1, 1.7683833444006582e-6, 2.1260177880238054e-20, 1.7683735200760346e-6, -1.1789189548255643e-8),
        .init(0, 0.01, 0.8, 0.7956850535642616, -0.017926320316727516, -0.99438223795136785, 0.0),
        .init(0.3, 0.01, 0.8, 0.50931197267374052, 0.0032289743951524324, -0.17836966420354988, -1.2221617701828405),
        .init(1.1, 0.01, 0.8, 0.092940291763698264, 0.00061977132010058617, 0.08903734623738635, -0.14925124224255304),
        .init(
            5, 0.01, 0.8, 0.0050605813169834921, 2.1578914526625794e-6, 0.0062452718525379301, -0.0020113640755856726),
        .init(
            40, 0.01, 0.8, 7.9569517284357819e-5, 5.3797394933034614e-10, 9.9442006213596243e-5, -3.9780781908743578e-6),
        .init(
            300, 0.01, 0.8, 1.4147080910750971e-6, 1.7008199032060536e-13, 1.7683788262635244e-6, -9.4313705126224553e-9
        ),
        .init(0, 4, 4, 0.11227773481287997, -0.011823031327659578, -0.016246402375560414, 0.0),
        .init(0.3, 4, 4, 0.11154330610360825, -0.0115233864618523, -0.015996785921328294, -0.0048753885696195589),
        .init(1.1, 4, 4, 0.10290581471938512, -0.0081700299687550009, -0.013131196843353187, -0.016091734064502149),
        .init(5, 4, 4, 0.028691583240125284, 0.0036060866797476285, 0.0030771344130366263, -0.011084893522252461),
        .init(40, 4, 4, 0.00039904920299052881, 1.0868217204531528e-6, 9.925837293173696e-5, -2.0010749539982232e-5),
        .init(300, 4, 4, 7.0739190004021576e-6, 3.4022466511764084e-10, 1.7683225236022853e-6, -4.7161899978239231e-8),
    ]

    @Test("the Voigt function is right to 1e-10 of itself over all ratios of the widths", arguments: points)
    func values(point: Point) {
        let profile = VoigtProfile(gaussianWidth: point.gaussian, lorentzianWidth: point.lorentzian)
        for sign in [1.0, -1] {
            let value = profile.sample(at: sign * point.distance).value
            #expect(abs(value - point.value) <= 1e-10 * point.value, "\(value)")
        }
    }

    @Test("its derivatives are right to 1e-8 of what the widths make of it", arguments: points)
    func derivatives(point: Point) {
        let profile = VoigtProfile(gaussianWidth: point.gaussian, lorentzianWidth: point.lorentzian)
        let sample = profile.sample(at: point.distance)
        let width = max(point.gaussian, point.lorentzian)
        #expect(abs(sample.byDistance - point.byDistance) <= 1e-9 * abs(point.byDistance) + 1e-15 * point.value / width)
        if point.byLorentzian.isFinite {
            #expect(abs(sample.byParameter[1] - point.byLorentzian) <= 1e-9 * abs(point.byLorentzian))
        }
        if point.gaussian > 1e-6 {
            let noise = 1e-15 * point.value / point.gaussian
            #expect(abs(sample.byParameter[0] - point.byGaussian) <= 1e-8 * abs(point.byGaussian) + 10 * noise)
        }
    }

    struct MetalPoint: Sendable {
        var gaussian: Double
        var lorentzian: Double
        var asymmetry: Double
        var distance: Double
        var value: Double

        init(_ gaussian: Double, _ lorentzian: Double, _ asymmetry: Double, _ distance: Double, _ value: Double) {
            (self.gaussian, self.lorentzian, self.asymmetry) = (gaussian, lorentzian, asymmetry)
            (self.distance, self.value) = (distance, value)
        }
    }

    /// Convolution integrals and areas within 20 eV computed elsewhere with 30 digits from the formula of the paper.
    static let metalPoints: [MetalPoint] = [
        .init(0.5, 0.3, 0.1, -8, 0.000626821845404297),
        .init(0.5, 0.3, 0.1, -1, 0.0367027072981868),
        .init(0.5, 0.3, 0.1, -0.2, 0.565790702851951),
        .init(0.5, 0.3, 0.1, 0, 0.77174182923022),
        .init(0.5, 0.3, 0.1, 0.35, 0.476996756172304),
        .init(0.5, 0.3, 0.1, 1.5, 0.0671820536220097),
        .init(0.5, 0.3, 0.1, 12, 0.00823276722265399),
        .init(0.5, 0.3, 0.0, -8, 0.000750942774821876),
        .init(0.5, 0.3, 0.0, -1, 0.0547462077835662),
        .init(0.5, 0.3, 0.0, -0.2, 0.903119057119199),
        .init(0.5, 0.3, 0.0, 0, 1.16280766538136),
        .init(0.5, 0.3, 0.0, 0.35, 0.559190980355613),
        .init(0.5, 0.3, 0.0, 1.5, 0.0224903921770177),
        .init(0.5, 0.3, 0.0, 12, 0.000333424891344413),
        .init(0.4, 0.06, 0.2, -8, 0.000106450376412218),
        .init(0.4, 0.06, 0.2, -1, 0.00486567723625916),
        .init(0.4, 0.06, 0.2, -0.2, 0.385973141217263),
        .init(0.4, 0.06, 0.2, 0, 0.82299905876685),
        .init(0.4, 0.06, 0.2, 0.35, 0.387968387874897),
        .init(0.4, 0.06, 0.2, 1.5, 0.0820440370255472),
        .init(0.4, 0.06, 0.2, 12, 0.0151055884344719),
        .init(2.0, 0.5, 0.05, -8, 0.00118015492153631),
        .init(2.0, 0.5, 0.05, -1, 0.183976645085214),
        .init(2.0, 0.5, 0.05, -0.2, 0.317387424633275),
        .init(2.0, 0.5, 0.05, 0, 0.328185023490286),
        .init(2.0, 0.5, 0.05, 0.35, 0.314819104961236),
        .init(2.0, 0.5, 0.05, 1.5, 0.126549422091704),
        .init(2.0, 0.5, 0.05, 12, 0.00463086650955547),
        .init(0.1, 1.0, 0.4, -8, 0.00138183402572306),
        .init(0.1, 1.0, 0.4, -1, 0.0331209153453829),
        .init(0.1, 1.0, 0.4, -0.2, 0.122184895421603),
        .init(0.1, 1.0, 0.4, 0, 0.157224919126705),
        .init(0.1, 1.0, 0.4, 0.35, 0.166884867233719),
        .init(0.1, 1.0, 0.4, 1.5, 0.097047404431371),
        .init(0.1, 1.0, 0.4, 12, 0.0277509755467359),
        .init(1.0, 0.0, 0.15, -8, 1.92677956388357e-28),
        .init(1.0, 0.0, 0.15, -1, 0.0266977109425238),
        .init(1.0, 0.0, 0.15, -0.2, 0.446177810735032),
        .init(1.0, 0.0, 0.15, 0, 0.534130732539495),
        .init(1.0, 0.0, 0.15, 0.35, 0.463626159854084),
        .init(1.0, 0.0, 0.15, 1.5, 0.0744685901322038),
        .init(1.0, 0.0, 0.15, 12, 0.0115897504582068),
    ]

    @Test("the convolved Doniach-Sunjic line of unit area within its reach is right to 1e-8", arguments: metalPoints)
    func metalLine(point: MetalPoint) {
        let profile = DoniachSunjicProfile(
            gaussianWidth: point.gaussian, lorentzianWidth: point.lorentzian, asymmetry: point.asymmetry, areaReach: 20)
        let value = profile.sample(at: point.distance).value
        #expect(abs(value - point.value) < 1e-8 * point.value + 1e-11, "\(value)")
    }

    @Test("without asymmetry the Doniach-Sunjic line is the Voigt function, up to the tails beyond its reach")
    func metalLimit() {
        let metal = DoniachSunjicProfile(gaussianWidth: 0.5, lorentzianWidth: 0.4, asymmetry: 0, areaReach: 20)
        let voigt = VoigtProfile(gaussianWidth: 0.5, lorentzianWidth: 0.4)
        let ratio = metal.sample(at: 0).value / voigt.sample(at: 0).value
        // The Lorentzian's tails beyond 20 eV hold 2 / pi x gamma / 20 of the area.
        #expect(abs(ratio - 1 - 2 / .pi * 0.2 / 20) < 1e-4)
        for x in [-30.0, -3, -0.4, 0.2, 1, 7, 19] {
            #expect(abs(metal.sample(at: x).value / voigt.sample(at: x).value / ratio - 1) < 1e-10)
        }
    }

    @Test("the asymmetry draws a tail to high binding energy, which no axis turns round")
    func metalTail() {
        let metal = DoniachSunjicProfile(gaussianWidth: 0.4, lorentzianWidth: 0.3, asymmetry: 0.15, areaReach: 20)
        #expect(metal.sample(at: 4).value > 5 * metal.sample(at: -4).value)
    }
}
