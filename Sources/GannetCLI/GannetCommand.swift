public import ArgumentParser

/// The `gannet` command: one binary, four tools.
public struct GannetCommand: AsyncParsableCommand {
    /// Name, one-line purpose and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "gannet",
        abstract: "Migrations, bulk loading and index advice for MySQL.",
        subcommands: [MigrateCommand.self, LoadCommand.self, SeedsCommand.self, AdviseCommand.self]
    )

    /// Makes the command with its defaults.
    public init() {}
}
