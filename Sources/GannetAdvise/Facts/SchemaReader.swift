import GannetMySQL

// Reads what the server knows of tables, and a bounded sample for what it does not: distinct values of columns
// without an index, and the share of rows that pass a condition. The sample is taken in a few stretches of the primary
// key and evaluated on the server: no row leaves it.

struct SchemaReader {
    /// Rows that are read of a table at most.
    static let sampleRowsMax = 20_000
    private static let stretchCount = 10

    let connection: MySQLConnection

    func facts(for name: TableName) async throws -> TableFacts? {
        let rows = try await self.connection.query(
            """
            SELECT CAST(COALESCE(table_rows, 0) AS DOUBLE) FROM information_schema.tables
            WHERE table_schema = \(name.schema) AND table_name = \(name.name) AND table_type = 'BASE TABLE'
            """
        ).decode(Double.self).collect()
        guard let count = rows.first else { return nil }
        var facts = TableFacts(name: name, rows: count)
        let columns = try await self.connection.query(
            """
            SELECT column_name, LOWER(data_type), is_nullable = 'YES', CAST(character_maximum_length AS SIGNED),
                CAST(character_octet_length AS SIGNED)
            FROM information_schema.columns WHERE table_schema = \(name.schema) AND table_name = \(name.name)
            """
        ).decode((String, String, Bool, Int?, Int?).self).collect()
        for (column, type, isNullable, characters, bytes) in columns {
            facts.columns[column] = ColumnFacts(
                type: type,
                isNullable: isNullable,
                charactersMax: characters,
                bytesMax: bytes
            )
        }
        facts.indexes = try await self.indexes(of: name)
        facts.foreignKeys = try await self.foreignKeys(of: name)
        return facts
    }

    private func indexes(of name: TableName) async throws -> [IndexDefinition] {
        let visibility = self.connection.serverVersion.isMariaDB ? "ignored <> 'YES'" : "is_visible = 'YES'"
        let rows = try await self.connection.query(
            """
            SELECT index_name, column_name, non_unique = 0, CAST(sub_part AS SIGNED), collation = 'D',
                CAST(cardinality AS DOUBLE), \(unescaped: visibility)
            FROM information_schema.statistics
            WHERE table_schema = \(name.schema) AND table_name = \(name.name) AND index_type = 'BTREE'
            ORDER BY index_name = 'PRIMARY' DESC, index_name, seq_in_index
            """
        ).decode((String, String?, Bool, Int?, Bool?, Double?, Bool).self).collect()
        var indexes: [IndexDefinition] = []
        for (index, column, isUnique, prefix, isDescending, cardinality, isVisible) in rows {
            // A functional part has no column; its name here can match none.
            let part = IndexPart(column ?? "(expression)", prefixLength: prefix, isDescending: isDescending ?? false)
            if indexes.last?.name != index {
                indexes.append(IndexDefinition(name: index, parts: [], isUnique: isUnique, isVisible: isVisible))
            }
            indexes[indexes.count - 1].parts.append(part)
            if let cardinality { indexes[indexes.count - 1].cardinalities.append(cardinality) }
        }
        return indexes
    }

    private func foreignKeys(of name: TableName) async throws -> [ForeignKeyFacts] {
        let rows = try await self.connection.query(
            """
            SELECT constraint_name, column_name FROM information_schema.key_column_usage
            WHERE table_schema = \(name.schema) AND table_name = \(name.name) AND referenced_table_name IS NOT NULL
            ORDER BY constraint_name, ordinal_position
            """
        ).decode((String, String).self).collect()
        var keys: [ForeignKeyFacts] = []
        for (key, column) in rows {
            if keys.last?.name != key { keys.append(ForeignKeyFacts(name: key, columns: [])) }
            keys[keys.count - 1].columns.append(column)
        }
        return keys
    }

