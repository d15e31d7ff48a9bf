import Spectra

/// What the header of a Rigaku scan says: the same keys in .ras and, as a copy, in .rasx.
struct RigakuHeader {
    /// The values by their keys without the asterisk.
    var values: [String: String]

    private func number(_ key: String) -> Double? { values[key].flatMap { $0[...].trimmed.decimal } }

    private func text(_ key: String) -> String? { values[key]?.nilIfEmpty }

    /// The wavelengths.
    var radiation: Radiation {
        Radiation(
            anode: text("HW_XG_TARGET_NAME"), kAlpha1: number("HW_XG_WAVE_LENGTH_ALPHA1"),
            kAlpha2: number("HW_XG_WAVE_LENGTH_ALPHA2"), kBeta: number("HW_XG_WAVE_LENGTH_BETA"), origin: .file)
    }

    /// The name of the scan axis.
    var scanAxis: String { text("MEAS_SCAN_AXIS_X") ?? text("MEAS_SCAN_AXIS_X_INTERNAL") ?? "" }

    /// The name of the sample.
    var sample: String { text("FILE_SAMPLE") ?? "" }

    /// The comments.
    var comments: [String] { [text("FILE_COMMENT"), text("FILE_MEMO")].compactMap { $0 } }

    /// The number of points that the header announces.
    var announced: Int? { number("MEAS_DATA_COUNT").flatMap { $0 > 0 && $0 < 1e9 ? Int($0) : nil } }

    /// The time in s for one step: the step divided by the speed, or the speed itself where its unit is a time.
    var countingTime: CountingTime? {
        guard let speed = number("MEAS_SCAN_SPEED"), speed > 0 else { return nil }
        let step = number("MEAS_SCAN_STEP").flatMap { $0 > 0 ? $0 : nil }
        switch values["MEAS_SCAN_SPEED_UNIT"]?.lowercased() {
        case "deg/min", "degree/min": return step.map { .common($0 * 60 / speed) }
        case "deg/sec", "deg/s", "degree/sec": return step.map { .common($0 / speed) }
        case "sec", "s", "sec/step", "sec.": return .common(speed)
        default: return nil
        }
    }

    /// The unit that the header states for the intensities; `nil` where it states none that is known.
    var unit: IntensityUnit? {
        switch values["MEAS_SCAN_UNIT_Y"]?.lowercased() {
        case "counts", "count": .counts
        case "cps", "counts/s": .countsPerSecond
        default: nil
        }
    }

    /// How the scan was measured.
    var setup: DiffractionSetup {
        var setup = DiffractionSetup(
            scanAxis: scanAxis, date: text("MEAS_SCAN_START_TIME"), further: values.filter { !$0.value.isEmpty })
        setup.instrument = text("FILE_SYSTEM_NAME") ?? text("FILE_PART_ID")
        setup.scanMode = text("MEAS_SCAN_MODE")
        // The distances are those of the list in .rasx files, where number 3 is that from the source to the stage.
        setup.goniometerRadius = number("HW_GONIOMETER_RADIUS-3").flatMap { $0 > 0 ? $0 : nil }
        let monochromators = [
            "HW_I_MONOCHRO_NAME", "HW_I_MONOCHRO_NAME_INTERNAL", "HW_R_MONOCHRO_NAME", "HW_COUNTER_MONOCHRO_NAME",
        ].compactMap { text($0) }.filter { name in
            !["none", "no_unit", "no unit", "open", "adaptor"].contains { name.lowercased().contains($0) }
        }
        setup.monochromator = monochromators.isEmpty ? nil : Array(Set(monochromators)).sorted().joined(separator: "; ")
        setup.tubeVoltage = number("MEAS_COND_XG_VOLTAGE")
        setup.tubeCurrent = number("MEAS_COND_XG_CURRENT")
        return setup
    }

    /// The pattern of the rows (place, intensity and, where there is one, the factor of the attenuator).
    func pattern(
        places: [Double], intensities: [Double], attenuator: [Double]?, scan: Int, notes: inout [String]
    ) -> DiffractionPattern {
        let kind = ScanAxisName.kind(of: scanAxis)
        if kind == nil && !scanAxis.isEmpty { notes.append(PatternNotes.unknownAxis(scanAxis, scan: scan)) }
        if let kind, kind != .twoTheta { notes.append(PatternNotes.notDiffraction(scanAxis, scan: scan)) }
        var unit = unit ?? .arbitrary
        if unit == .counts {
            unit = PatternNotes.unit(intensities, countingTime: countingTime, scan: scan, notes: &notes)
        }
        var columns: [NamedColumn] = []
        // A column of zeros says that no attenuator was mounted.
        if let attenuator, attenuator.contains(where: { $0 != 1 && $0 != 0 }) {
            columns.append(NamedColumn(name: "attenuator", values: attenuator))
            notes.append(
                "scan \(scan): the third column, the factor of the attenuator, is not 1 everywhere. The "
                    + "intensities are those of the second column: nothing in the format says whether they are corrected"
            )
        }
        let missing = max(0, (announced ?? 0) - intensities.count)
        if missing > 0 {
            notes.append(PatternNotes.cutOff(scan: scan, read: intensities.count, announced: announced ?? 0))
        }
        return DiffractionPattern(
            name: comments.first ?? "", sample: sample, axis: DiffractionAxis(places, kind: kind ?? .twoTheta),
            intensities: intensities, unit: unit, countingTime: countingTime, radiation: radiation, setup: setup,
            comments: comments, columns: columns, missingPoints: missing)
    }
}

/// The rows of a Rigaku profile: place, intensity and, in most files, the factor of the attenuator.
struct RigakuRows {
    var places: [Double] = []
    var intensities: [Double] = []
    private var factors: [Double] = []

    /// The factors where every row has one.
    var attenuator: [Double]? { factors.count == places.count && !factors.isEmpty ? factors : nil }

    /// Takes one line; `false` where it does not start with two numbers.
    mutating func add(_ line: Substring) -> Bool {
        let fields = line.fields
        guard fields.count >= 2, let place = fields[0].decimal, let intensity = fields[1].decimal else { return false }
        places.append(place)
        intensities.append(intensity)
        if fields.count >= 3, let factor = fields[2].decimal { factors.append(factor) }
        return true
    }
}
