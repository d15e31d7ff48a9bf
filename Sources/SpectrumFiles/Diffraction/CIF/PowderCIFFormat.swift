import Foundation
import Spectra

/// Powder data in a CIF (the IUCr's powder dictionary, pdCIF): each data block with measured intensities is a pattern.
/// Places come from a loop (`_pd_proc_2theta_corrected`, `_pd_meas_2theta_scan`, time of flight, d, Q) or from a range
/// (`_pd_proc_2theta_range_min`, `_max`, `_inc` before `_pd_meas_...`).
enum PowderCIFFormat: DiffractionFormat {
    static let name = "pdCIF"
    static let extensions = ["cif"]

    static func recognises(_ content: FileContent) -> Bool {
        guard let head = PatternText.head(of: content) else { return false }
        return CIFBlocks.startsLikeCIF(head)
    }

    static func read(_ content: FileContent, options: DiffractionReadOptions) throws -> DiffractionFile {
        let text = PatternText(content)
        let blocks = try CIFBlocks(text).blocks
        var notes: [String] = []
        var patterns: [DiffractionPattern] = []
        for block in blocks {
            let reader = PowderCIFBlock(text: text, block: block)
            if let pattern = try reader.pattern(notes: &notes) { patterns.append(pattern) }
        }
        guard !patterns.isEmpty else {
            throw content.malformed(
                .whole, expected: "a CIF with powder data (_pd_meas_..., _pd_proc_...)",
                found: "\(blocks.count) data blocks without any")
        }
        return try file(content, patterns, notes: notes)
    }
}

/// One data block with powder data.
private struct PowderCIFBlock {
    let text: PatternText
    let block: CIFBlocks.Block

    private static let measured: [(name: String, unit: IntensityUnit)] = [
        ("_pd_meas_counts_total", .counts), ("_pd_meas_intensity_total", .arbitrary),
        ("_pd_proc_intensity_total", .arbitrary), ("_pd_proc_intensity_net", .arbitrary),
        ("_pd_meas_intensity_net", .arbitrary),
    ]
    private static let computed = ["_pd_calc_intensity_total", "_pd_calc_intensity_net"]
    private static let places: [(name: String, kind: DiffractionAxis.Kind)] = [
        ("_pd_proc_2theta_corrected", .twoTheta), ("_pd_meas_2theta_scan", .twoTheta),
        ("_pd_meas_2theta_corrected", .twoTheta), ("_pd_proc_d_spacing", .dSpacing),
        ("_pd_proc_recip_len_q", .momentumTransfer), ("_pd_meas_time_of_flight", .timeOfFlight),
    ]

    func pattern(notes: inout [String]) throws -> DiffractionPattern? {
        var unit = IntensityUnit.arbitrary
        var chosen: (name: String, values: [CIFBlocks.Value])?
        if let found = Self.measured.first(where: { (block.values[$0.name]?.count ?? 0) > 1 }) {
            unit = found.unit
            chosen = (found.name, block.values[found.name] ?? [])
        } else if let name = Self.computed.first(where: { (block.values[$0]?.count ?? 0) > 1 }) {
            chosen = (name, block.values[name] ?? [])
            notes.append("block \(block.name) holds no measured but computed intensities (\(name))")
        }
        guard let (name, values) = chosen else { return nil }
        var axis = try axis(count: values.count, notes: &notes)
        var kept: [Int] = []
        var intensities: [Double] = []
        var uncertainties: [Double] = []
        for (index, value) in values.enumerated() {
            if value.isMissing || !axis.values[index].isFinite { continue }
            guard let number = value.measured else {
                throw text.malformed(
                    value.line, expected: "a number for \(name)", found: "\"\(value.text.prefix(40))\"")
            }
            kept.append(index)
            intensities.append(number.value)
            if let uncertainty = number.uncertainty { uncertainties.append(uncertainty) }
        }
        guard !kept.isEmpty else { return nil }
        if kept.count < values.count {
            notes.append("block \(block.name): \(values.count - kept.count) points without a value were left out")
            axis = DiffractionAxis(kept.map { axis.values[$0] }, kind: axis.kind)
        }
        var pattern = DiffractionPattern(
            name: block.name, sample: block.text("_pd_phase_name") ?? block.text("_chemical_name_common") ?? "",
            axis: axis,
            intensities: intensities, unit: unit, radiation: radiation, setup: setup)
        if uncertainties.count == kept.count {
            pattern.standardUncertainties = uncertainties
        } else if unit != .counts {
            pattern.standardUncertainties = fromWeights(kept)
        }
        pattern.countingTime = countingTime(kept)
        pattern.columns = columns(kept, except: name)
        return pattern
    }

    /// 1/sqrt(weight) where the block has the weights of a least-squares refinement.
    private func fromWeights(_ kept: [Int]) -> [Double]? {
        guard let weights = column("_pd_proc_ls_weight", kept), weights.allSatisfy({ $0 > 0 }) else { return nil }
        return weights.map { 1 / $0.squareRoot() }
    }

