// One spectrum, from the file to the figure: FitSpectrum FILE.vms [OUTPUT FOLDER]
import Foundation
import Interphase

let path =
    CommandLine.arguments.dropFirst().first ?? "../../reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms"
let output = CommandLine.arguments.dropFirst(2).first ?? "."

let file = try SpectrumFile(contentsOf: path)
let s2p = try file.spectrum(.s2p)
print("\(file.format): \(s2p.name), \(s2p.axis.count) points")

let model = PeakModel(.s2p, window: 158...168, background: .shirley) {
    Doublet("S 2-", near: 160.2, width: .sameAs("PS4 3-"))
    Doublet("PS4 3-", near: 161.6)
    Doublet("S ox,1", near: 163.0, within: 0.25)
    Doublet("S ox,2", near: 163.7, within: 0.25, width: .sameAs("S ox,1"))
}
let fit = try model.fit(s2p.calibrated(.line("PS4 3-", at: 161.6)))
print(fit)

// How sure is the sulfide? The covariance says, the profile of the likelihood says it without assuming a parabola.
let sulfide = fit.components[0]
print("sulfide: area \(sulfide.area), share \(sulfide.fraction)")
let profile = try fit.profile(.component("S 2-", .area))
for interval in profile.intervals {
    print(String(format: "%.0f %%: %.0f to %.0f counts eV", 100 * interval.level, interval.low, interval.high))
}

try fit.plot.sized(.singleColumn).write(to: "\(output)/s2p.svg")
try FitTable(fit).markdown.write(toFile: "\(output)/s2p.md", atomically: true, encoding: .utf8)
