/// What the last accepted step of a minimisation tells about the next: Gauss-Newton steps leave out the curvature of the
/// model, so near the minimum each is a nearly constant part of the one before. Mixing the last two finds out how large a
/// part and goes where the series would end.
///
/// Anderson's mixing of depth one (J. ACM 12 (1965) 547; Walker & Ni, SIAM J. Numer. Anal. 49 (2011) 1715) in the metric of
/// the normal equations, in which all products that it takes are those of steps with gradients. For one parameter it is
/// Aitken's extrapolation.
struct StepHistory: ~Copyable {
    private let count: Int
    /// The step that the normal equations asked for.
    private let step: UnsafeMutablePointer<Double>
    /// The step that was taken.
    private let taken: UnsafeMutablePointer<Double>
    private let held: UnsafeMutablePointer<Bool>
    /// The decrease of chi squared that was predicted for `step`; 0 where there is no last step.
    private var predicted = 0.0

    init(count: Int) {
        self.count = count
        step = .allocate(capacity: count + 1)
        step.initialize(repeating: 0, count: count + 1)
        taken = .allocate(capacity: count + 1)
        taken.initialize(repeating: 0, count: count + 1)
        held = .allocate(capacity: count + 1)
        held.initialize(repeating: false, count: count + 1)
    }

    deinit {
        step.deallocate()
        taken.deallocate()
        held.deallocate()
    }

    mutating func forget() { predicted = 0 }

    /// Keeps a step that is about to be taken.
    mutating func remember(
        _ next: UnsafePointer<Double>, _ decrease: Double, _ nextHeld: UnsafePointer<Bool>,
        from start: UnsafePointer<Double>, to end: UnsafePointer<Double>
    ) {
        for j in 0..<count {
            step[j] = next[j]
            taken[j] = end[j] - start[j]
            held[j] = nextHeld[j]
        }
        predicted = decrease
    }

    /// How much of `difference(_:_:)` to take off the next step; `nil` where the last one tells nothing: it began farther
    /// from the minimum than a standard deviation, where chi squared lies `deviation` higher, the steps do not shrink, or
    /// other parameters were held.
    func mixing(
        _ next: UnsafePointer<Double>, _ decrease: Double, _ gradient: UnsafePointer<Double>,
        _ nextHeld: UnsafePointer<Bool>, deviation: Double
    ) -> Double? {
        guard predicted < deviation, decrease < 0.1 * predicted else { return nil }
        var product = 0.0
        for j in 0..<count {
            guard held[j] == nextHeld[j] else { return nil }
            product += step[j] * gradient[j]
        }
        let mixing = (decrease - product) / (predicted - 2 * product + decrease)
        // Beyond, the steps are no such series: they would go on for more than three times the last, or back by half of it.
        return mixing > -2 && mixing < 0.5 ? mixing : nil
    }

    /// What the two last steps and the way between them have in common.
    func difference(_ next: UnsafePointer<Double>, _ j: Int) -> Double { taken[j] + next[j] - step[j] }
}
