/// Which column each field of a record goes to.
enum ColumnMapping {
    /// The table's columns in the header's order; names are compared without regard to case, as the server does.
    ///
    /// - Throws: `.mapping` for unknown, repeated, generated and missing columns.
    static func columns(
        header: [String],
        table: String,
        columns: [TargetColumn],
        source: String
    ) throws(LoadError) -> [TargetColumn] {
        var mapped: [TargetColumn] = []
        for name in header {
            guard let column = columns.first(where: { $0.name.lowercased() == name.lowercased() }) else {
                throw LoadError(
                    .mapping,
                    """
                    the table \(table) has no column of that name; it has \(columns.map(\.name).joined(separator: ", ")). \
                    The first record must name the columns
                    """,
                    source: source,
                    line: 1,
                    column: name
                )
            }
            guard !column.isGenerated else {
                throw LoadError(
                    .mapping,
                    "the server computes this column; leave it out",
                    source: source,
                    line: 1,
                    column: name
                )
            }
            guard !mapped.contains(column) else {
                throw LoadError(.mapping, "the header names this column twice", source: source, line: 1, column: name)
            }
            mapped.append(column)
        }
        if let missing = columns.first(where: { column in !column.isOptional && !mapped.contains(column) }) {
            throw LoadError(
                .mapping,
                "the header does not have this column of \(table), which is NOT NULL and has no default",
                source: source,
                line: 1,
                column: missing.name
            )
        }
        return mapped
    }
}

/// The order in which tables can be loaded.
enum TableOrder {
    /// Each table once, parents before children; a table that references itself does not count as its own parent.
    ///
    /// - Throws: `.mapping` where foreign keys form a circle.
    static func order(
        _ tables: [String],
        references: [(child: String, parent: String)]
    ) throws(LoadError) -> [String] {
        var remaining: [String] = []
        for table in tables where !remaining.contains(table) { remaining.append(table) }
        var ordered: [String] = []
        while !remaining.isEmpty {
            let ready = remaining.filter { table in
                !references.contains { $0.child == table && $0.parent != table && remaining.contains($0.parent) }
            }
            guard !ready.isEmpty else {
                throw LoadError(
                    .mapping,
                    "foreign keys between \(remaining.joined(separator: ", ")) form a circle; load them one at a time"
                )
            }
            ordered += ready
            remaining.removeAll { ready.contains($0) }
        }
        return ordered
    }
}
