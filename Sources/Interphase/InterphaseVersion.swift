/// The version of Interphase.
public enum InterphaseVersion {
    /// The version as in the changelog, "0.1.0".
    public static let current = "0.1.0"
}
