import Foundation

extension DiffractionFixtures {
    private static func places(_ start: Double, _ step: Double, _ count: Int) -> [Double] {
        DiffractionFixture.places(start, step, count)
    }

    private static let list = counts.map { "\(Int($0))" }

    static let xrdml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/2.1" status="Completed">
        <sample type="To be analyzed"><id>S-17</id><name>LTO on Co3O4</name></sample>
        <xrdMeasurement measurementType="Scan" status="Completed">
        <usedWavelength intended="K-Alpha"><kAlpha1 unit="Angstrom">1.7889700</kAlpha1><kAlpha2 unit="Angstrom">1.7928500</kAlpha2>
        <kBeta unit="Angstrom">1.6207900</kBeta><ratioKAlpha2KAlpha1>0.4970</ratioKAlpha2KAlpha1></usedWavelength>
        <incidentBeamPath><radius unit="mm">240.00</radius><xRayTube><tension unit="kV">40</tension><current unit="mA">30</current>
        <anodeMaterial>Co</anodeMaterial></xRayTube><divergenceSlit name="Fixed slit 1/2"/></incidentBeamPath>
        <diffractedBeamPath><radius unit="mm">240.00</radius><monochromator name="Graphite"/><filter><material>Fe</material></filter></diffractedBeamPath>
        <scan appendNumber="0" mode="Continuous" scanAxis="Gonio" status="Completed">
        <header><startTimeStamp>2024-11-14T13:43:29-08:00</startTimeStamp></header>
        <dataPoints><positions axis="2Theta" unit="deg"><startPosition>10.00</startPosition><endPosition>10.07</endPosition></positions>
        <positions axis="Omega" unit="deg"><startPosition>5.00</startPosition><endPosition>5.035</endPosition></positions>
        <beamAttenuationFactors>1.00 1.00 1.00 1.00 188.00 1.00 1.00 1.00</beamAttenuationFactors>
        <commonCountingTime unit="seconds">0.50</commonCountingTime>
        <counts unit="counts">120 98 131 450 2210 870 140 101</counts></dataPoints></scan>
        <scan mode="Continuous" scanAxis="2Theta">
        <dataPoints><positions axis="2Theta" unit="deg"><listPositions>20.0 20.1 20.3 20.6 21.0</listPositions></positions>
        <countingTimes unit="seconds">1 2 3 4 5</countingTimes>
        <intensities unit="counts">7 0 3 1000001 12</intensities></dataPoints></scan>
        </xrdMeasurement>
        <xrdMeasurement><scan scanAxis="Omega"><dataPoints>
        <positions axis="2Theta" unit="deg"><commonPosition>30</commonPosition></positions>
        <positions axis="Omega" unit="deg"><startPosition>14</startPosition><endPosition>15</endPosition></positions>
        <commonCountingTime unit="seconds">2</commonCountingTime>
        <intensities unit="cps">1 2.5 1</intensities></dataPoints></scan></xrdMeasurement>
        </xrdMeasurements>
        """

    static var text: [DiffractionFixture] { instruments + programs + columns }

    static var instruments: [DiffractionFixture] {
        let attenuated = counts.enumerated().map { $0 == 4 ? $1 * 188 : $1 }
        return [
            .text(
                "XRDML", format: "PANalytical XRDML", xrdml,
                scans: [
                    ((0..<8).map { 10 + (10.07 - 10) * Double($0) / 7 }, attenuated),
                    ([20.0, 20.1, 20.3, 20.6, 21.0], more),
                    ([14, 14.5, 15], [1, 2.5, 1]),
                ]),
            .text(
                "UDF", format: "PANalytical UDF",
                """
                SampleIdent,Sample5 ,/
                Title1,LCO, washed, dried,/
                Title2,,/
                DiffrType,PW1710,/
                Anode,Cu,/
                LabdaAlpha1, 1.540598,/
                LabdaAlpha2, 1.544426,/
                RatioAlpha21, 0.50000,/
                DivergenceSlit,Fixed, 1/2,/
                MonochromatorUsed,YES ,/
                GeneratorVoltage,  40,/
                TubeCurrent,  15,/
                FileDateTime,03-jun-2025 15:55,/
                DataAngleRange,   3.0100,  3.1500,/
                ScanStepSize, 0.020,/
                ScanType,CONTINUOUS,/
                ScanStepTime, 18.87,/
                RawScan
                     120,      98,     131,     450,    2210,
                     870,     140,     101,/

