import ArgumentParser
import Foundation
import Interphase

/// `interphase doctor`: what this installation consists of, and whether it works.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this installation: libraries, processor, reference data, three self-tests.",
        discussion: """
            Put its output into a report of a fault. The exit code is 70 if something does not work.

            Example:
              interphase doctor
            """)

    @OptionGroup var output: OutputOptions

    mutating func run() async throws {
        let installation = Installation()
        if output.printsTable {
            print("interphase \(InterphaseCommand.version), built with Swift \(Self.compiler)")
            for check in installation.checks {
                let label = check.name.padding(toLength: 18, withPad: " ", startingAt: 0)
                print(
                    "\(check.outcome.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)) \(label)\(check.found)"
                )
                if let remedy = check.remedy { print(String(repeating: " ", count: 26) + remedy) }
            }
        }
        try output.writeJSON(DoctorReport(installation))
        if !installation.works { throw ExitCode(ExitStatus.internalFault.rawValue) }
    }

    /// The version of the language that the compiler speaks.
    static var compiler: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #elseif compiler(>=6.2)
            "6.2"
        #else
            "6.1"
        #endif
    }
}

/// The JSON of `interphase doctor`.
struct DoctorReport: Encodable {
    struct Check: Encodable {
        let name: String
        let found: String
        let outcome: Installation.Check.Outcome
        let remedy: String?
    }

    let schema = "interphase.doctor/1"
    let version = InterphaseCommand.version
    let compiler = DoctorCommand.compiler
    let checks: [Check]

    init(_ installation: Installation) {
        checks = installation.checks.map {
            Check(name: $0.name, found: $0.found, outcome: $0.outcome, remedy: $0.remedy)
        }
    }
}
