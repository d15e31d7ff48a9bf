import ArgumentParser
import Foundation
import Interphase

/// What all subcommands share: `--json`, `--quiet`.
struct OutputOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "Print the result as JSON; --json FILE.json writes it to a file.")
    var json = false

    /// Where `CommandSupport.normalised` puts the file of `--json FILE`.
    @Option(name: .customLong("json-file"), help: .hidden)
    var jsonFile: String?

    @Flag(help: "Print nothing but results asked for and errors.")
    var quiet = false

    /// Whether the table for people goes to standard output.
    var printsTable: Bool { !json && !quiet }

    /// Writes `value` where `--json` wants it, if it was given.
    func writeJSON(_ value: some Encodable) throws {
        guard json || jsonFile != nil else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try write(encoder.encode(value) + Data("\n".utf8))
    }

    /// Writes a document that is JSON already where `--json` wants it, if it was given.
    func writeJSON(text: String) throws {
        guard json || jsonFile != nil else { return }
        try write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
    }

    private func write(_ data: Data) throws {
        if let jsonFile { try AtomicFile.write(data, to: jsonFile) }
        if json { FileHandle.standardOutput.write(data) }
    }

    /// Says something on standard error, unless `--quiet` was given.
    func say(_ message: String) {
        if !quiet { CommandSupport.complain(message) }
    }
}

/// The exit codes of the program.
enum ExitStatus: Int32 {
    case done = 0
    /// Done, but findings of severity error; of a batch: done, but some files or spectra could not be fitted.
    case findings = 1
    /// The command line makes no sense.
    case usage = 2
    /// Input data that break the rules of their format, or that cannot be used for what was asked.
    case badData = 65
    /// No such file.
    case noInput = 66
    /// A fault of the program.
    case internalFault = 70
    /// A file cannot be written.
    case cannotWrite = 73
    /// Stopped by a signal, with what was done stored.
    case interrupted = 130
}

/// An error of a subcommand with the exit code it leads to.
struct CommandFailure: Error, CustomStringConvertible {
    /// The exit code.
    let status: ExitStatus
    /// A sentence for a person.
    let description: String

    init(_ status: ExitStatus, _ description: String) {
        self.status = status
        self.description = description
    }
}

/// From errors to exit codes, and what `--json FILE` needs.
enum CommandSupport {
    /// The content of a file that another command wrote.
    static func data(at path: String) throws -> Data {
        do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw CommandFailure(.noInput, "\(path): cannot be read")
        }
    }

    /// The exit code that an error leads to.
    static func status(of error: any Error) -> ExitStatus {
        switch error {
        case let failure as CommandFailure: failure.status
        case is RequestError: .usage
        case ReadError.noSuchFile: .noInput
        case is ReadError, is ReferenceDataError, is FitError, is QuantificationError: .badData
        case is WriteError: .cannotWrite
        case let error as BatchError: status(of: error)
        default: .internalFault
        }
    }

    private static func status(of error: BatchError) -> ExitStatus {
        switch error {
        case .noResults, .differs, .shards: .badData
        case .locked, .database: .cannotWrite
        }
    }

    /// The command as it was typed, quoted for a shell.
    static func commandLine() -> String {
        let plain = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-_./=:,+@%#"))
        let words = CommandLine.arguments.dropFirst().map { word in
            let isPlain = !word.isEmpty && word.unicodeScalars.allSatisfy(plain.contains) && !word.hasPrefix("#")
            return isPlain ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
        }
        return (["interphase"] + words).joined(separator: " ")
    }

    /// Whether output to a terminal is coloured: on terminals that have colours, unless `NO_COLOR` is set.
    static func usesColour(standardOutput: Bool) -> Bool {
        let environment = ProcessInfo.processInfo.environment
        guard environment["NO_COLOR", default: ""].isEmpty, environment["TERM"] != "dumb" else { return false }
        return isatty(standardOutput ? STDOUT_FILENO : STDERR_FILENO) == 1
    }

    /// Prints a line on standard error.
    static func complain(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }

    /// `--json FILE` as the parser understands it: a value that ends in `.json` is the file, any other word after
    /// `--json` is not (`info --json s2p.vms` must never overwrite `s2p.vms`).
    static func normalised(_ arguments: [String]) -> [String] {
        var result: [String] = []
        var index = 0
        while index < arguments.count {
            let argument = arguments[index]
            if argument == "--" {
                return result + arguments[index...]
            } else if argument.hasPrefix("--json=") {
                result.append("--json-file=\(argument.dropFirst("--json=".count))")
            } else if argument == "--json", index + 1 < arguments.count, arguments[index + 1].hasSuffix(".json") {
                result += ["--json-file", arguments[index + 1]]
                index += 1
            } else {
                result.append(argument)
            }
            index += 1
        }
        return result
    }

    /// Runs the command of `arguments` and gives the exit code, having printed what there is to say.
    static func run(_ root: any ParsableCommand.Type, arguments: [String]) async -> Int32 {
        do {
            var command = try root.parseAsRoot(normalised(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return ExitStatus.done.rawValue
        } catch let code as ExitCode {
            return code.rawValue
        } catch let error where root.exitCode(for: error) == .success {
            print(root.fullMessage(for: error))
            return ExitStatus.done.rawValue
        } catch let error where root.exitCode(for: error) == .validationFailure {
            complain(root.fullMessage(for: error))
            return ExitStatus.usage.rawValue
        } catch {
            complain("interphase: \(error)")
            return status(of: error).rawValue
        }
    }
}