                """, scans: [(places(3.01, 0.02, 8), counts)]),
            .text(
                "UXD", format: "Bruker/Siemens UXD",
                """
                ; converted
                _FILEVERSION=2
                _SAMPLE='BT86'
                _GONIOMETER_RADIUS=200.500000
                _DATEMEASURED='04-Mar-2010 20:59:14'
                _WL1=1.540600
                _WL2=1.544390
                _WL3=1.392220
                _WLRATIO=0.500000
                _ANODE='Cu'
                ; (Data for Range number 1)
                _DRIVE='COUPLED'
                _STEPTIME=0.500000
                _STEPSIZE=0.020000
                _STEPCOUNT=8
                _START=10.000000
                _COUNTS
                    120   98   131   450  2210
                    870, 140, 101
                ; (Data for Range number 2)
                _STEPTIME=2.000000
                _STEPCOUNT=5
                _2THETACOUNTS
                 20.0   7
                 20.1   0
                 20.3   3
                 20.6   1000001
                 21.0   12
                _D-I
                 3.2  100
                _DRIVE='THETA'
                _STEPCOUNT=2
                _2THETACPS
                 14.0   7.5
                 14.1   8.5

                """,
                scans: [
                    (places(10, 0.02, 8), counts), ([20.0, 20.1, 20.3, 20.6, 21.0], more), ([14.0, 14.1], [7.5, 8.5]),
                ], announcesEnd: false),
            .text(
                "RAS", format: "Rigaku RAS",
                """
                *RAS_DATA_START
                *RAS_HEADER_START
                *FILE_SAMPLE "NMC 622"
                *HW_XG_TARGET_NAME "Cu"
                *HW_XG_WAVE_LENGTH_ALPHA1 "1.540593"
                *HW_XG_WAVE_LENGTH_ALPHA2 "1.544414"
                *HW_GONIOMETER_RADIUS-3 "300.0"
                *MEAS_SCAN_AXIS_X "TwoThetaTheta"
                *MEAS_SCAN_STEP "0.0200"
                *MEAS_SCAN_SPEED "4.0"
                *MEAS_SCAN_SPEED_UNIT "deg/min"
                *MEAS_SCAN_UNIT_Y "counts"
                *MEAS_DATA_COUNT "8"
                *RAS_HEADER_END
                *RAS_INT_START
                \((0..<8).map { "\(String(format: "%.4f", 10 + 0.02 * Double($0))) \(list[$0]).0000 1.0000" }.joined(separator: "\n"))
                *RAS_INT_END
                *RAS_HEADER_START
                *MEAS_SCAN_AXIS_X "Omega"
                *MEAS_SCAN_UNIT_Y "cps"
                *RAS_HEADER_END
                *RAS_INT_START
                14.0000 7.5 1.0000
                14.1000 8.5 10.0000
                *RAS_INT_END
                *RAS_DATA_END

                """, scans: [(places(10, 0.02, 8), counts), ([14.0, 14.1], [7.5, 8.5])], announcesEnd: false),
            .text(
                "Rigaku ASC", format: "Rigaku ASC/DAT",
                """
                *TYPE           =  Raw
                *SAMPLE         =  LNO
                *GROUP_COUNT    =  2
                *BEGIN
                *GROUP          =  0
                *SCAN_AXIS      =  2theta/theta
                *TARGET         =  29
                *WAVE_LENGTH1   =  1.54056
                *WAVE_LENGTH2   =  1.54439
                *SPEED_DIM      =  deg./min.
                *SCAN_SPEED     =  4.0
                *START          =  10.0000
                *STOP           =  10.1400
                *STEP           =  0.0200
                *YUNIT          =  Counts
                *KV             =  40
                *COUNT          =  8
                 120, 98, 131, 450
                 2210, 870, 140, 101
                *END
                *BEGIN
                *GROUP          =  1
                *SCAN_AXIS      =  2theta/theta
                *START          =  50.0000
                *STEP           =  0.0100
                *YUNIT          =  CPS
                *COUNT          =  2
                 1.5, 2.5
                *END
                *EOF

