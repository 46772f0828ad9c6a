public import ArgumentParser
import Foundation
import GannetMigrate
import GannetMySQL

/// The `migrate` command, which is also `gannet migrate`.
public struct MigrateCommand: AsyncParsableCommand {
    /// Name, purpose and subcommands.
    public static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Versioned MySQL migrations that survive a crash in the middle of a file.",
        discussion: """
            Migrations are .sql files named VERSION_name.sql with the sections '-- migrate:up' and '-- migrate:down'.
            Every statement is journalled before it runs, so a run that was broken off goes on at the right statement:
            correct what failed and give the same command again.

            Exit codes: 0 done, 1 failed, 2 usage, 3 pending (status --check), 4 files and journal disagree,
            5 locked by another runner, 6 stopped part-way and resumable, 75 server not reachable.
            """,
        subcommands: [Up.self, Down.self, Status.self, New.self, Resolve.self]
    )

    /// Makes the command with its defaults.
    public init() {}

    /// What all subcommands that look at files and server take.
    struct Options: ParsableArguments {
        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        @Option(name: .long, help: ArgumentHelp("The folder of the migrations.", valueName: "path"))
        var dir = "migrations"

        @Option(name: .long, help: ArgumentHelp("Seconds to wait for another runner's lock.", valueName: "seconds"))
        var timeout = 30

        func validate() throws {
            guard (0...86_400).contains(self.timeout) else {
                throw ValidationError("--timeout is a number of seconds from 0 to 86400")
            }
        }

        func migrator(reporter: MigrationReporter) throws -> Migrator {
            var options = Migrator.Options()
            options.lockTimeout = .seconds(self.timeout)
            return Migrator(
                configuration: try self.connection.configuration(),
                files: try Self.mappingErrors { try MigrationFile.load(from: self.dir) },
                options: options,
                onEvent: { reporter.report($0) }
            )
        }

        static func mappingErrors<R>(_ body: () throws -> R) throws -> R {
            do {
                return try body()
            } catch let error as MigrateError {
                throw CommandFailure(error.description, exitCode: error.exitCode)
            }
        }
    }

    /// Runs something that two signals stop: the first after the statement in hand, the second by killing that.
    static func runInterruptibly(
        _ migrator: Migrator,
        _ body: @escaping @Sendable () async throws -> Int
    ) async throws -> Int {
        let task = Task { try await body() }
        do {
            return try await withInterruptHandling { interruption in
                switch interruption {
                case .soft:
                    Console.standard.note("stopping after the statement in hand; once more kills it")
                    migrator.requestStop()
                case .hard: task.cancel()
                }
            } _: {
                try await task.value
            }
        } catch let error as MigrateError {
            throw CommandFailure(error.description, exitCode: error.exitCode)
        }
    }
}

extension MigrateError {
    /// What the process' exit code says of this error.
    fileprivate var exitCode: ExitCode {
        switch self.code {
        case .locked: ExitCodes.locked
        case .history, .missingDown: ExitCodes.mismatch
        case .stopped, .undecided, .statementFailed: ExitCodes.resumable
        case .invalidFile: ExitCodes.failed
        default: ExitCodes.failed
        }
    }
}

extension MigrateCommand {
    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Apply pending migrations, oldest first.")

        @OptionGroup var options: Options
        @Argument(help: ArgumentHelp("Apply at most this many.", valueName: "count")) var count: Int?

        func validate() throws {
            if let count, count < 1 { throw ValidationError("the count is 1 or more") }
        }

        func run() async throws {
            let reporter = MigrationReporter(output: self.options.output)
            let migrator = try self.options.migrator(reporter: reporter)
            let limit = self.count
            let applied = try await MigrateCommand.runInterruptibly(migrator) { try await migrator.up(limit: limit) }
            reporter.summary(applied == 0 ? "nothing to apply" : "applied \(applied)", count: applied)
        }
    }

    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take the newest migrations back.")

        @OptionGroup var options: Options
        @Argument(help: ArgumentHelp("Take back this many.", valueName: "count")) var count = 1

        func validate() throws {
            guard self.count >= 1 else { throw ValidationError("the count is 1 or more") }
        }

        func run() async throws {
            let reporter = MigrationReporter(output: self.options.output)
            let migrator = try self.options.migrator(reporter: reporter)
            let limit = self.count
            let reverted = try await MigrateCommand.runInterruptibly(migrator) { try await migrator.down(limit: limit) }
            reporter.summary(reverted == 0 ? "nothing to take back" : "took back \(reverted)", count: reverted)
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show where every migration stands.")

        @OptionGroup var options: Options
        @Flag(name: .long, help: "Exit with 3 where migrations are pending, 4 where files and journal disagree.")
        var check = false

        func run() async throws {
            let reporter = MigrationReporter(output: self.options.output)
            let statuses = try await self.options.migrator(reporter: reporter).status()
            try reporter.table(statuses)
            guard self.check else { return }
            if statuses.contains(where: { $0.isChanged || $0.state == .fileMissing }) { throw ExitCodes.mismatch }
            if statuses.contains(where: { $0.state != .applied }) { throw ExitCodes.pending }
        }
    }

    struct New: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an empty migration file, named by the time.")

        @Option(name: .long, help: ArgumentHelp("The folder of the migrations.", valueName: "path"))
        var dir = "migrations"
        @Argument(help: "What the migration does, such as add_users.") var name: String

        func run() async throws {
            let words = self.name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(identifier: "UTC")
            formatter.dateFormat = "yyyyMMddHHmmss"
            let path = "\(self.dir)/\(formatter.string(from: Date()))_\(String(words)).sql"
            try FileManager.default.createDirectory(atPath: self.dir, withIntermediateDirectories: true)
            let template = "-- migrate:up\n\n\n-- migrate:down\n\n"
            guard !FileManager.default.fileExists(atPath: path) else { throw CommandFailure("\(path) exists already") }
            try template.write(toFile: path, atomically: true, encoding: .utf8)
            Console.standard.line(path)
        }
    }

    struct Resolve: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Decide a statement of which nothing shows whether it took effect before a crash."
        )

        @OptionGroup var options: Options
        @Argument(help: "The version that 'migrate up' named.") var version: String
        @Flag(name: .long, help: "It took effect: go on behind it.") var done = false
        @Flag(name: .long, help: "It did not: run it again.") var retry = false

        func validate() throws {
            guard self.done != self.retry else { throw ValidationError("give one of --done and --retry") }
        }

        func run() async throws {
            let reporter = MigrationReporter(output: self.options.output)
            let migrator = try self.options.migrator(reporter: reporter)
            guard let statement = try await migrator.resolve(version: self.version, asDone: self.done) else {
                throw CommandFailure("no statement of version \(self.version) is in doubt")
            }
            reporter.summary("statement \(statement) is \(self.done ? "done" : "to be run again")", count: 1)
        }
    }
}
