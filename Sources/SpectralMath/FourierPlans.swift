internal import CFFTW
import Foundation

/// FFTW's plans for real transforms of one length, used by all transforms of that length.
///
/// A class because the last user destroys the plans. They are only read after their creation, and executing a plan on
/// other arrays of equal alignment is the one thing in FFTW that threads may do at once, hence unchecked Sendable.
final class FourierPlans: @unchecked Sendable {
    /// From real to complex.
    let forward: fftw_plan
    /// From complex to real; destroys its input.
    let inverse: fftw_plan

    private init(_ forward: fftw_plan, _ inverse: fftw_plan) {
        self.forward = forward
        self.inverse = inverse
    }

    deinit {
        Self.cache.withPlanner {
            fftw_destroy_plan(forward)
            fftw_destroy_plan(inverse)
        }
    }

    /// The plans for `count` values, made with these buffers of `count` and `count / 2 + 1` elements if there are none.
    /// They are estimated, not measured: measuring takes longer than most programs transform.
    static func shared(
        count: Int, _ real: UnsafeMutablePointer<Double>, _ complex: UnsafeMutablePointer<fftw_complex>
    ) throws -> FourierPlans {
        try cache.plans(count) {
            let length = Int32(count)
            guard let forward = fftw_plan_dft_r2c_1d(length, real, complex, FFTW_ESTIMATE) else { return nil }
            guard let inverse = fftw_plan_dft_c2r_1d(length, complex, real, FFTW_ESTIMATE) else {
                fftw_destroy_plan(forward)
                return nil
            }
            return FourierPlans(forward, inverse)
        }
    }

    private static let cache = PlanCache()

    /// The plans used last, and the one lock under which FFTW makes and destroys plans.
    private final class PlanCache: @unchecked Sendable {
        private let lock = NSRecursiveLock()
        /// The plans in order of their last use, the latest at the end.
        private var recent: [(count: Int, plans: FourierPlans)] = []
        private static let capacity = 16

        func withPlanner(_ body: () -> Void) {
            lock.lock()
            defer { lock.unlock() }
            body()
        }

        func plans(_ count: Int, _ make: () -> FourierPlans?) throws -> FourierPlans {
            lock.lock()
            defer { lock.unlock() }
            let known = recent.firstIndex { $0.count == count }.map { recent.remove(at: $0).plans }
            guard let plans = known ?? make() else {
                throw NumericalError.outOfMemory(operation: "planning of a Fourier transform")
            }
            recent.append((count, plans))
            if recent.count > Self.capacity { recent.removeFirst() }
            return plans
        }
    }
}
