import GannetMySQL

// The journal is written before a DDL statement runs (what is about to happen, and how the objects look now) and, for
// a DML statement, in the very transaction of the statement. After any crash the row in state `intent` is the one
// statement that is in doubt, and the digest of its objects tells whether it took effect.

/// Which section of a file runs.
enum Direction: String, Sendable {
    case up
    case down
}

/// A statement's row in the journal.
struct JournalEntry: Hashable, Sendable {
    enum State: String, Sendable {
        case intent
        case done
        case failed
    }

    var sequence: Int
    var state: State
    var statementDigest: String
    /// How the objects looked before the statement; `nil` where nothing is shown.
    var beforeDigest: String?
}

/// Reads and writes the tables that remember what was run.
///
/// `schema_migrations(version)` is the table of dbmate, so that one may come from it and go back to it.
struct Journal {
    let connection: MySQLConnection

    /// Makes the tables where they are missing.
    func create() async throws(MySQLError) {
        try await self.connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version VARCHAR(128) NOT NULL PRIMARY KEY)"
        )
        try await self.connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations_journal (
                version VARCHAR(128) NOT NULL,
                direction ENUM('up', 'down') NOT NULL,
                sequence INT UNSIGNED NOT NULL COMMENT 'number of the statement in its section, from 1',
                state ENUM('intent', 'done', 'failed') NOT NULL,
                statement_digest CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'SHA-256 of the statement',
                before_digest CHAR(64) CHARACTER SET ascii NULL COMMENT 'SHA-256 of the affected objects before a DDL statement',
                connection_id BIGINT UNSIGNED NOT NULL,
                started_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
                ended_at DATETIME(6) NULL,
                error TEXT NULL,
                PRIMARY KEY (version, direction, sequence)
            )
            """
        )
    }

    /// Whether the tables are there; a status on a fresh database must not make them.
    func exists() async throws(MySQLError) -> Bool {
        let count = try await self.connection.query(
            """
            SELECT COUNT(*) FROM information_schema.tables
            WHERE table_schema = DATABASE() AND table_name IN ('schema_migrations', 'schema_migrations_journal')
            """
        ).decode(Int.self).collect()
        return count == [2]
    }

    /// The versions that are wholly applied.
    func appliedVersions() async throws(MySQLError) -> [String] {
        try await self.connection.query("SELECT version FROM schema_migrations").decode(String.self).collect()
    }

    /// Every entry, by version and direction.
    func entries() async throws(MySQLError) -> [String: [Direction: [JournalEntry]]] {
        let rows = try await self.connection.query(
            """
            SELECT version, direction, sequence, state, statement_digest, before_digest
            FROM schema_migrations_journal ORDER BY version, direction, sequence
            """
        ).decode((String, String, Int, String, String, String?).self)
        var entries: [String: [Direction: [JournalEntry]]] = [:]
        for try await (version, direction, sequence, state, statementDigest, beforeDigest) in rows {
            guard let direction = Direction(rawValue: direction), let state = JournalEntry.State(rawValue: state) else {
                continue
            }
            let entry = JournalEntry(
                sequence: sequence,
                state: state,
                statementDigest: statementDigest,
                beforeDigest: beforeDigest
            )
            entries[version, default: [:]][direction, default: []].append(entry)
        }
        return entries
    }

    /// Writes that a statement is about to run.
    func write(_ entry: JournalEntry, version: String, _ direction: Direction) async throws(MySQLError) {
        try await self.connection.execute(
            """
            REPLACE INTO schema_migrations_journal
                (version, direction, sequence, state, statement_digest, before_digest, connection_id, ended_at)
            VALUES (\(version), \(direction.rawValue), \(entry.sequence), \(entry.state.rawValue),
                \(entry.statementDigest), \(entry.beforeDigest), \(self.connection.connectionID),
                IF(\(entry.state == .done), NOW(6), NULL))
            """
        )
    }

    /// Writes how a statement ended.
    func finish(
        _ sequence: Int,
        version: String,
        _ direction: Direction,
        error: String? = nil
    ) async throws(MySQLError) {
        let state: JournalEntry.State = error == nil ? .done : .failed
        try await self.connection.execute(
            """
            UPDATE schema_migrations_journal SET state = \(state.rawValue), ended_at = NOW(6), error = \(error)
            WHERE version = \(version) AND direction = \(direction.rawValue) AND sequence = \(sequence)
            """
        )
    }

    /// Records that a section is over: the version is applied, or is gone with all its entries.
    func complete(version: String, _ direction: Direction) async throws {
        try await self.connection.withTransaction { connection in
            switch direction {
            case .up:
                try await connection.execute("REPLACE INTO schema_migrations (version) VALUES (\(version))")
                try await connection.execute(
                    "DELETE FROM schema_migrations_journal WHERE version = \(version) AND direction = 'down'"
                )
            case .down:
                try await connection.execute("DELETE FROM schema_migrations WHERE version = \(version)")
                try await connection.execute("DELETE FROM schema_migrations_journal WHERE version = \(version)")
            }
        }
    }
}
