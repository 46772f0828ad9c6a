import GannetMySQL

/// Asks a server for plans; executes nothing.
struct Explainer {
    /// An uncorrelated subquery may be run by EXPLAIN itself; this bounds it.
    static let executionMillisecondsMax = 10_000

    let connection: MySQLConnection

    /// Sets the session up.
    ///
    /// Read-only mode is not used: the server refuses to explain changes in it (error 1792).
    func prepare() async throws {
        if self.connection.serverVersion.isMariaDB {
            let seconds = Self.executionMillisecondsMax / 1000
            try await self.connection.execute("SET SESSION max_statement_time = \(unescaped: String(seconds))")
        } else {
            let limit = String(Self.executionMillisecondsMax)
            try await self.connection.execute("SET SESSION max_execution_time = \(unescaped: limit)")
            try await self.connection.execute("SET SESSION information_schema_stats_expiry = 0")
        }
    }

    /// The plan of a statement, with the statement as the server resolved it.
    ///
    /// Version 1 is asked for: every server has it, it shows changes too, and its note 1003 has the resolved text.
    func plan(of sql: String, version: Int = 1) async throws -> QueryPlan {
        let isMariaDB = self.connection.serverVersion.isMariaDB
        if !isMariaDB, try await self.hasFormatVersions() {
            let number = StatementClass(sql) == .read ? version : 1
            try await self.connection.execute("SET SESSION explain_json_format_version = \(unescaped: String(number))")
        }
        let rows = try await self.connection.query(MySQLQuery(unsafeSQL: "EXPLAIN FORMAT=JSON " + sql), mode: .text)
            .collect()
        guard let row = rows.first else { throw AdviseError(.malformedPlan, "EXPLAIN printed nothing") }
        var plan = try QueryPlan(json: row.decode(String.self, at: 0), isMariaDB: isMariaDB)
        if plan.resolvedSQL == nil {
            // MariaDB adds the note to its tabular form only.
            if isMariaDB {
                try await self.connection.execute(MySQLQuery(unsafeSQL: "EXPLAIN EXTENDED " + sql), mode: .text)
            }
            let notes = try await self.connection.query("SHOW WARNINGS", mode: .text).collect()
            for note in notes where try note.decode(Int.self, at: 1) == 1003 {
                plan.resolvedSQL = try note.decode(String.self, at: 2)
            }
        }
        return plan
    }

    private func hasFormatVersions() async throws -> Bool {
        try await !self.connection.query("SHOW VARIABLES LIKE 'explain_json_format_version'", mode: .text).collect()
            .isEmpty
    }
}
