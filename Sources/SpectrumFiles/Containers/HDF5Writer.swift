import CHDF5
import Foundation
import Spectra

/// Builds an HDF5 file in memory out of groups, numbers and texts.
///
/// A class because the library's handle must be closed exactly once. The first failure is kept and told by `bytes`, so that
/// the calls need no check each.
final class HDF5Writer {
    private let file: interphase_hdf5_file
    private var failure: String?

    /// An empty file.
    ///
    /// Throws `WriteError.cannotExpress` where the library is missing.
    init() throws(WriteError) {
        guard interphase_hdf5_available() != 0 else {
            throw .cannotExpress(
                format: "NeXus",
                reason: "the HDF5 library is missing: apt-get install libhdf5-dev, or brew install hdf5")
        }
        file = interphase_hdf5_create()
        guard file >= 0 else {
            throw .cannotExpress(format: "NeXus", reason: "the HDF5 library did not create a file in memory")
        }
    }

    deinit { interphase_hdf5_close(file) }

    private func keep(_ result: Int32, _ path: String) {
        if result != 0 && failure == nil { failure = "the HDF5 library did not write \(path)" }
    }

    /// A group of the NeXus class `type`.
    func group(_ path: String, _ type: String) {
        keep(interphase_hdf5_create_group(file, path), path)
        attribute(path, "NX_class", type)
    }

    /// A text as an attribute.
    func attribute(_ path: String, _ name: String, _ text: String) { attribute(path, name, [text], isArray: false) }

    /// A list of texts as an attribute.
    func attribute(_ path: String, _ name: String, list: [String]) { attribute(path, name, list, isArray: true) }

    private func attribute(_ path: String, _ name: String, _ texts: [String], isArray: Bool) {
        Self.withPointers(texts) { pointers in
            keep(
                interphase_hdf5_write_attribute(
                    file, path, name, pointers.baseAddress, Int32(pointers.count), isArray ? 1 : 0), path)
        }
    }

    /// A whole number as an attribute.
    func attribute(_ path: String, _ name: String, _ value: Int) {
        keep(interphase_hdf5_write_integer_attribute(file, path, name, Int64(value)), path)
    }

    /// A list of numbers.
    func numbers(_ path: String, _ values: [Double], units: String? = nil) {
        let length = [UInt64(values.count)]
        keep(values.withUnsafeBufferPointer { interphase_hdf5_write(file, path, $0.baseAddress, 1, length) }, path)
        if let units { attribute(path, "units", units) }
    }

    /// A single number.
    func number(_ path: String, _ value: Double, units: String? = nil) {
        keep(withUnsafePointer(to: value) { interphase_hdf5_write(file, path, $0, 0, nil) }, path)
        if let units { attribute(path, "units", units) }
    }

    /// A single whole number.
    func number(_ path: String, _ value: Int) {
        keep(withUnsafePointer(to: Int64(value)) { interphase_hdf5_write_integers(file, path, $0, 0, nil) }, path)
    }

    /// A text.
    func text(_ path: String, _ text: String) { keep(interphase_hdf5_write_text(file, path, Self.clean(text)), path) }

    /// A list of texts, which is left out where it is empty.
    func texts(_ path: String, _ texts: [String]) {
        guard !texts.isEmpty else { return }
        Self.withPointers(texts) { pointers in
            keep(interphase_hdf5_write_texts(file, path, pointers.baseAddress, UInt64(pointers.count)), path)
        }
    }

    /// Another name, `path`, of what lies at `target`.
    func link(_ path: String, to target: String) { keep(interphase_hdf5_link(file, target, path), path) }

    /// The bytes of the file.
    ///
    /// Throws `WriteError.cannotExpress` where a call before this one failed.
    func bytes() throws(WriteError) -> Data {
        if let failure { throw .cannotExpress(format: "NeXus", reason: failure) }
        var size = 0
        guard let image = interphase_hdf5_image(file, &size) else {
            throw .cannotExpress(format: "NeXus", reason: "the HDF5 library did not give the file")
        }
        defer { free(image) }
        return Data(bytes: image, count: size)
    }

    /// A text as far as its first zero, which would end it in the file.
    private static func clean(_ text: String) -> String { text.contains("\0") ? text.replacing("\0", with: " ") : text }

    private static func withPointers(_ texts: [String], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Void) {
        let copies = texts.map { strdup(clean($0)) }
        defer { for copy in copies { free(copy) } }
        copies.map { UnsafePointer($0) }.withUnsafeBufferPointer(body)
    }
}
