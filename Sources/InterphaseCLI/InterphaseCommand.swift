import ArgumentParser

@main
struct InterphaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "interphase", abstract: "Turns raw XPS and XRD files into numbers.", version: "0.1.0")
}
