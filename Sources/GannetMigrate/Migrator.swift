import Crypto
import Foundation
public import GannetMySQL
public import Logging
import Synchronization

// The run loop. One statement a query, never several; the lock is held by the very connection that works, so that a
// statement which outlives its runner still holds it. See `Journal` for what is written when.

/// Applies migrations and takes them back; usable in a server as well as from the command line.
public final class Migrator: Sendable {
    /// How a runner behaves.
    public struct Options: Sendable {
        /// How long to wait for another runner.
        public var lockTimeout: Duration = .seconds(30)
        /// How long one attempt may wait for a table's metadata lock; other queries queue up behind it meanwhile.
        public var metadataLockTimeout: Duration = .seconds(5)
        /// How often a statement is tried that loses against locks or deadlocks.
        public var attemptCountMax = 20
        /// How often a lost connection is made again in one run.
        public var reconnectCountMax = 5

        /// The defaults.
        public init() {}
    }

    private let configuration: MySQLConfiguration
    private let files: [MigrationFile]
    private let options: Options
    private let logger: Logger
    private let onEvent: @Sendable (MigrationEvent) -> Void
    private let isStopRequested = Mutex(false)

    /// Makes a runner; nothing is connected yet.
    public init(
        configuration: MySQLConfiguration,
        files: [MigrationFile],
        options: Options = Options(),
        logger: Logger = Logger(label: "gannet.migrate", factory: { _ in SwiftLogNoOpLogHandler() }),
        onEvent: @escaping @Sendable (MigrationEvent) -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.files = files
        self.options = options
        self.logger = logger
        self.onEvent = onEvent
    }

    /// Asks a run to stop after the statement in hand.
    public func requestStop() {
        self.isStopRequested.withLock { $0 = true }
    }

    // MARK: - Commands

    /// Applies pending migrations, oldest first, at most `limit` of them; finishes one that was broken off first.
    ///
    /// - Returns: how many are now newly applied.
    /// - Throws: `MigrateError`; `MySQLError` where the server cannot be reached.
    @discardableResult
    public func up(limit: Int? = nil) async throws -> Int {
        try await self.run { session in
            let history = try await session.history()
            if let broken = history.entries.first(where: { $0.value[.down]?.isEmpty == false }) {
                throw MigrateError(
                    .history,
                    "version \(broken.key) was being taken back when it stopped; finish that with 'migrate down' first"
                )
            }
            let pending = self.files.filter { !history.applied.contains($0.version) }
            return pending.prefix(limit ?? .max).map { ($0, .up) }
        }
    }

    /// Takes back the newest applied migrations.
    ///
    /// - Returns: how many are now taken back.
    /// - Throws: `MigrateError` with `.missingDown` before anything runs where one of them has no way back, with
    ///   `.history` where the file of one is missing.
    @discardableResult
    public func down(limit: Int = 1) async throws -> Int {
        try await self.run { session in
            let history = try await session.history()
            // One that was broken off on its way up is taken back by hand: only its journal knows how far it came.
            if let broken = history.partial.first {
                throw MigrateError(
                    .history,
                    """
                    version \(broken) stopped on its way up; finish it with 'migrate up' before taking anything back
                    """
                )
            }
            let newest = history.applied.sorted { MigrationFile.precedes($1, $0) }.prefix(limit)
            return try newest.map { version in
                guard let file = self.files.first(where: { $0.version == version }) else {
                    throw MigrateError(
                        .history,
                        "version \(version) is applied, but its file is missing; bring it back to take the version back"
                    )
                }
                guard file.down != nil else {
                    throw MigrateError(
                        .missingDown,
                        "there is no '-- migrate:down' section, so this version cannot be taken back",
                        file: file.fileName
                    )
                }
                return (file, .down)
            }
        }
    }

