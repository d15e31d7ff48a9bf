import Foundation
import Spectra

@testable import SpectrumFiles

/// Small files of every format, made here, for tests that damage them.
enum Samples {
    /// A VAMAS file of two blocks with transmission, comments, parameters, a stored CasaXPS region.
    static var vamas: String {
        var spectrum = WritingTests.sample(seed: 3)
        spectrum.comments = [
            "Casa Info Follows", "1", "Calib M = 281.1700 A = 284.8 BE ADD", "0", "1",
            "CASA region (*S 2p*) (*Shirley*) 1317.5208 1326.7632 0.668 2 0 0 335.4 551 0 0 (*S 2p*) 32.06 0 0.668",
            "0",
        ]
        return SpectrumFile(
            path: "", format: "", spectra: [spectrum, WritingTests.sample(seed: 5)], comments: ["made here"]
        )
        .text(as: .vamas)
    }

    /// The same with energies listed point by point.
    static var irregularVamas: String {
        SpectrumFile(path: "", format: "", spectra: [WritingTests.sample(seed: 7, uneven: true)]).text(as: .vamas)
    }

    /// A depth profile map with an exclusion list, written out by hand after the standard.
    static var excludingVamas: String {
        let header = [
            VAMASExperiment.identifier, "Institute", "Model", "Someone", "Profile", "0", "SDP", "REGULAR", "1", "1",
            "Etch Time", "s", "-3", "12", "14", "31", "0", "0", "0", "2",
        ]
        let date = ["2026", "11", "21", "8", "15", "0", "1"]
        // Items 12 (source label), 14 (source energy) and 31 (abscissa) are left out of the second block.
        func block(_ name: String, etchTime: String, isFirst: Bool, counts: [Int]) -> [String] {
            [name, "sample"] + date + ["1", "a comment", "XPS", etchTime] + (isFirst ? ["Al"] : [])
                + ["18", "1", "+1"] + (isFirst ? ["1486.6"] : []) + [
                    "150", "1E37", "1E37", "45", "0", "FAT", "20", "1E37",
                ]
                + ["4.5", "0", "1E37", "1E37", "0", "0", "O", "1s", "-1"]
                + (isFirst ? ["Kinetic Energy", "eV", "950.5", "0.5"] : []) + ["1", "counts", "d", "pulse counting"]
                + ["0.1", "3", "0", "3000", "1", "500", "500", "45", "0", "continuous", "0", "0", "0", "0"]
                + ["\(counts.count)", "\(counts.min() ?? 0)", "\(counts.max() ?? 0)"] + counts.map(String.init)
        }
        let lines =
            header + block("O 1s", etchTime: "0", isFirst: true, counts: [10, 20, 30])
            + block("O 1s", etchTime: "60", isFirst: false, counts: [11, 21, 31, 41]) + [VAMASExperiment.terminator]
        return lines.joined(separator: "\n") + "\n"
    }

    /// A CasaXPS export of two blocks side by side, of unequal length.
    static let casaXPSExport = """
        /data/cathode.vms
        S 2p\t\t\t\t\tP 2p
        \tCharacteristic Energy eV\t1486.6\tAcquisition Time s\t2.5\t\tCharacteristic Energy eV\t1486.6\tAcquisition Time s\t5
        KE_S 2p\tBE_S 2p\tCPS_S 2p\tS 2p_1_S 2p\tBackground_S 2p\tKE_P 2p\tBE_P 2p\tCPS_P 2p\tP 2p_1_P 2p\tBackground_P 2p
        1320.6\t166\t100.4\t90.1\t80\t1350.6\t136\t50.2\t45\t40
        1320.7\t165.9\t101.2\t90.2\t80\t1350.7\t135.9\t51.2\t46\t40
        1320.8\t165.8\t102.4\t90.3\t80\t1350.8\t135.8\t52.2\t47\t40
        1320.9\t165.7\t103.6\t90.4\t80

        """

    /// A CasaXPS export with the parameters of the components above, counts and counts per second.
    static let casaXPSParameters = """
        Cycle 0:cathode:S2p Scan
        \tCharacteristic Energy eV\t1.486600e+003\tAcquisition Time s\t2.000000e+000
        Name\t\tS 2p3/2\tS 2p1/2
        Position\t\t161.60\t162.78
        FWHM\t\t1.10\t1.10
        Area\t\t500.0\t250.0
        Lineshape\t\tGL(30)\tGL(30)
        K.E.\tCounts\tS 2p3/2\tS 2p1/2\tBackground\tEnvelope\t\tB.E.\tCPS\tS 2p3/2\tS 2p1/2\tBackground CPS\tEnvelope CPS
        1.320600e+003\t2.0e+002\t1.9e+002\t1.8e+002\t1.7e+002\t2.1e+002\t\t1.660000e+002\t1.0e+002\t9.5e+001\t9.0e+001\t8.5e+001\t1.05e+002
        1.320700e+003\t2.2e+002\t1.9e+002\t1.8e+002\t1.7e+002\t2.1e+002\t\t1.659000e+002\t1.1e+002\t9.5e+001\t9.0e+001\t8.5e+001\t1.05e+002

        """

    /// Plain columns of several dialects.
    static let columns = [
        "BE/eV,Counts\n284.8,100\n284.7,110\n284.6,120\n284.5,130\n",
        "Binding Energy (eV);Counts\n284,8;100\n284,7;110\n284,6;120\n284,5;130\n",
        "# C 1s, hv = 1486.6 eV\n1201.8\t10.5\n1201.9\t11\n1202.0\t12\n\n# O 1s\n950.1\t1\n950.2\t2\n950.3\t3\n",
        "  284.8   100 \n  284.7   110 \n  284.6   120 \n", "284,8 100,5\r\n284,7 110\r\n284,6 120,25\r\n",
        "\"E\",\"I\"\n\"284.8\",\"1\"\n\"284.7\",\"2\"\n\"284.6\",\"3\"\n",
    ]

    /// All of them.
    static var all: [String] {
        [vamas, irregularVamas, excludingVamas, casaXPSExport, casaXPSParameters] + columns
    }
}

extension SpectrumFile {
    /// The spectra as a text of `format`; empty for a format that is no text.
    func text(as format: SpectrumOutputFormat) -> String {
        String(decoding: (try? data(as: format)) ?? Data(), as: UTF8.self)
    }
}
