import ArgumentParser
import Foundation
import GannetAdvise
import GannetMySQL

/// The `gannet advise` command: which indexes a workload wants, and what they changed.
struct AdviseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advise",
        abstract: "Recommend indexes for a workload, and measure it before and after.",
        discussion: """
            Statements are explained, never run: only 'advise measure' runs them, and only those that read.
            Advice is estimated from statistics and a bounded sample; measure it before you trust it.
            """,
        subcommands: [Recommend.self, Measure.self],
        defaultSubcommand: Recommend.self
    )

    /// The workload that a file holds.
    static func workload(file path: String) throws -> Workload {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure("the workload \(path) cannot be read; name a .sql file", exitCode: ExitCodes.usage)
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw CommandFailure("the workload \(path) is not UTF-8", exitCode: ExitCodes.mismatch)
        }
        let workload = Workload(script: text)
        guard !workload.queries.isEmpty else {
            throw CommandFailure("the workload \(path) holds no statement that can be explained")
        }
        return workload
    }

    static func mappingErrors<R>(_ body: () async throws -> R) async throws -> R {
        do {
            return try await body()
        } catch let error as AdviseError {
            throw CommandFailure(error.description)
        }
    }
}

extension AdviseCommand {
    struct Recommend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Recommend indexes (the default).")

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        @Option(name: .long, help: ArgumentHelp("Statements from a script.", valueName: "file.sql"))
        var workload: String?
        @Flag(name: .long, help: "Statements from the server's performance_schema, weighted by their time.")
        var digests = false
        @Option(name: .long, help: ArgumentHelp("One statement.", valueName: "sql")) var query: String?

        @Flag(name: .long, help: "Write the advice as a migration.") var writeMigration = false
        @Option(name: .long, help: ArgumentHelp("The folder of the migrations.", valueName: "path"))
        var dir = "migrations"
        @Option(name: .long, help: ArgumentHelp("Advise at most this many.", valueName: "count"))
        var maxIndexes = 20

        func validate() throws {
            let sources = [self.workload != nil, self.digests, self.query != nil].count { $0 }
            guard sources == 1 else { throw ValidationError("give one of --workload, --digests and --query") }
            guard (1...1000).contains(self.maxIndexes) else { throw ValidationError("--max-indexes is 1 to 1000") }
        }

        func run() async throws {
            var options = Advisor.Options()
            options.indexCountMax = self.maxIndexes
            let advisor = Advisor(configuration: try self.connection.configuration(), options: options)
            let advice = try await AdviseCommand.mappingErrors {
                try await advisor.advise(on: try await self.statements(advisor))
            }
            let reporter = AdviceReporter(output: self.output)
            try reporter.report(advice)
            if self.writeMigration, !advice.indexes.isEmpty { try reporter.wrote(self.write(advice)) }
        }

        private func statements(_ advisor: Advisor) async throws -> Workload {
            if let workload { return try AdviseCommand.workload(file: workload) }
            if let query {
                var workload = Workload()
                workload.add(WorkloadQuery(name: "query", sql: query))
                return workload
            }
            return try await advisor.digests()
        }

        private func write(_ advice: Advice) throws -> String {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(identifier: "UTC")
            formatter.dateFormat = "yyyyMMddHHmmss"
            let migration = AdviceMigration(advice, version: formatter.string(from: Date()))
            let path = "\(self.dir)/\(migration.fileName)"
            guard !FileManager.default.fileExists(atPath: path) else { throw CommandFailure("\(path) exists already") }
            do {
                try FileManager.default.createDirectory(atPath: self.dir, withIntermediateDirectories: true)
                try migration.text.write(toFile: path, atomically: true, encoding: .utf8)
            } catch {
                throw CommandFailure("\(path) cannot be written: \(error.localizedDescription)")
            }
            return path
        }
    }

    struct Measure: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Time and explain the workload's reading statements; compare with an earlier time."
        )

        @OptionGroup var connection: ConnectionOptions
        @OptionGroup var output: OutputOptions

        @Option(name: .long, help: ArgumentHelp("Statements from a script.", valueName: "file.sql"))
        var workload: String
        @Option(name: .long, help: ArgumentHelp("Runs of each statement; the median counts.", valueName: "count"))
        var repeats = 5
        @Option(name: .long, help: ArgumentHelp("Keep the measurement in this file.", valueName: "file.json"))
        var save: String?
        @Option(name: .long, help: ArgumentHelp("Compare with a measurement kept before.", valueName: "file.json"))
        var compare: String?

        func validate() throws {
            guard (1...1000).contains(self.repeats) else { throw ValidationError("--repeats is 1 to 1000") }
        }

        func run() async throws {
            let workload = try AdviseCommand.workload(file: self.workload)
            let before = try self.compare.map(Self.read)
            let configuration = try self.connection.configuration()
            let measurement = try await AdviseCommand.mappingErrors {
                try await WorkloadMeasurement(of: workload, configuration: configuration, repetitions: self.repeats)
            }
            if let save {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                do {
                    try encoder.encode(measurement).write(to: URL(fileURLWithPath: save), options: .atomic)
                } catch {
                    throw CommandFailure("\(save) cannot be written: \(error.localizedDescription)")
                }
            }
            try AdviceReporter(output: self.output).report(measurement, before: before)
        }

        private static func read(_ path: String) throws -> WorkloadMeasurement {
            do {
                return try JSONDecoder().decode(
                    WorkloadMeasurement.self,
                    from: try Data(contentsOf: URL(fileURLWithPath: path))
                )
            } catch {
                throw CommandFailure(
                    "\(path) is not a measurement; make one with 'gannet advise measure --save'",
                    exitCode: ExitCodes.mismatch
                )
            }
        }
    }
}