    /// Fills in distinct counts of `columns` and selectivities of `predicates`.
    func sample(_ facts: inout TableFacts, columns: [String], predicates: [Predicate]) async throws {
        let columns = columns.filter { facts.columns[$0] != nil }.sorted()
        let conditions = Set(predicates.filter(\.isLocal).map { "\($0.table)\u{0}\($0.sql)" }).sorted()
        guard !columns.isEmpty || !conditions.isEmpty else { return }
        try await self.sampleDistinct(&facts, columns: columns)
        for condition in conditions {
            let parts = condition.split(separator: "\u{0}", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            let wanted = predicates.filter { $0.sql == parts[1] }.map(\.column) + facts.primaryKey
            let source = try await self.source(facts, columns: Array(Set(wanted)).sorted())
            let query = """
                SELECT COUNT(*), CAST(COALESCE(SUM(\(parts[1])), 0) AS DOUBLE)
                FROM (\(source)) AS \(SQLText.quoteIdentifier(parts[0]))
                """
            if let share = try await self.share(MySQLQuery(unsafeSQL: query)) { facts.selectivities[parts[1]] = share }
        }
    }

    /// The second column's share of the first; `nil` where the server refuses the query.
    private func share(_ query: MySQLQuery) async throws -> Double? {
        let answer: [MySQLRow]
        do {
            answer = try await self.connection.query(query, mode: .text).collect()
        } catch {
            // A condition that cannot stand alone is estimated from the distinct count instead.
            guard error.connectionUsable else { throw error }
            return nil
        }
        guard let row = answer.first else { return nil }
        let (total, passed) = try row.decode((Double, Double).self)
        // What the sample does not hold at all is rarer than half a row in it.
        return total > 0 ? min(max(passed, 0.5) / total, 1) : nil
    }

    private func sampleDistinct(_ facts: inout TableFacts, columns: [String]) async throws {
        guard !columns.isEmpty else { return }
        let source = try await self.source(facts, columns: Array(Set(columns + facts.primaryKey)).sorted())
        let counts = columns.map { "CAST(COUNT(DISTINCT \(SQLText.quoteIdentifier($0))) AS DOUBLE)" }
        let query = "SELECT COUNT(*), \(counts.joined(separator: ", ")) FROM (\(source)) AS s"
        let rows = try await self.connection.query(MySQLQuery(unsafeSQL: query), mode: .text).collect()
        guard let row = rows.first else { return }
        let total = try row.decode(Double.self, at: 0)
        // InnoDB's row count is an estimate; a sample that saw the whole table knows better.
        if total < Double(Self.sampleRowsMax) / 2 { facts.rows = total }
        for (position, column) in columns.enumerated() {
            let distinct = try row.decode(Double.self, at: position + 1)
            // Mostly different values in the sample are taken to go on so; few values, to be all there are.
            let isKeyLike = distinct > total / 2
            let scaled = isKeyLike && total > 0 ? distinct * max(facts.rows / total, 1) : distinct
            facts.columns[column]?.distinctCount = max(scaled, 1)
        }
    }

    /// A SELECT of at most `sampleRowsMax` rows: stretches of the primary key where it starts with an integer.
    private func source(_ facts: TableFacts, columns: [String]) async throws -> String {
        let table = SQLText.quoteIdentifier(facts.name.name, in: facts.name.schema)
        let list = columns.map { SQLText.quoteIdentifier($0) }.joined(separator: ", ")
        let whole = "SELECT \(list) FROM \(table) LIMIT \(Self.sampleRowsMax)"
        guard let key = facts.primaryKey.first, facts.rows > Double(Self.sampleRowsMax),
            facts.columns[key]?.type.hasSuffix("int") == true
        else { return whole }
        let name = SQLText.quoteIdentifier(key)
        let bounds = try await self.connection.query(
            MySQLQuery(
                unsafeSQL: "SELECT CAST(MIN(\(name)) AS DOUBLE), CAST(MAX(\(name)) AS DOUBLE) FROM \(table)"
            ),
            mode: .text
        ).decode((Double?, Double?).self).collect()
        guard let bound = bounds.first, let low = bound.0, let high = bound.1, high > low, low >= 0, high < 9e15 else {
            return whole
        }
        let stretches = (0..<Self.stretchCount).map { stretch in
            let start = low + (high - low) * Double(stretch) / Double(Self.stretchCount)
            let end = low + (high - low) * Double(stretch + 1) / Double(Self.stretchCount)
            let rows = Self.sampleRowsMax / Self.stretchCount
            return "(SELECT \(list) FROM \(table) WHERE \(name) >= \(Int64(start)) AND \(name) < \(Int64(end)) "
                + "ORDER BY \(name) LIMIT \(rows))"
        }
        return stretches.joined(separator: " UNION ALL ")
    }
}
