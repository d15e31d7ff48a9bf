// The names are those of the header, which documents them.
// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CInterphase
import Interphase

@c @implementation
public func interphase_prepare(
    _ model: interphase_handle, _ spectrum: interphase_handle, _ prepared: HandleResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let prepared = try Arguments.result(prepared, "prepared")
        let fitter = try BatchFitter(
            HandleTable.shared.model(model), like: HandleTable.shared.spectrum(spectrum).spectrum)
        prepared.pointee = HandleTable.shared.add(.prepared(fitter))
    }
}

/// What `interphase_prepared_info` tells.
private struct PreparedInfo: Encodable {
    var parameters: [String]
    var components: [String]
    var points: Int
}

@c @implementation
public func interphase_prepared_info(
    _ prepared: interphase_handle, _ json: TextResult?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let json = try Arguments.result(json, "json")
        let fitter = try HandleTable.shared.prepared(prepared)
        let info = PreparedInfo(
            parameters: fitter.prepared.parameterNames, components: fitter.componentNames,
            points: fitter.prototype.axis.count)
        try Arguments.give(Arguments.json(info), to: json)
    }
}

@c @implementation
public func interphase_fit_many(
    _ prepared: interphase_handle, _ batch: UnsafePointer<interphase_batch>?, _ error: ErrorPointer?
) -> interphase_status {
    answering(error) {
        let fitter = try HandleTable.shared.prepared(prepared)
        guard let batch else { throw InterfaceFailure.argument("batch is NULL; expected an interphase_batch") }
        // Read before anything else: a shorter one comes from an older header, and there is none yet.
        let size = MemoryLayout<interphase_batch>.size
        guard batch.pointee.size >= size else {
            throw InterfaceFailure.argument("batch.size is \(UInt(bitPattern: batch.pointee.size)); expected \(size)")
        }
        let checked = batch.pointee
        let points = fitter.prototype.axis.count
        _ = try Arguments.count(checked.points, "batch.points", in: points...points)
        _ = try Arguments.count(checked.spectra, "batch.spectra")
        if checked.stride != 0 {
            _ = try Arguments.count(checked.stride, "batch.stride", in: points...Arguments.mostNumbers)
        }
        let stride = checked.stride == 0 ? points : checked.stride
        let (numbers, isTooMany) = checked.spectra.multipliedReportingOverflow(by: stride)
        guard !isTooMany, numbers <= Int.max / 64 else {
            throw InterfaceFailure.argument("batch.spectra of batch.stride numbers are more than memory can hold")
        }
        guard checked.intensities != nil else {
            throw InterfaceFailure.argument("batch.intensities is NULL; expected \(numbers) numbers")
        }
        guard (0...4096).contains(checked.workers) else {
            throw InterfaceFailure.argument("batch.workers is \(checked.workers); expected 0 to 4096")
        }
        try fitter.fit(checked)
    }
}
