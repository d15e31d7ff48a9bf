import Spectra

extension InfoReport {
    /// One scan of a diffraction file.
    package struct PatternEntry: Encodable {
        private let pattern: DiffractionPattern

        package init(_ pattern: DiffractionPattern) { self.pattern = pattern }

        enum CodingKeys: String, CodingKey {
            case name, sample, axis, points, first, last, step, unit, anode, instrument, date, columns, further
            case intensitySum = "intensity_sum"
            case wavelength = "wavelength_A"
            case wavelengthOrigin = "wavelength_origin"
            case time = "time_per_step_s"
            case scanAxis = "scan_axis"
            case attenuated
            case missingPoints = "missing_points"
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            let places = pattern.axis.values
            try container.encode(pattern.name, forKey: .name)
            try container.encode(pattern.sample, forKey: .sample)
            try container.encode(pattern.axis.kind, forKey: .axis)
            try container.encode(places.count, forKey: .points)
            try container.encode(places.first, forKey: .first)
            try container.encode(places.last, forKey: .last)
            try container.encode(pattern.axis.meanStep, forKey: .step)
            try container.encode(pattern.unit, forKey: .unit)
            try container.encode(pattern.intensities.reduce(0, +), forKey: .intensitySum)
            try container.encode(pattern.radiation.wavelength, forKey: .wavelength)
            try container.encode(pattern.radiation.origin, forKey: .wavelengthOrigin)
            try container.encode(pattern.radiation.anode, forKey: .anode)
            if case .common(let time) = pattern.countingTime {
                try container.encode(time, forKey: .time)
            } else {
                try container.encodeNil(forKey: .time)
            }
            try container.encode(pattern.setup.scanAxis, forKey: .scanAxis)
            try container.encode(pattern.setup.instrument, forKey: .instrument)
            try container.encode(pattern.setup.date, forKey: .date)
            try container.encode(pattern.setup.further, forKey: .further)
            try container.encode(pattern.attenuationFactors != nil, forKey: .attenuated)
            try container.encode(pattern.columns.map(\.name), forKey: .columns)
            try container.encode(pattern.missingPoints, forKey: .missingPoints)
        }
    }
}