                """, scans: [(places(10, 0.02, 8), counts), (places(50, 0.01, 2), [1.5, 2.5])], announcesEnd: false),
            .text(
                "CPI", format: "Sietronics CPI",
                """
                SIETRONICS XRD SCAN
                10.00
                10.14
                0.020
                Cu
                1.54056
                1-1-1999
                0.600
                HH117 CaO:Nb2O5
                SCANDATA
                \(list.joined(separator: "\n"))

                """, scans: [(places(10, 0.02, 8), counts)]),
        ]
    }

    static var programs: [DiffractionFixture] {
        [
            .text(
                "GSAS STD", format: "GSAS",
                """
                fluoroapatite                                                      15.000
                Instrument parameter file: INST_XRY.PRM
                BANK 1  8  1 CONST 1000.0 2.0 0 0 STD
                \(counts.map { String(format: "%8d", Int($0)) }.joined())
                BANK 2  5  1 CONST 4000.0 2.0 0 0
                \(more.map { String(format: "%8d", Int($0)) }.joined())

                """, scans: [(places(10, 0.02, 8), counts), (places(40, 0.02, 5), more)], announcesEnd: false),
            .text(
                "GSAS STD with detectors", format: "GSAS",
                """
                title
                BANK 1  8  1 CONST 1000.0 2.0 0 0 STD
                \(counts.enumerated().map { String(format: "%2d%6d", $0 < 4 ? 1 : 12, Int($1)) }.joined())

                """, scans: [(places(10, 0.02, 8), counts)], announcesEnd: false),
            .text(
                "GSAS ESD", format: "GSAS",
                """
                title
                # temperature = 300
                BANK 1  8  2 CONS 1000.0 2.0 0 0 ESD
                \(counts.prefix(5).map { String(format: "%8.1f%8.2f", $0, $0.squareRoot()) }.joined())
                \(counts.suffix(3).map { String(format: "%8.1f%8.2f", $0, $0.squareRoot()) }.joined())

                """, scans: [(places(10, 0.02, 8), counts)], announcesEnd: false),
            .text(
                "GSAS FXYE", format: "GSAS",
                """
                title
                # Wavelength = 0.413909
                BANK 1  8  8 CONS 50.00 0.10 0 0 FXYE
                \((0..<8).map { "\(1000 + 2 * $0) \(list[$0]) 11.5" }.joined(separator: "\n"))

                """, scans: [(places(10, 0.02, 8), counts)]),
            .text(
                "GSAS time of flight", format: "GSAS",
                """
                title
                BANK 1  3  3 RALF 50000 400 50000 0.0004 FXYE
                50000.5 12.5 0.5
                51000.5 13.5 0.5
                52000.5 14.5 0.5

                """, scans: [([50000.5, 51000.5, 52000.5], [12.5, 13.5, 14.5])]),
            .text(
                "CHI", format: "chi-plot",
                """
                Fit2D: pattern
                2-Theta Angle (Degrees)
                Intensity
                           8
                \((0..<8).map { "  \(String(format: "%.7E", 10 + 0.02 * Double($0)))  \(list[$0])" }.joined(separator: "\n"))

                """, scans: [(places(10, 0.02, 8), counts)]),
            .text(
                "MDI", format: "MDI Jade",
                """
                04/25/01 09:33 DIF  Demo file
                   10.0000 0.0200  1.00 CU 1.540598   10.1400      8
                     120      98     131     450    2210
                     870     140     101

