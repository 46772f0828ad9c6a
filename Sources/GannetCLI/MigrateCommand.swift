public import ArgumentParser

/// The `migrate` command, which is also `gannet migrate`.
public struct MigrateCommand: AsyncParsableCommand {
    /// Name, one-line purpose and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Versioned MySQL migrations that survive a crash in the middle of a file."
    )

    /// Makes the command with its defaults.
    public init() {}
}
