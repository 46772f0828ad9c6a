import Crypto
import Foundation
import GannetMySQL

/// A connection that holds the runner's lock, and runs migrations while it does.
struct MigrationSession {
    /// What the tables say before anything is run.
    struct History {
        var applied: Set<String>
        var entries: [String: [Direction: [JournalEntry]]]

        /// Versions that stopped on their way up.
        var partial: [String] {
            self.entries.filter { $0.value[.up]?.isEmpty == false && !self.applied.contains($0.key) }.map(\.key)
                .sorted()
        }
    }

    let connection: MySQLConnection
    let options: Migrator.Options
    let onEvent: @Sendable (MigrationEvent) -> Void
    let isStopRequested: @Sendable () -> Bool
    private var journal: Journal { Journal(connection: self.connection) }

    init(
        connection: MySQLConnection,
        options: Migrator.Options,
        onEvent: @escaping @Sendable (MigrationEvent) -> Void,
        isStopRequested: @escaping @Sendable () -> Bool
    ) {
        self.connection = connection
        self.options = options
        self.onEvent = onEvent
        self.isStopRequested = isStopRequested
    }

    /// Takes the lock and makes the tables.
    func open() async throws {
        guard let database = await self.connection.database else {
            throw MigrateError(.history, "the server URL names no database; write mysql://user@host/DATABASE")
        }
        try await self.takeLock(database)
        let seconds = max(self.options.metadataLockTimeout.components.seconds, 1)
        try await self.connection.execute("SET SESSION lock_wait_timeout = \(unescaped: String(seconds))")
        try await self.journal.create()
    }

    func close() async {
        // Closing releases the lock as well; the server does so when the session ends.
        await self.connection.close()
    }

    func history() async throws -> History {
        History(
            applied: Set(try await self.journal.appliedVersions()),
            entries: try await self.journal.entries()
        )
    }

    /// A name of at most 64 characters for the schema, which may be as long itself.
    private func takeLock(_ database: String) async throws {
        let hash = SHA256.hash(data: Data(database.utf8)).prefix(16).map { String($0, radix: 16) }.joined(separator: "")
        let name = "gannet.migrate.\(hash)"
        let deadline = ContinuousClock.now + self.options.lockTimeout
        var didTell = false
        while true {
            let answer = try await self.connection.query("SELECT GET_LOCK(\(name), 1)").decode(Int?.self).collect()
            switch answer.first {
            case 1: return
            case 0:
                let holder = await self.lockHolder(name)
                guard ContinuousClock.now < deadline else {
                    throw MigrateError(
                        .locked,
                        "another runner is at work (\(holder)); try again when it is done, or wait longer with --timeout"
                    )
                }
                if !didTell { self.onEvent(.waitingForLock(holder: holder)) }
                didTell = true
                try Task.checkCancellation()
            default:
                throw MigrateError(
                    .locked,
                    "the server does not give out locks (GET_LOCK returned NULL), so two runners could not be kept apart"
                )
            }
        }
    }

    private func lockHolder(_ name: String) async -> String {
        // Another session's statement with binary values makes the process list unreadable (3854); waiting goes on.
        let rows = try? await self.connection.query(
            """
            SELECT p.id, p.user, p.host, p.time FROM information_schema.processlist p WHERE p.id = IS_USED_LOCK(\(name))
            """
        ).decode((UInt64, String, String, Int64).self).collect()
        guard let (id, user, host, seconds) = rows?.first else {
            return "its connection is not visible to this account"
        }
        return "connection \(id) of \(user)@\(host), last active \(seconds) s ago"
    }

    // MARK: - One migration

    /// Runs a section from where its journal says, to its end.
    func run(_ file: MigrationFile, _ direction: Direction) async throws {
        let start = ContinuousClock.now
        let statements = (direction == .up ? file.up : file.down) ?? []
        if let forbidden = statements.first(where: { $0.kind == .forbidden }) {
            throw MigrateError(
                .invalidFile,
                "transactions and table locks are the runner's; take this statement out",
                file: file.fileName,
                line: forbidden.line
            )
        }
        let entries = try await self.history().entries[file.version]?[direction] ?? []
        let doneCount = try await self.recover(file, direction, statements, entries)
        self.onEvent(
            .began(
                file: file.fileName,
                isUp: direction == .up,
                statementCount: statements.count,
                resumesAt: doneCount + 1
            )
        )
        // What earlier statements set for the session is not there any more when a new session resumes.
        for statement in statements.prefix(doneCount) where statement.kind == .repeatable(isSession: true) {
            try await self.connection.execute(MySQLQuery(unsafeSQL: statement.text), mode: .text)
        }
        for index in statements.indices.dropFirst(doneCount) {
            guard !self.isStopRequested() else {
                throw MigrateError(
                    .stopped,
                    "stopped before statement \(index + 1) of \(statements.count); run the same command again to go on there",
                    file: file.fileName,
                    line: statements[index].line
                )
            }
            try await self.run(statements[index], number: index + 1, count: statements.count, file, direction)
        }
        try await self.journal.complete(version: file.version, direction)
        try await self.connection.execute(
            "SET SESSION sql_mode = DEFAULT, foreign_key_checks = DEFAULT, unique_checks = DEFAULT"
        )
        self.onEvent(
            .ended(file: file.fileName, isUp: direction == .up, duration: ContinuousClock.now - start)
        )
    }