                """, scans: [(places(10, 0.02, 8), counts)]),
            .text(
                "pdCIF", format: "pdCIF",
                """
                #\\#CIF_1.1
                data_first
                _diffrn_radiation_probe x-ray
                _diffrn_source_target Cu
                _pd_meas_2theta_range_min 10.00
                _pd_meas_2theta_range_max 10.14
                _pd_meas_2theta_range_inc 0.02
                _pd_phase_name
                ;LiCoO2
                data_not a block
                loop_
                ;
                loop_
                _diffrn_radiation_wavelength
                _diffrn_radiation_wavelength_wt
                1.5444 0.5
                1.5406 1.0
                loop_ _pd_meas_counts_total
                \(list.joined(separator: " # a comment\n"))
                data_second
                _diffrn_radiation.wavelength 0.4139
                loop_
                _pd_meas.2theta_scan
                _pd_proc.intensity_total
                _pd_calc.intensity_total
                20.0 7(1) 6.5
                20.1 0(2) 1.5
                20.3 3.0(15) ?
                20.6 1000001(1000) 1000000
                21.0 12(3) 11

                """, scans: [(places(10, 0.02, 8), counts), ([20.0, 20.1, 20.3, 20.6, 21.0], more)], announcesEnd: false
            ),
            .text(
                "start step stop", format: "start, step, stop",
                """
                   10.00   0.02   10.14  a title
                     120      98     131     450    2210
                     870     140     101

                """, scans: [(places(10, 0.02, 8), counts)]),
            .text(
                "DMC", format: "start, step, stop",
                """
                HRPT, NdNi4MgDx
                lambda=  1.49400, T=   1.500, dT=  0.000, Date=2001-06-16
                  10.000   0.020  10.140 18000000., sample="x"
                   120.    98.   131.   450.
                  2210.   870.   140.   101.
                   11.0   10.0   11.0   21.0
                   47.0   29.0   12.0   10.0
                 Filelist='x'

                """, scans: [(places(10, 0.02, 8), counts)], announcesEnd: false),
            .text(
                "XDD", format: "start, step, stop",
                """
                /* a comment
                   over two lines */
                10.00 0.02 10.14
                120 98 131 450 2210
                870 140 101

                """, scans: [(places(10, 0.02, 8), counts)]),
        ]
    }

    static var columns: [DiffractionFixture] {
        let angles = (0..<8).map { String(format: "%.2f", 10 + 0.02 * Double($0)) }
        func rows(_ separator: String, _ third: [String]? = nil) -> String {
            (0..<8).map { index in
                var fields = [angles[index], list[index]]
                if let third { fields.append(third[index]) }
                return fields.joined(separator: separator) + "\n"
            }.joined()
        }
        let scans = [(places(10, 0.02, 8), counts)]
        let roots = counts.map { String(format: "%.3f", $0.squareRoot()) }
        return [
            .text("xy", format: "columns", rows(" "), scans: scans, announcesEnd: false),
            .text(
                "xy with tabs and CR LF", format: "columns", rows("\t").replacing("\n", with: "\r\n"), scans: scans,
                announcesEnd: false),
            .text("xye", format: "columns", rows("  ", roots), scans: scans, announcesEnd: false),
            .text(
                "xye with wavelength", format: "columns", "1.54056\n" + rows("  ", roots), scans: scans,
                announcesEnd: false),
            .text("csv", format: "columns", "2theta,intensity\n" + rows(","), scans: scans, announcesEnd: false),
            .text(
                "csv with decimal commas", format: "columns",
                "Winkel [\u{B0}2\u{3B8}];Intensit\u{E4}t [cps]\n" + rows(";").replacing(".", with: ","), scans: scans,
                announcesEnd: false),
            .text(
                "csv of PANalytical", format: "columns",
                """
                [Measurement conditions]
                Sample identification,LTO
                Anode material,Cu
                K-Alpha1 wavelength,1.5405980
                K-Alpha2 wavelength,1.5444260
                Ratio K-Alpha2/K-Alpha1,0.50000
                No. of points,8