    private func column(_ name: String, _ kept: [Int]) -> [Double]? {
        guard let values = block.values[name], let last = kept.last, values.count > last, values.count > 1 else {
            return nil
        }
        let numbers = kept.compactMap { values[$0].measured?.value }
        return numbers.count == kept.count ? numbers : nil
    }

    private func columns(_ kept: [Int], except chosen: String) -> [NamedColumn] {
        let names = ["_pd_proc_intensity_bkg_calc", "_pd_meas_intensity_background", "_pd_proc_intensity_bkg_fix"]
        return (names + Self.computed).filter { $0 != chosen }.compactMap { name in
            column(name, kept).map { NamedColumn(name: name, values: $0) }
        }
    }

    private func countingTime(_ kept: [Int]) -> CountingTime? {
        if let times = column("_pd_meas_step_count_time", kept), times.allSatisfy({ $0 > 0 }) { return .each(times) }
        return block.number("_pd_meas_step_count_time").flatMap { $0 > 0 ? .common($0) : nil }
    }

    /// The places of `count` points; one that the file leaves open is not a number.
    private func axis(count: Int, notes: inout [String]) throws -> DiffractionAxis {
        for (name, kind) in Self.places {
            guard let values = block.values[name], values.count == count else { continue }
            let numbers = try values.map { value -> Double in
                if value.isMissing { return .nan }
                guard let number = value.measured?.value else {
                    throw text.malformed(
                        value.line, expected: "a number for \(name)", found: "\"\(value.text.prefix(40))\"")
                }
                return number
            }
            return DiffractionAxis(numbers, kind: kind)
        }
        var found: [String] = []
        for category in ["proc", "meas"] {
            let stem = "_pd_\(category)_2theta_range_"
            guard let start = block.number(stem + "min"), let step = block.number(stem + "inc") else { continue }
            let stop = block.number(stem + "max")
            let announced = try stop.map {
                try text.content.pointCount(from: start, to: $0, step: step, at: .line(block.line + 1))
            }
            if announced == count || announced == nil {
                let places = try text.content.places(from: start, step: step, count: count, at: .line(block.line + 1))
                return DiffractionAxis(places, kind: .twoTheta)
            }
            found.append("\(announced ?? 0) from \(stem)...")
        }
        throw text.malformed(
            block.line, expected: "places for the \(count) intensities of block \(block.name)",
            found: found.isEmpty ? "none" : found.joined(separator: ", "))
    }

    private var radiation: Radiation {
        let isNeutron = (block.text("_diffrn_radiation_probe") ?? block.text("_diffrn_radiation_type") ?? "")
            .lowercased().contains("neutron")
        let lines =
            (block.values["_diffrn_radiation_wavelength"] ?? block.values["_diffrn_radiation_wavelength_value"] ?? [])
            .compactMap { $0.measured?.value }.filter { (0.05...20).contains($0) }
        let weights = (block.values["_diffrn_radiation_wavelength_wt"] ?? []).compactMap { $0.measured?.value }
        let anode = isNeutron ? nil : anode
        if lines.count == 2, let first = lines.min(), let second = lines.max(), second < first * 1.02 {
            var ratio: Double?
            if weights.count == 2, let index = lines.firstIndex(of: first), weights[index] > 0 {
                ratio = weights[1 - index] / weights[index]
            }
            return Radiation(anode: anode, kAlpha1: first, kAlpha2: second, kAlpha2Ratio: ratio, origin: .file)
        }
        if isNeutron { return Radiation(probe: .neutron, monochromatic: lines.first, origin: .file) }
        return TubeLine.radiation(wavelength: lines.first, anode: anode)
    }

    /// The element of the anode, from the source or from a type like `CuK\a1` or `Cu K\a`.
    private var anode: String? {
        let texts = [block.text("_diffrn_source_target"), block.text("_diffrn_radiation_type")].compactMap { $0 }
        for text in texts {
            let letters = text.prefix(2)
            if let known = ["Cu", "Co", "Mo", "Ag", "Fe", "Cr"].first(where: { $0.lowercased() == letters.lowercased() }
            ) {
                return known
            }
        }
        return nil
    }

    private var setup: DiffractionSetup {
        var setup = DiffractionSetup(
            scanAxis: block.text("_pd_meas_scan_method"),
            date: block.text("_pd_meas_datetime_initiated") ?? block.text("_pd_proc_info_datetime"))
        setup.instrument = block.text("_diffrn_measurement_device_type") ?? block.text("_diffrn_measurement_device")
        setup.monochromator =
            block.text("_diffrn_radiation_monochromator") ?? block.text("_pd_instr_monochr_pre_spec")
            ?? block.text("_pd_instr_monochr_post_spec")
        setup.goniometerRadius = block.number("_pd_instr_dist_src/spec") ?? block.number("_pd_instr_dist_spec/detc")
        setup.temperature = block.number("_diffrn_ambient_temperature") ?? block.number("_cell_measurement_temperature")
        setup.tubeVoltage = block.number("_diffrn_source_voltage")
        setup.tubeCurrent = block.number("_diffrn_source_current")
        return setup
    }
}
