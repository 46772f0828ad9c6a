import Crypto
import Foundation
import GannetMySQL

// One row a chunk, committed in the chunk's own transaction: the rows are there exactly if the ledger says so. A
// source goes on behind the last chunk that the ledger has.

/// Remembers which part of which source is in which table.
struct Ledger {
    /// How far a source is.
    struct Position: Hashable {
        var chunk: Int
        var endOffset: Int64
        var endLine: Int
        var rowCount: Int
        var isComplete: Bool
        var identity: String
    }

    let connection: MySQLConnection
    let table: String
    let sourceName: String

    /// As text: binary values in a statement would make process lists unreadable (error 3854).
    private var sourceDigest: String {
        SHA256.hash(data: Data(self.sourceName.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Makes the ledger's table where it is missing.
    static func create(on connection: MySQLConnection) async throws(MySQLError) {
        try await connection.execute(
            """
            CREATE TABLE IF NOT EXISTS gannet_load_ledger (
                target_table VARCHAR(64) NOT NULL,
                source_digest CHAR(64) CHARACTER SET ascii NOT NULL COMMENT 'SHA-256 of source',
                chunk INT UNSIGNED NOT NULL COMMENT 'from 1',
                source TEXT NOT NULL,
                identity VARCHAR(255) NOT NULL COMMENT 'what changes when the source does',
                row_count BIGINT UNSIGNED NOT NULL,
                end_offset BIGINT UNSIGNED NOT NULL COMMENT 'bytes of the source up to the end of the chunk',
                end_line BIGINT UNSIGNED NOT NULL,
                is_last BOOLEAN NOT NULL,
                loaded_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
                PRIMARY KEY (target_table, source_digest, chunk)
            )
            """
        )
    }

    /// Where the source stands; `nil` where nothing of it is loaded.
    func position() async throws(MySQLError) -> Position? {
        let rows = try await self.connection.query(
            """
            SELECT chunk, end_offset, end_line, is_last, identity,
                (SELECT CAST(SUM(row_count) AS SIGNED) FROM gannet_load_ledger
                 WHERE target_table = \(self.table) AND source_digest = \(self.sourceDigest))
            FROM gannet_load_ledger
            WHERE target_table = \(self.table) AND source_digest = \(self.sourceDigest)
            ORDER BY chunk DESC LIMIT 1
            """
        ).decode((Int, Int64, Int, Bool, String, Int).self).collect()
        return rows.first.map { chunk, endOffset, endLine, isLast, identity, rowCount in
            Position(
                chunk: chunk,
                endOffset: endOffset,
                endLine: endLine,
                rowCount: rowCount,
                isComplete: isLast,
                identity: identity
            )
        }
    }

    /// Records a chunk; part of the chunk's transaction.
    func record(
        chunk: Int,
        rowCount: Int,
        endOffset: Int64,
        endLine: Int,
        identity: String,
        isLast: Bool
    ) async throws(MySQLError) {
        try await self.connection.execute(
            """
            INSERT INTO gannet_load_ledger
                (target_table, source_digest, chunk, source, identity, row_count, end_offset, end_line, is_last)
            VALUES (\(self.table), \(self.sourceDigest), \(chunk), \(self.sourceName), \(identity), \(rowCount),
                \(endOffset), \(endLine), \(isLast))
            """
        )
    }

    /// Forgets the source, so that it may be loaded once more.
    func forget() async throws(MySQLError) {
        try await self.connection.execute(
            "DELETE FROM gannet_load_ledger WHERE target_table = \(self.table) AND source_digest = \(self.sourceDigest)"
        )
    }
}
