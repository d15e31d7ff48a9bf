import CInterphase
import Foundation
import Interphase
import ReferenceSpectra

/// Where a caller wants to be told of an error.
public typealias ErrorPointer = UnsafeMutablePointer<interphase_error>
/// Where a caller wants a text, to be freed by it.
public typealias TextResult = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
/// Where a caller wants a handle, to be closed by it.
public typealias HandleResult = UnsafeMutablePointer<interphase_handle>

/// Arguments as they come from C, checked.
enum Arguments {
    /// The most numbers in one array: a size above it is a mistake of the caller.
    static let mostNumbers = 1 << 32

    static func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String {
        guard let pointer else { throw InterfaceFailure.argument("\(name) is NULL; expected a text") }
        guard let text = String(validatingCString: pointer) else {
            throw InterfaceFailure.argument("\(name) is no valid UTF-8")
        }
        return text
    }

    static func optionalText(_ pointer: UnsafePointer<CChar>?, _ name: String) throws -> String? {
        try pointer.map { try text($0, name) }
    }

    /// A place for a result, set to nothing.
    static func result(_ pointer: HandleResult?, _ name: String) throws -> HandleResult {
        guard let pointer else { throw InterfaceFailure.argument("\(name) is NULL; expected a place for a handle") }
        pointer.pointee = 0
        return pointer
    }

    /// A place for a text, set to NULL.
    static func result(_ pointer: TextResult?, _ name: String) throws -> TextResult {
        guard let pointer else { throw InterfaceFailure.argument("\(name) is NULL; expected a place for a text") }
        pointer.pointee = nil
        return pointer
    }

    static func count(_ count: Int, _ name: String, in range: ClosedRange<Int> = 1...mostNumbers) throws -> Int {
        // Sizes above half of what a size can be arrive as negative numbers.
        guard range.contains(count) else {
            throw InterfaceFailure.argument(
                "\(name) is \(UInt(bitPattern: count)); expected \(range.lowerBound) to \(range.upperBound)")
        }
        return count
    }

    static func numbers(_ pointer: UnsafePointer<Double>?, _ count: Int, _ name: String) throws -> [Double] {
        guard let pointer else { throw InterfaceFailure.argument("\(name) is NULL; expected \(count) numbers") }
        return Array(UnsafeBufferPointer(start: pointer, count: count))
    }

    static func finiteNumbers(_ pointer: UnsafePointer<Double>?, _ count: Int, _ name: String) throws -> [Double] {
        let numbers = try numbers(pointer, count, name)
        if let index = numbers.firstIndex(where: { !$0.isFinite }) {
            throw InterfaceFailure.argument("\(name)[\(index)] is \(numbers[index]); expected a finite number")
        }
        return numbers
    }

    static func handles(
        _ pointer: UnsafePointer<interphase_handle>?, _ count: Int, _ name: String
    ) throws -> [interphase_handle] {
        let count = try Self.count(count, "count", in: 1...10_000_000)
        guard let pointer else { throw InterfaceFailure.argument("\(name) is NULL; expected \(count) handles") }
        return Array(UnsafeBufferPointer(start: pointer, count: count))
    }

    /// Copies `values` into an array of the caller, which must be of their number.
    static func copy(_ values: [Double], to pointer: UnsafeMutablePointer<Double>?, _ count: Int) throws {
        guard let pointer else { throw InterfaceFailure.argument("values is NULL; expected an array") }
        guard values.count == count else {
            throw InterfaceFailure.argument(
                "the array is of \(UInt(bitPattern: count)) numbers; expected \(values.count)")
        }
        values.withUnsafeBufferPointer { source in
            if let base = source.baseAddress { pointer.update(from: base, count: count) }
        }
    }

    /// A copy of `text` for the caller to free.
    static func give(_ text: String, to result: TextResult) throws {
        guard let copy = strdup(text) else { throw InterfaceFailure(INTERPHASE_INTERNAL_ERROR, "out of memory") }
        result.pointee = copy
    }

    /// A value as JSON, as the command-line program writes it.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// Options: a JSON or YAML object of known keys.
struct Options {
    private let fields: YAMLFields?

    /// The options in `text`, which may have no other keys than `keys`.
    init(_ pointer: UnsafePointer<CChar>?, _ keys: [String]) throws {
        guard let text = try Arguments.optionalText(pointer, "options") else {
            fields = nil
            return
        }
        fields = try YAMLValue(text: text, file: "options").fields(among: keys)
    }

    subscript(key: String) -> YAMLValue? { fields?[key] }

    func text(_ key: String) throws -> String? { try self[key].map { try $0.text() } }

    func number(_ key: String) throws -> Double? { try self[key].map { try $0.number() } }

    /// A number in `range`.
    func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let value = self[key] else { return nil }
        let number = try value.number()
        guard range.contains(number) else {
            throw value.error(expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func count(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let value = self[key] else { return nil }
        let count = try value.count()
        guard range.contains(count) else {
            throw value.error(expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return count
    }

    func flag(_ key: String) throws -> Bool { try self[key].map { try $0.boolean() } ?? false }

    func texts(_ key: String) throws -> [String] { try self[key].map { try $0.list().map { try $0.text() } } ?? [] }

    /// One of `choices`, by its raw value.
    func choice<Choice: RawRepresentable>(_ key: String, _ choices: [Choice]) throws -> Choice?
    where Choice.RawValue == String {
        guard let value = self[key] else { return nil }
        let text = try value.text()
        guard let choice = choices.first(where: { $0.rawValue == text }) else {
            throw value.error(expected: "one of " + choices.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    func radiation(_ key: String, alpha2Ratio: Double? = nil) throws -> Radiation? {
        guard let value = self[key] else { return nil }
        guard let radiation = Radiation(named: try value.text(), alpha2Ratio: alpha2Ratio) else {
            throw value.error(expected: Radiation.expectedNames)
        }
        return radiation
    }
}