                [Scan points]
                Angle,TimePerStep,Intensity,ESD
                \((0..<8).map { "\(angles[$0]),   0.500,\(list[$0]),\(roots[$0])" }.joined(separator: "\n"))

                """, scans: scans, announcesEnd: false),
            .text(
                "pyFAI", format: "columns",
                """
                # == pyFAI calibration ==
                # Wavelength: 1.5406e-10 m
                # --> LaB6.dat
                #       2th_deg             I             sigma
                \((0..<8).map { "  \(angles[$0])    \(list[$0])    \(roots[$0])" }.joined(separator: "\n"))

                """, scans: scans, announcesEnd: false),
            .text(
                "momentum transfer in 1/nm", format: "columns",
                "# q_nm^-1 I\n" + (0..<8).map { "\(Double($0) + 1) \(list[$0])" }.joined(separator: "\n") + "\n",
                scans: [((0..<8).map { (Double($0) + 1) / 10 }, counts)], announcesEnd: false),
        ]
    }

    // MARK: Containers

    static func brml() throws -> DiffractionFixture {
        func scan(_ axis: String, start: Double, step: Double, values: [Double], factor: Int?) -> String {
            let rows = values.enumerated().map { index, value in
                let absorber = index == factor ? 8.5 : 1
                return
                    "<Datum>1.5,\(absorber),\(start + step * Double(index)),\((start + step * Double(index)) / 2),25.0,\(value * absorber)</Datum>"
            }
            return """
                <?xml version="1.0"?>
                <RawData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
                <TimeStampStarted>2023-01-26T15:23:09</TimeStampStarted>
                <DataRoutes><DataRoute RouteFlag="Measured">
                <ScanInformation ScanName="Scan" VisibleName="Coupled"><MeasurementPoints>\(values.count)</MeasurementPoints>
                <ScanAxes><ScanAxisInfo AxisId="\(axis)"/><ScanAxisInfo AxisId="Theta"/></ScanAxes></ScanInformation>
                \(rows.joined(separator: "\n"))
                <DataViews>
                <RawDataView xsi:type="FixedRawDataView" Start="0" Length="1" LogicName="MeasuredTime"/>
                <RawDataView xsi:type="FixedRawDataView" Start="1" Length="1" LogicName="AbsorptionFactor"/>
                <RawDataView xsi:type="VaryingRawDataView" Start="2" Length="2"><Varying>
                <FieldDefinitions FieldName="a" AxisId="\(axis)"/><FieldDefinitions FieldName="b" AxisId="Theta"/></Varying></RawDataView>
                <RawDataView xsi:type="RecordedRawDataView" Start="4" Length="1"><Recording VisibleName="Temperature"><Unit Base="Celsius"/></Recording></RawDataView>
                <RawDataView xsi:type="RecordedRawDataView" Start="5" Length="1"><Recording VisibleName="LynxEye"><Unit Base="Counts"/></Recording></RawDataView>
                </DataViews></DataRoute>
                <DataRoute RouteFlag="Processed"><Datum>1</Datum></DataRoute></DataRoutes>
                <FixedInformation><Instrument><PrimaryTracks><TrackInfoData LogicName="PrimaryTrack"><Radius Unit="mm" Value="280"/></TrackInfoData></PrimaryTracks></Instrument>
                <WaveLengthAlpha1 Unit="A" Value="1.5406"/><WaveLengthAlpha2 Unit="A" Value="1.54439"/><WaveLengthRatio Value="0.5"/><TubeMaterial>Cu</TubeMaterial>
                <InfoItem Name="SampleName" Value="LATP"/></FixedInformation></RawData>
                """
        }
        // The order of the list differs from that of the archive, and the paths are those of Windows.
        let container = """
            <?xml version="1.0"?><DataContainer><RawDataReferenceList><string>Experiment0\\RawData1.xml</string>
            <string>Experiment0/RawData0.xml</string></RawDataReferenceList></DataContainer>
            """
        let data = try ZipFixture.archive([
            ("Experiment0/DataContainer.xml", Data(container.utf8)),
            ("Experiment0/RawData0.xml", Data(scan("Phi", start: 0, step: 5, values: [7, 0, 3], factor: nil).utf8)),
            ("Experiment0/RawData1.xml", Data(scan("TwoTheta", start: 10, step: 0.02, values: counts, factor: 4).utf8)),
        ])
        return DiffractionFixture(
            name: "BRML", format: "Bruker BRML", data: data,
            scans: [
                (places(10, 0.02, 8), counts.enumerated().map { $0 == 4 ? $1 * 8.5 : $1 }),
                (places(0, 5, 3), [7, 0, 3]),
            ])
    }

    /// A detector that stood still: each datum holds a whole pattern.
    static func brmlFrames() throws -> DiffractionFixture {
        let frames = [counts, counts.reversed()].map {
            "<Datum>60,1,\($0.map { "\($0)" }.joined(separator: ","))</Datum>"
        }
        let text = """
            <?xml version="1.0"?>
            <RawData xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><DataRoutes><DataRoute RouteFlag="Measured">
            <ScanInformation ScanName="Still"><ScaleAxes><ScaleAxisInfo AxisId="TwoTheta"><Start>30</Start><Stop>30.35</Stop><Increment>0.05</Increment></ScaleAxisInfo></ScaleAxes></ScanInformation>
            \(frames.joined(separator: "\n"))
            <DataViews><RawDataView xsi:type="FixedRawDataView" Start="0" Length="1" LogicName="MeasuredTime"/>
            <RawDataView xsi:type="RecordedRawDataView" Start="2" Length="8"><Recording><Unit Base="Counts"/></Recording></RawDataView>
            </DataViews></DataRoute></DataRoutes></RawData>
            """
        let data = try ZipFixture.archive([("Experiment0/RawData0.xml", Data(text.utf8))])
        return DiffractionFixture(
            name: "BRML of a still detector", format: "Bruker BRML", data: data,
            scans: [(places(30, 0.05, 8), counts), (places(30, 0.05, 8), counts.reversed())])
    }

    static func rasx() throws -> DiffractionFixture {
        let conditions = """
            \u{FEFF}<?xml version="1.0" encoding="utf-8"?>
            <MeasurementConditions><GeneralInformation><SampleName>LLZO</SampleName></GeneralInformation>
            <HWConfigurations><Distances><Distance To="AttachmentStage" From="XrayGenerator" Unit="mm" Value="300"/></Distances>
            <XrayGenerator><TargetName>Cu</TargetName><Voltage>45</Voltage><WavelengthKalpha1>1.540593</WavelengthKalpha1>
            <WavelengthKalpha2>1.544414</WavelengthKalpha2></XrayGenerator></HWConfigurations>
            <ScanInformation><AxisName>TwoThetaTheta</AxisName><Step>0.02</Step><Speed>4</Speed><SpeedUnit>deg/min</SpeedUnit>
            <IntensityUnit>counts</IntensityUnit></ScanInformation></MeasurementConditions>
            """
        func profile(_ start: Double) -> Data {
            Data(
                ("\u{FEFF}"
                    + (0..<8).map { String(format: "%.4f\t%d\t1\r\n", start + 0.02 * Double($0), Int(counts[$0])) }
                    .joined()).utf8)
        }
        let data = try ZipFixture.archive([
            ("root.xml", Data("<Root/>".utf8)), ("Data10/Profile10.txt", profile(50)),
            ("Data10/MesurementConditions10.xml", Data(conditions.utf8)), ("Data2/Profile2.txt", profile(10)),
            ("Data2/MesurementConditions2.xml", Data(conditions.utf8)),
        ])
        return DiffractionFixture(
            name: "RASX", format: "Rigaku RASX", data: data,
            scans: [(places(10, 0.02, 8), counts), (places(50, 0.02, 8), counts)])
    }
}
