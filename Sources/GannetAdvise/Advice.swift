import GannetMySQL

/// One query and what an index does for it.
public struct QueryEffect: Hashable, Sendable, Encodable {
    /// The query's name.
    public var query: String
    /// Rows that it reads now, estimated.
    public var rowsNow: Double
    /// Rows that it reads with all the advised indexes, estimated.
    public var rowsThen: Double
}

/// An index to add.
public struct AdvisedIndex: Hashable, Sendable {
    /// The table.
    public var table: TableName
    /// The index with the name that it is to have.
    public var index: IndexDefinition
    /// What it is for, in a sentence.
    public var reason: String
    /// The queries that use it, most gain first.
    public var effects: [QueryEffect]
    /// Bytes that it will take, estimated.
    public var bytes: Double
    /// Indexes that InnoDB made for a foreign key and that this one takes over from.
    public var replaces: [IndexDefinition]
    /// Other existing indexes that become needless; they are left alone.
    public var makesRedundant: [String]

    /// The statement that builds it, with the schema left out: migrations run in one.
    public var statement: String {
        var actions = ["ADD INDEX \(SQLText.quoteIdentifier(self.index.name)) (\(Self.list(self.index.parts)))"]
        actions += self.replaces.map { "DROP INDEX \(SQLText.quoteIdentifier($0.name))" }
        return self.alter(actions)
    }

    /// The statement that takes it back and restores what it replaced.
    public var undoStatement: String {
        // The foreign key's own index must be there again before the one that serves it goes (error 1553).
        var actions = self.replaces.map {
            "ADD INDEX \(SQLText.quoteIdentifier($0.name)) (\(Self.list($0.parts)))"
        }
        actions.append("DROP INDEX \(SQLText.quoteIdentifier(self.index.name))")
        return self.alter(actions)
    }

    private func alter(_ actions: [String]) -> String {
        let table = SQLText.quoteIdentifier(self.table.name)
        return "ALTER TABLE \(table)\n    "
            + (actions + ["ALGORITHM = INPLACE", "LOCK = NONE"]).joined(separator: ",\n    ")
    }

    private static func list(_ parts: [IndexPart]) -> String {
        parts.map { part in
            SQLText.quoteIdentifier(part.column) + (part.prefixLength.map { "(\($0))" } ?? "")
                + (part.isDescending ? " DESC" : "")
        }.joined(separator: ", ")
    }
}

/// What the advisor has to say about a workload.
public struct Advice: Hashable, Sendable {
    /// Indexes to add, most useful first.
    public var indexes: [AdvisedIndex] = []
    /// Problems that no index mends.
    public var findings: [Finding] = []
    /// What was looked at and left alone, and why.
    public var notes: [String] = []
    /// Rows read now and with the advice, for every query.
    public var effects: [QueryEffect] = []

    /// How sure all of this is.
    public static let confidence = "estimated from statistics and a bounded sample; not yet proved by building"
}
