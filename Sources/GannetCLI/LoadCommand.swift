import ArgumentParser
import Foundation
import GannetAWS
import GannetLoad
import GannetMySQL

/// Bulk loading.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load CSV files into tables, exactly once.",
        discussion: """
            A source is a file, a folder of .csv files, s3://bucket/key, s3://bucket/prefix/, or - for standard input. S3 \
            takes credentials and region from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and \
            AWS_REGION, and another server from AWS_ENDPOINT_URL_S3. The first record names the columns; a \
            file's name names its table. An empty field is NULL, "" is the empty string. Nothing is cut, rounded or \
            skipped: the first field that does not fit its column stops the load, with file, line and column.

            Rows are committed in chunks together with a ledger row. After a failure or Ctrl-C give the same command \
            again: it goes on behind the last committed chunk. Standard input is loaded in one transaction.

            Exit codes: 0 done, 1 failed, 2 usage, 4 bad data, 5 another load is running, 6 stopped part-way and \
            resumable, 75 server not reachable.
            """
    )

    @Argument(help: ArgumentHelp("Files, folders, s3:// URIs or - .", valueName: "source")) var sources: [String]
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @Option(name: .long, help: ArgumentHelp("The database to load into; overrides the URL's.", valueName: "database"))
    var into: String?
    @Option(name: .long, help: ArgumentHelp("The table, where the file's name does not say it.", valueName: "table"))
    var table: String?
    @Flag(name: .long, help: "Load sources once more that are loaded already.") var again = false
    @Flag(name: .long, help: "Use INSERT statements even where LOAD DATA LOCAL is possible.") var insert = false

    func run() async throws {
        var configuration = try self.connection.configuration()
        if let into { configuration.database = into }
        var options = BulkLoader.Options()
        options.table = self.table
        options.repeats = self.again
        options.way = self.insert ? .insert : nil
        let reporter = LoadReporter(output: self.output)
        do {
            let loader = BulkLoader(
                configuration: configuration,
                sources: try await self.openSources(),
                options: options,
                onEvent: { reporter.report($0) }
            )
            let task = Task { try await loader.run() }
            let loaded = try await withInterruptHandling { interruption in
                switch interruption {
                case .soft:
                    Console.standard.note("stopping behind the chunk in hand; once more rolls it back")
                    loader.requestStop()
                case .hard: task.cancel()
                }
            } _: {
                try await task.value
            }
            try reporter.summary(loaded)
        } catch let error as AWSError {
            Console.standard.live(nil)
            throw CommandFailure(
                error.description,
                exitCode: error.code == .unavailable ? ExitCodes.retryable : ExitCodes.failed
            )
        } catch let error as LoadError {
            Console.standard.live(nil)
            throw CommandFailure(error.description, exitCode: error.exitCode)
        }
    }

    private func openSources() async throws -> [any LoadSource] {
        var found: [any LoadSource] = []
        for name in self.sources {
            if name == "-" {
                found.append(StandardInputSource())
            } else if name.hasPrefix("s3://") {
                let configuration = try AWSConfiguration(environment: ProcessInfo.processInfo.environment)
                found += try await S3Source.find(try S3URI(name), client: S3Client(configuration: configuration))
            } else {
                found += try Self.openFiles(name)
            }
        }
        return found
    }

    private static func openFiles(_ name: String) throws -> [any LoadSource] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue else {
            return [try FileSource(path: name)]
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: name).sorted()
            .filter { $0.lowercased().hasSuffix(".csv") }
        guard !files.isEmpty else { throw CommandFailure("\(name): the folder has no .csv files") }
        let folder = name.hasSuffix("/") ? String(name.dropLast()) : name
        return try files.map { try FileSource(path: "\(folder)/\($0)") }
    }
}

extension LoadError {
    /// What the process' exit code says of this error.
    fileprivate var exitCode: ExitCode {
        switch self.code {
        case .malformedCSV, .invalidValue, .rejectedByServer, .mapping, .ledger, .verification: ExitCodes.mismatch
        case .locked: ExitCodes.locked
        case .stopped: ExitCodes.resumable
        default: ExitCodes.failed
        }
    }
}
