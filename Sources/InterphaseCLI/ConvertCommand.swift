import ArgumentParser
import Foundation
import Interphase

/// `interphase convert FILE -o OUT`: the same spectra in another format.
struct ConvertCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "convert", abstract: "Write a file in another format.")

    @Argument(help: ArgumentHelp("A file of any known format.", valueName: "file"))
    var file: String
}