    /// Decides a statement that was in doubt after a crash, as somebody who looked has found it.
    ///
    /// - Returns: the number of the statement, or `nil` where none is in doubt.
    public func resolve(version: String, asDone isDone: Bool) async throws -> Int? {
        let session = try await self.openSession()
        do {
            let entries = try await session.history().entries[version] ?? [:]
            for (direction, list) in entries {
                guard let entry = list.first(where: { $0.state == .intent }) else { continue }
                try await Journal(connection: session.connection).finish(
                    entry.sequence,
                    version: version,
                    direction,
                    error: isDone ? nil : "resolved as not done"
                )
                await session.close()
                return entry.sequence
            }
            await session.close()
            return nil
        } catch {
            await session.close()
            throw error
        }
    }

    /// Says where every migration stands; changes nothing.
    public func status() async throws -> [MigrationStatus] {
        try await MySQLConnection.withConnection(self.configuration, logger: self.logger) { connection in
            let journal = Journal(connection: connection)
            let exists = try await journal.exists()
            let applied = exists ? Set(try await journal.appliedVersions()) : []
            let entries = exists ? try await journal.entries() : [:]
            var statuses = self.files.map { file in
                Self.status(of: file, isApplied: applied.contains(file.version), entries[file.version] ?? [:])
            }
            for version in applied where !self.files.contains(where: { $0.version == version }) {
                statuses.append(
                    MigrationStatus(
                        version: version,
                        name: version,
                        state: .fileMissing,
                        statementCount: 0,
                        isChanged: false
                    )
                )
            }
            return statuses.sorted { MigrationFile.precedes($0.version, $1.version) }
        }
    }

    static func status(
        of file: MigrationFile,
        isApplied: Bool,
        _ entries: [Direction: [JournalEntry]]
    ) -> MigrationStatus {
        let up = entries[.up] ?? []
        let down = entries[.down] ?? []
        let state: MigrationStatus.State =
            if !down.isEmpty {
                .partlyRolledBack(done: down.count { $0.state == .done })
            } else if isApplied {
                .applied
            } else if up.isEmpty {
                .pending
            } else {
                .partlyApplied(done: up.count { $0.state == .done })
            }
        let isChanged = up.contains { entry in
            entry.state == .done
                && (entry.sequence > file.up.count || file.up[entry.sequence - 1].digest != entry.statementDigest)
        }
        return MigrationStatus(
            version: file.version,
            name: file.fileName,
            state: state,
            statementCount: file.up.count,
            isChanged: isChanged
        )
    }

    // MARK: - Running

    /// Plans once under the lock, then runs each migration, connecting again where the connection is lost.
    private func run(
        plan: (MigrationSession) async throws -> [(MigrationFile, Direction)]
    ) async throws -> Int {
        var reconnectCount = 0
        var remaining: [(MigrationFile, Direction)]?
        var finishedCount = 0
        while true {
            do {
                let session = try await self.openSession()
                do {
                    var steps = if let remaining { remaining } else { try await plan(session) }
                    remaining = steps
                    while let (file, direction) = steps.first {
                        try self.checkStop(before: file)
                        try await session.run(file, direction)
                        steps.removeFirst()
                        remaining = steps
                        finishedCount += 1
                    }
                    await session.close()
                    return finishedCount
                } catch {
                    await session.close()
                    throw error
                }
            } catch let error as MySQLError where error.isTransient && !error.connectionUsable && remaining != nil {
                // Only a connection that was lost on the way is made again: the first one failing is the user's news.
                reconnectCount += 1
                guard reconnectCount <= self.options.reconnectCountMax else { throw error }
                self.onEvent(.reconnecting(reason: error.message))
                try await Task.sleep(for: .milliseconds(200 * reconnectCount))
            }
        }
    }

    private func openSession() async throws -> MigrationSession {
        let connection = try await MySQLConnection.connect(self.configuration, logger: self.logger)
        let session = MigrationSession(
            connection: connection,
            options: self.options,
            onEvent: self.onEvent,
            isStopRequested: { [self] in self.isStopRequested.withLock { $0 } }
        )
        do {
            try await session.open()
            return session
        } catch {
            await session.close()
            throw error
        }
    }

    private func checkStop(before file: MigrationFile) throws {
        guard self.isStopRequested.withLock({ $0 }) else { return }
        throw MigrateError(.stopped, "stopped before \(file.fileName); run the same command again to go on")
    }
}
