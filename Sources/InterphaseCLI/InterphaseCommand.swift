import ArgumentParser
import Foundation
import Interphase

@main
struct InterphaseCommand: AsyncParsableCommand {
    /// The version of the program, as in the changelog.
    static let version = InterphaseVersion.current

    static let configuration = CommandConfiguration(
        commandName: "interphase", abstract: "Turns raw XPS and XRD files into numbers.", version: version,
        subcommands: [
            InfoCommand.self,
            PatternCommand.self,
            PeaksCommand.self,
            IdentifyCommand.self,
            RefineCommand.self,
            ConvertCommand.self,
            FitCommand.self,
            QuantifyCommand.self,
            SeriesCommand.self,
            EnergiesCommand.self,
            BatchCommand.self,
            CasaCommand.self,
            ReviewCommand.self,
            PlotCommand.self,
            SimulateCommand.self,
            LevelsCommand.self,
            SpeciesCommand.self,
            PhasesCommand.self,
            DoctorCommand.self,
        ])

    static func main() async {
        Foundation.exit(await CommandSupport.run(Self.self, arguments: Array(CommandLine.arguments.dropFirst())))
    }
}
