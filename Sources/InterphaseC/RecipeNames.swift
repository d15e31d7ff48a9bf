import CInterphase
import Foundation
import Interphase

extension Recipe {
    /// The recipe in the file `name`, or the one of that name that comes along.
    init(named name: String) throws {
        if FileManager.default.fileExists(atPath: name) {
            try self.init(contentsOf: name)
        } else if let embedded = ReferenceLibrary.recipe(named: name) {
            try self.init(yaml: embedded.text, file: embedded.name)
        } else {
            let near = ReferenceLibrary.recipeNames(closeTo: name)
            let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
            var failure = InterfaceFailure(
                INTERPHASE_NO_SUCH_FILE, "\(name): neither a file nor a recipe that comes along\(hint)")
            failure.file = name
            throw failure
        }
    }
}