    /// Decides from the journal how many statements stand.
    private func recover(
        _ file: MigrationFile,
        _ direction: Direction,
        _ statements: [MigrationFile.Statement],
        _ entries: [JournalEntry]
    ) async throws -> Int {
        var doneCount = 0
        for entry in entries {
            let isInFile = entry.sequence <= statements.count
            let isSame = isInFile && statements[entry.sequence - 1].digest == entry.statementDigest
            switch entry.state {
            case .done:
                guard isSame else {
                    throw MigrateError(
                        .history,
                        """
                        statement \(entry.sequence) has been run and was changed in the file since; put it back as it \
                        was, only what comes after may be edited
                        """,
                        file: file.fileName,
                        line: isInFile ? statements[entry.sequence - 1].line : nil
                    )
                }
                doneCount = entry.sequence
            case .failed:
                continue
            case .intent:
                guard isInFile else { continue }
                let statement = statements[entry.sequence - 1]
                if try await self.tookEffect(entry, statement, isSame: isSame, file) {
                    try await self.journal.finish(entry.sequence, version: file.version, direction)
                    self.onEvent(.recovered(file: file.fileName, statement: entry.sequence))
                    doneCount = entry.sequence
                }
            }
        }
        return doneCount
    }

    /// Whether the statement that a dead runner left behind took effect.
    ///
    /// We hold the lock, which its session held, so that session has ended and the statement no longer runs.
    private func tookEffect(
        _ entry: JournalEntry,
        _ statement: MigrationFile.Statement,
        isSame: Bool,
        _ file: MigrationFile
    ) async throws -> Bool {
        guard isSame else {
            throw MigrateError(
                .history,
                """
                statement \(entry.sequence) was running when the last run broke off, and was changed in the file since; \
                put it back as it was
                """,
                file: file.fileName,
                line: statement.line
            )
        }
        switch statement.kind {
        case .ddl(let objects):
            guard let before = entry.beforeDigest else { return false }
            return try await ObjectDigest.compute(objects, on: self.connection) != before
        case .dml, .repeatable:
            return false
        case .opaque, .forbidden:
            throw MigrateError(
                .undecided,
                """
                statement \(entry.sequence) was running when the last run broke off, and nothing shows whether it took \
                effect; look, then run 'migrate resolve \(file.version) --done' or '--retry'
                """,
                file: file.fileName,
                line: statement.line
            )
        }
    }

    // MARK: - One statement

    private func run(
        _ statement: MigrationFile.Statement,
        number: Int,
        count: Int,
        _ file: MigrationFile,
        _ direction: Direction
    ) async throws {
        let start = ContinuousClock.now
        self.onEvent(
            .statementBegan(
                file: file.fileName,
                line: statement.line,
                statement: number,
                count: count,
                sql: SQLText.redacted(statement.text, bytesMax: 120)
            )
        )
        var entry = JournalEntry(
            sequence: number,
            state: .intent,
            statementDigest: statement.digest,
            beforeDigest: nil
        )
        var attempt = 1
        while true {
            do throws(MySQLError) {
                let result = try await self.attempt(statement, &entry, file, direction)
                self.onEvent(
                    .statementEnded(
                        file: file.fileName,
                        statement: number,
                        count: count,
                        affectedRows: result.affectedRows,
                        duration: ContinuousClock.now - start
                    )
                )
                return
            } catch {
                let isLock = error.serverError.map { $0.number == 1205 || $0.number == 1213 } ?? false
                guard isLock, attempt < self.options.attemptCountMax, !self.isStopRequested() else {
                    throw try await self.failure(error, statement, number, count, file, direction)
                }
                self.onEvent(.retrying(file: file.fileName, statement: number, reason: error.message))
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 100...1000)))
            attempt += 1
        }
    }

    private func attempt(
        _ statement: MigrationFile.Statement,
        _ entry: inout JournalEntry,
        _ file: MigrationFile,
        _ direction: Direction
    ) async throws(MySQLError) -> MySQLResult {
        let query = MySQLQuery(unsafeSQL: statement.text)
        switch statement.kind {
        case .dml:
            entry.state = .done
            try await self.connection.execute("START TRANSACTION")
            do throws(MySQLError) {
                let result = try await self.connection.execute(query, mode: .text)
                try await self.journal.write(entry, version: file.version, direction)
                try await self.connection.execute("COMMIT")
                return result
            } catch {
                // The first error is the news; a rollback that fails has closed the connection anyway.
                if error.connectionUsable { _ = try? await self.connection.execute("ROLLBACK") }
                throw error
            }
        case .ddl(let objects):
            entry.beforeDigest = try await ObjectDigest.compute(objects, on: self.connection)
            fallthrough
        case .repeatable, .opaque, .forbidden:
            entry.state = .intent
            try await self.journal.write(entry, version: file.version, direction)
            let result = try await self.connection.execute(query, mode: .text)
            try await self.journal.finish(entry.sequence, version: file.version, direction)
            return result
        }
    }

    /// Journals a failure where the server reported one, and makes the error for people.
    private func failure(
        _ error: MySQLError,
        _ statement: MigrationFile.Statement,
        _ number: Int,
        _ count: Int,
        _ file: MigrationFile,
        _ direction: Direction
    ) async throws -> any Error {
        // A lost connection leaves the intent in place: the next session decides.
        guard error.connectionUsable else { return error }
        // Not part of a task that was cancelled: the journal must be right all the same.
        let journal = self.journal
        let (version, message) = (file.version, error.message)
        try await Task {
            if statement.kind != .dml {
                try await journal.finish(number, version: version, direction, error: message)
            }
        }.value
        let standing =
            number == 1
            ? "nothing of it stands" : number == 2 ? "statement 1 stands" : "statements 1–\(number - 1) stand"
        return MigrateError(
            error.code == .cancelled ? .stopped : .statementFailed,
            """
            statement \(number) of \(count) failed: \(error.message); \(standing). Correct the file from this statement \
            on and run the same command again: it goes on here
            """,
            file: file.fileName,
            line: statement.line,
            underlying: error
        )
    }
}
