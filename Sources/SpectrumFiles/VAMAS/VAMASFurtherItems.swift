import Foundation
import Spectra

/// What a file says beside the items that `Acquisition` has a place for, by name.
///
/// Blocks that inherit their items from the first one share one dictionary: a small file with many such blocks must not
/// become a large one in memory.
struct VAMASFurtherItems {
    private let experiment: VAMASExperiment
    private let header: [String: String]
    private var last: (block: VAMASBlock, items: [String: String])?

    init(experiment: VAMASExperiment) {
        var header: [String: String] = [:]
        let texts = [
            ("institution", experiment.institution), ("operator", experiment.operatorName),
            ("experiment", experiment.experiment),
        ]
        for (key, value) in texts {
            let text = value.trimmingCharacters(in: .whitespaces)
            if !text.isEmpty && text.lowercased() != "not specified" { header[key] = text }
        }
        self.experiment = experiment
        self.header = header
    }

    /// The items of `block`.
    mutating func items(of block: VAMASBlock) -> [String: String] {
        // Arrays that share their storage compare in no time.
        if let last, last.block.technique == block.technique, last.block.analyserMode == block.analyserMode,
            last.block.parameters == block.parameters,
            last.block.experimentalVariables == block.experimentalVariables
        {
            return last.items
        }
        var items = header
        items["technique"] = block.technique
        items["analyser mode"] = block.analyserMode
        let variables = zip(experiment.experimentalVariables, block.experimentalVariables).map { ($0, $1) }
        for (variable, value) in variables + block.parameters.map({ ($0.variable, $0.value) }) {
            // No instrument gives more; a made-up file must not fill the memory of those who list its items.
            guard let value, items.count < 200 else { continue }
            let unit = ["d", "n", ""].contains(variable.unit) ? "" : " \(variable.unit)"
            items[variable.label] = "\(value)\(unit)"
        }
        last = (block, items)
        return items
    }
}
