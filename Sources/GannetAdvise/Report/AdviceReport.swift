enum AdviceReport {
    /// Bytes of an entry besides its columns: InnoDB's record header and the page's unused share.
    private static let entryOverheadBytes = 13.0
    private static let pageFill = 0.7

    /// Turns the chosen candidates into advice, most useful first.
    static func fill(
        _ advice: inout Advice,
        chosen: [Candidate],
        selector: IndexSelector,
        facts: [TableName: TableFacts]
    ) {
        let before = selector.queries.map { selector.cost(of: $0, adding: []) }
        let after = selector.queries.map { selector.cost(of: $0, adding: chosen) }
        for (index, query) in selector.queries.enumerated() {
            advice.effects.append(
                QueryEffect(
                    query: query.name,
                    rowsNow: before[index].rowsExamined,
                    rowsThen: after[index].rowsExamined
                )
            )
        }
        var replaced: Set<String> = []
        for candidate in chosen {
            guard let table = facts[candidate.table] else { continue }
            let name = self.freeName(for: candidate, in: table)
            let definition = IndexDefinition(name: name, parts: candidate.parts)
            let users = selector.queries.indices.filter {
                after[$0].indexes.values.contains(IndexSelector.name(candidate))
            }
            let effects = users.map { advice.effects[$0] }.sorted {
                ($1.rowsNow - $1.rowsThen, $0.query) < ($0.rowsNow - $0.rowsThen, $1.query)
            }
            let prefixes = table.indexes.filter {
                !$0.isUnique && $0.isPrefix(of: definition) && !replaced.contains("\(table.name).\($0.name)")
            }
            let replaces = prefixes.filter { table.isMadeForForeignKey($0) }
            replaced.formUnion(replaces.map { "\(table.name).\($0.name)" })
            advice.indexes.append(
                AdvisedIndex(
                    table: candidate.table,
                    index: definition,
                    reason: self.reason(candidate, selector, users),
                    effects: effects,
                    bytes: self.bytes(candidate, table),
                    replaces: replaces,
                    makesRedundant: prefixes.filter { !table.isMadeForForeignKey($0) }.map(\.name)
                )
            )
        }
    }

    private static func freeName(for candidate: Candidate, in table: TableFacts) -> String {
        let name = IndexSelector.name(candidate)
        let taken = Set(table.indexes.map { $0.name.lowercased() })
        guard taken.contains(name.lowercased()) else { return name }
        let suffix = (2...1000).first { !taken.contains("\(name.prefix(60))_\($0)".lowercased()) } ?? 2
        return "\(name.prefix(60))_\(suffix)"
    }

    private static func bytes(_ candidate: Candidate, _ table: TableFacts) -> Double {
        let columns = candidate.parts.map(\.column) + table.primaryKey
        let entry = columns.reduce(self.entryOverheadBytes) { $0 + (table.columns[$1]?.keyBytes ?? 8) }
        return max(entry * table.rows / self.pageFill, 16_384)
    }

    private static func reason(_ candidate: Candidate, _ selector: IndexSelector, _ users: [Int]) -> String {
        var roles: [String] = []
        for part in candidate.parts {
            var found: Set<String> = []
            for block in users.flatMap({ selector.queries[$0].blocks }) {
                let aliases = Set(
                    block.tables.filter { $0.name == candidate.table.name && $0.schema == candidate.table.schema }
                        .map(\.alias)
                )
                for predicate in block.predicates
                where aliases.contains(predicate.table) && predicate.column == part.column {
                    switch predicate.comparison {
                    case .equality, .list: found.insert("equality")
                    case .range: found.insert("range")
                    case .join: found.insert("join")
                    case .onExpression, .residual: break
                    }
                }
                let reference = aliases.map { ColumnReference(table: $0, column: part.column) }
                if block.orderBy.contains(where: { reference.contains($0.reference) }) { found.insert("order") }
                if block.groupBy.contains(where: { reference.contains($0) }) { found.insert("grouping") }
            }
            if !found.isEmpty { roles.append("\(part.column): \(found.sorted().joined(separator: " and "))") }
        }
        return roles.joined(separator: "; ")
    }
}
