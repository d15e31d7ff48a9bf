import Foundation
import Spectra

extension SeriesVariable {
    /// The variable of that name with its usual unit; a unit behind a slash is its own, and one that is given comes first.
    package init(named text: String, unit: String? = nil) {
        let usual: [SeriesVariable] = [.etchTime, .etchLevel, .depth, .cycle, .time, .temperature, .angle, .x, .y]
        let parts = text.split(separator: "/", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        if let known = usual.first(where: { $0.name == text.lowercased() }) {
            self = known
        } else {
            self = parts.count == 2 ? SeriesVariable(parts[0], unit: parts[1]) : SeriesVariable(text)
        }
        if let unit { self.unit = unit }
    }
}
