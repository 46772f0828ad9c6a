public import GannetMySQL

/// A statement to give advice for.
public struct WorkloadQuery: Hashable, Sendable {
    /// Its `-- name:`, or one made from its place.
    public var name: String
    /// The statement, with values in it.
    public var sql: String
    /// How much it counts against the others; above 0.
    public var weight: Double

    /// Makes a query of a workload.
    public init(name: String, sql: String, weight: Double = 1) {
        self.name = name
        self.sql = sql
        self.weight = weight
    }
}

/// The statements that indexes are to serve.
public struct Workload: Hashable, Sendable {
    /// Statements without duplicates, in the order in which they came.
    public var queries: [WorkloadQuery] = []
    /// What was left out, and why.
    public var skipped: [String] = []

    /// Makes an empty workload.
    public init() {}
}

extension Workload {
    /// Reads a script; `-- name: …` before a statement names it, `-- weight: 5` weighs it.
    ///
    /// Statements that differ only in their values become one, with their weights added.
    public init(script: String) {
        self.init()
        let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
        var previousLine = 0
        for (index, statement) in SQLStatementSplitter.statements(in: script).enumerated() {
            // The splitter leaves comments before a statement out; they stand between the last one and this.
            let header = lines[min(previousLine, lines.count)..<min(max(statement.line - 1, previousLine), lines.count)]
            previousLine = statement.line - 1 + statement.text.count { $0 == "\n" }
            let name = Self.note("name", in: header) ?? "query \(index + 1) (line \(statement.line))"
            let weight = Self.note("weight", in: header).flatMap(Double.init) ?? 1
            self.add(WorkloadQuery(name: name, sql: statement.text, weight: max(weight, 0.001)))
        }
    }

    /// Adds a query, or its weight to the one of the same shape.
    public mutating func add(_ query: WorkloadQuery) {
        guard StatementClass(query.sql) != .other else {
            self.skipped.append("\(query.name): only SELECT, INSERT, UPDATE, DELETE and REPLACE can be advised on")
            return
        }
        let shape = SQLText.redacted(query.sql)
        if let index = self.queries.firstIndex(where: { SQLText.redacted($0.sql) == shape }) {
            self.queries[index].weight += query.weight
        } else {
            self.queries.append(query)
        }
    }

    private static func note(_ key: String, in lines: ArraySlice<Substring>) -> String? {
        for line in lines.reversed() {
            let text = line.drop { $0 == " " }
            guard text.hasPrefix("--") else { continue }
            let rest = text.dropFirst(2).drop { $0 == " " }
            guard rest.hasPrefix(key + ":") else { continue }
            let value = rest.dropFirst(key.count + 1).drop { $0 == " " }
            return String(value.reversed().drop { $0 == " " || $0 == "\r" }.reversed())
        }
        return nil
    }
}

/// What may be done with a statement.
enum StatementClass: Hashable, Sendable {
    /// Reads only; may be explained, and run to be timed.
    case read
    /// Changes rows; is explained, never run.
    case change
    /// Neither.
    case other

    init(_ sql: String) {
        let trees = SQLTree.parse(sql)
        var first = trees.first
        while let group = first?.group { first = group.first }
        switch first?.keyword {
        case "select", "table", "values": self = trees.contains { $0.isWord("into") } ? .other : .read
        case "with":
            let isChange = trees.contains { tree in ["update", "delete"].contains { tree.isWord($0) } }
            self = isChange ? .change : .read
        case "insert", "update", "delete", "replace": self = .change
        default: self = .other
        }
    }
}

extension Workload {
    /// Reads the digests of performance_schema: one sample of each, weighted by the time spent on it.
    ///
    /// Samples that the server cut (`performance_schema_max_sql_text_length`) are skipped and named.
    public init(digestsOf schema: String, on connection: MySQLConnection, limit: Int = 100) async throws {
        self.init()
        let rows = try await connection.query(
            """
            SELECT LEFT(digest, 12), query_sample_text, CAST(sum_timer_wait AS DOUBLE) / 1e12, digest_text
            FROM performance_schema.events_statements_summary_by_digest
            WHERE schema_name = \(schema) AND query_sample_text IS NOT NULL AND digest IS NOT NULL
            ORDER BY sum_timer_wait DESC, digest LIMIT \(limit * 4)
            """
        ).decode((String, String, Double, String?).self).collect()
        for (digest, sample, seconds, text) in rows where self.queries.count < limit {
            guard StatementClass(sample) != .other else { continue }
            let lowered = (text ?? sample).lowercased()
            let systemSchemas = ["performance_schema", "information_schema", "`mysql`", "`sys`", "gannet_"]
            guard !systemSchemas.contains(where: lowered.contains) else { continue }
            if sample.hasSuffix("...") {
                self.skipped.append("digest \(digest): the server kept only the start of its text")
                continue
            }
            self.add(WorkloadQuery(name: "digest \(digest)", sql: sample, weight: max(seconds, 1e-6)))
        }
    }
}
