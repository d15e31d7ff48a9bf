import ArgumentParser
import Foundation

@main
struct InterphaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interphase", abstract: "Turns raw XPS and XRD files into numbers.", version: "0.1.0",
        subcommands: [
            InfoCommand.self,
            PatternCommand.self,
            ConvertCommand.self,
        ])

    static func main() async {
        Foundation.exit(await CommandSupport.run(Self.self, arguments: Array(CommandLine.arguments.dropFirst())))
    }
}
