import CInterphase
import Foundation
import Interphase

/// What a handle can stand for.
enum InterfaceObject: Sendable {
    case file(OpenFile)
    case spectrum(MeasuredSpectrum)
    case pattern(DiffractionPattern)
    case model(Recipe)
    case prepared(BatchFitter)
    case fit(FinishedFit)

    var kind: String {
        switch self {
        case .file: "a file"
        case .spectrum: "a spectrum"
        case .pattern: "a pattern"
        case .model: "a model"
        case .prepared: "a prepared model"
        case .fit: "a fit"
        }
    }
}

/// A file that was read. A class, so that looking it up copies nothing.
final class OpenFile: Sendable {
    let contents: MeasurementFile
    /// Of the bytes that were read.
    let sha256: String?

    init(_ contents: MeasurementFile, sha256: String?) {
        self.contents = contents
        self.sha256 = sha256
    }
}

/// A spectrum with where it came from.
final class MeasuredSpectrum: Sendable {
    let spectrum: Spectrum
    let source: FitSource?

    init(_ spectrum: Spectrum, source: FitSource? = nil) {
        self.spectrum = spectrum
        self.source = source
    }
}

/// A fit with what it takes to repeat it.
final class FinishedFit: Sendable {
    let fit: PeakFit
    let weighting: Weighting
    let source: FitSource?

    init(_ fit: PeakFit, weighting: Weighting, source: FitSource?) {
        self.fit = fit
        self.weighting = weighting
        self.source = source
    }

    /// The recipe with every default written out.
    var recipe: String { Recipe(model: fit.effectiveModel, weighting: weighting).yaml }

    var provenance: FitProvenance {
        FitProvenance(source: source, effectiveRecipe: recipe, softwareVersion: InterphaseVersion.current)
    }
}

/// What handles stand for. Numbers instead of addresses, so that a handle which is wrong is found out and harms nobody.
///
/// The one thing of the process that all callers share, which is what makes it a class behind a lock.
final class HandleTable: @unchecked Sendable {
    /// The table of the process.
    static let shared = HandleTable()

    private let lock = NSLock()
    private var objects: [interphase_handle: InterfaceObject] = [:]
    private var last: interphase_handle = 0

    var count: Int {
        lock.lock()
        defer { lock.unlock() }
        return objects.count
    }

    func add(_ object: InterfaceObject) -> interphase_handle {
        lock.lock()
        defer { lock.unlock() }
        // Never given out twice, so that a handle which was closed stays wrong.
        last += 1
        objects[last] = object
        return last
    }

    func remove(_ handle: interphase_handle) -> Bool {
        lock.lock()
        // What it stood for ends outside the lock.
        let object = objects.removeValue(forKey: handle)
        lock.unlock()
        return object != nil
    }

    subscript(handle: interphase_handle) -> InterfaceObject {
        get throws {
            lock.lock()
            defer { lock.unlock() }
            guard let object = objects[handle] else {
                throw InterfaceFailure(
                    INTERPHASE_INVALID_HANDLE,
                    handle == 0 ? "the handle is 0, which stands for nothing" : "\(handle) is no open handle")
            }
            return object
        }
    }

    private func wrong(_ object: InterfaceObject, expected: String) -> InterfaceFailure {
        InterfaceFailure(
            INTERPHASE_INVALID_HANDLE, "the handle stands for \(object.kind); expected \(expected)")
    }

    func file(_ handle: interphase_handle) throws -> OpenFile {
        let object = try self[handle]
        guard case .file(let file) = object else { throw wrong(object, expected: "a file") }
        return file
    }

    func spectrum(_ handle: interphase_handle) throws -> MeasuredSpectrum {
        let object = try self[handle]
        guard case .spectrum(let spectrum) = object else { throw wrong(object, expected: "a spectrum") }
        return spectrum
    }

    func pattern(_ handle: interphase_handle) throws -> DiffractionPattern {
        let object = try self[handle]
        guard case .pattern(let pattern) = object else { throw wrong(object, expected: "a pattern") }
        return pattern
    }

    func model(_ handle: interphase_handle) throws -> Recipe {
        let object = try self[handle]
        guard case .model(let recipe) = object else { throw wrong(object, expected: "a model") }
        return recipe
    }

    func prepared(_ handle: interphase_handle) throws -> BatchFitter {
        let object = try self[handle]
        guard case .prepared(let fitter) = object else { throw wrong(object, expected: "a prepared model") }
        return fitter
    }

    func fit(_ handle: interphase_handle) throws -> FinishedFit {
        let object = try self[handle]
        guard case .fit(let fit) = object else { throw wrong(object, expected: "a fit") }
        return fit
    }
}
