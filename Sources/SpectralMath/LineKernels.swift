import CSpectralKernels

/// Line shapes over many points at a time, with their derivatives.
public enum LineKernels {
    /// Fills `value` with `factor` times a Voigt function of unit area and the other columns with its derivatives by its
    /// centre and by the full widths of its Gaussian and Lorentzian.
    ///
    /// By Weideman's rational series with 32 terms (J. A. C. Weideman, SIAM J. Numer. Anal. 31 (1994) 1497), and the
    /// asymptotic one 30 standard widths away; values agree with `faddeeva` to 1e-12 of the maximum.
    ///
    /// - Parameters:
    ///   - x: the points, ascending; all columns have as many.
    ///   - center: the centre of the line.
    ///   - gaussianWidth: the full width of the Gaussian, > 0.
    ///   - lorentzianWidth: that of the Lorentzian, >= 0.
    ///   - factor: the area of the line.
    ///   - value: the line.
    ///   - byCenter: its derivative by the centre.
    ///   - byGaussian: its derivative by the full width of the Gaussian.
    ///   - byLorentzian: its derivative by the full width of the Lorentzian.
    ///   - level: the instruction set.
    public static func voigt(
        _ x: UnsafeBufferPointer<Double>, center: Double, gaussianWidth: Double, lorentzianWidth: Double,
        factor: Double,
        value: UnsafeMutableBufferPointer<Double>, byCenter: UnsafeMutableBufferPointer<Double>,
        byGaussian: UnsafeMutableBufferPointer<Double>, byLorentzian: UnsafeMutableBufferPointer<Double>,
        level: SIMDLevel = .best
    ) {
        precondition(
            [value.count, byCenter.count, byGaussian.count, byLorentzian.count].allSatisfy { $0 >= x.count },
            "columns as long as the points")
        // sigma = full width / (2 sqrt(2 ln 2)); scale = 1 / (sigma sqrt 2).
        let scale = 2 * 0.8325546111576977 / gaussianWidth
        let line = sk_voigt(
            center: center, scale: scale, damping: lorentzianWidth / 2 * scale,
            height: factor * scale / 1.772453850905516, by_gauss: 1 / gaussianWidth)
        sk_voigt_line(
            level.kernel, x.baseAddress, x.count, line, value.baseAddress, byCenter.baseAddress, byGaussian.baseAddress,
            byLorentzian.baseAddress)
    }

    /// A curve g(t) as polynomials between nodes that lie evenly in asinh(t / scale).
    public struct Table: Sendable {
        /// Six coefficients for each interval, of powers of its fraction.
        public var coefficients: [Double]
        /// Where asinh begins to be logarithmic.
        public var scale: Double
        /// asinh(t / scale) at the first node.
        public var first: Double
        /// The distance of two nodes in asinh(t / scale).
        public var spacing: Double

        /// A table of those coefficients.
        public init(coefficients: [Double], scale: Double, first: Double, spacing: Double) {
            self.coefficients = coefficients
            self.scale = scale
            self.first = first
            self.spacing = spacing
        }
    }

    /// Fills `value` with height g((x - center) / inner) and the other columns with its derivatives by its centre and by a
    /// width, at constant area. Points outside the table are drawn as its end.
    ///
    /// - Parameters:
    ///   - table: the curve g.
    ///   - x: the points; all columns have as many.
    ///   - center: the centre of the line.
    ///   - inner: what one unit of the curve's t is in units of x.
    ///   - height: the factor before the curve.
    ///   - byWidth: d ln(inner) / d(width).
    ///   - byArea: d ln(area) / d(width), where the area changes with the width.
    ///   - value: the line.
    ///   - byCenter: its derivative by the centre.
    ///   - byParameter: its derivative by the width.
    ///   - level: the instruction set.
    public static func table(
        _ table: Table, _ x: UnsafeBufferPointer<Double>, center: Double, inner: Double, height: Double,
        byWidth: Double,
        byArea: Double, value: UnsafeMutableBufferPointer<Double>, byCenter: UnsafeMutableBufferPointer<Double>,
        byParameter: UnsafeMutableBufferPointer<Double>, level: SIMDLevel = .best
    ) {
        let intervals = table.coefficients.count / 6
        precondition(
            [value.count, byCenter.count, byParameter.count].allSatisfy { $0 >= x.count } && intervals > 0,
            "columns as long as the points, and a table that is not empty")
        let shape = sk_table_line_shape(
            center: center, inner: inner, height: height, by_width: byWidth, by_area: byArea)
        table.coefficients.withUnsafeBufferPointer { coefficients in
            let kernel = sk_table(
                coefficients: coefficients.baseAddress, intervals: intervals, scale: table.scale, first: table.first,
                inverse_spacing: 1 / table.spacing)
            sk_table_line(
                level.kernel, x.baseAddress, x.count, kernel, shape, value.baseAddress, byCenter.baseAddress,
                byParameter.baseAddress)
        }
    }
}
