// Candidates follow the rule that an index serves equalities first, then one range or an order. For every block and
// table: {equalities} + best range, {equalities} + ORDER BY, {equalities} + GROUP BY, {join columns} + {equalities} and
// its order. What an existing index or the primary key already serves is left out.

/// An index that might help, and where.
struct Candidate: Hashable, Sendable {
    var table: TableName
    var parts: [IndexPart]
}

struct CandidateGenerator {
    /// Columns of a candidate.
    static let partsMax = 4
    /// Long strings are indexed up to this many characters.
    static let prefixCharacters = 32
    /// Longest whole string in an index, in bytes: InnoDB's limit for all parts together is 3,072.
    static let wholeStringBytesMax = 768

    let facts: [TableName: TableFacts]
    /// MariaDB before 10.8 has no descending parts.
    let supportsDescending: Bool

    /// The candidates of a block, without duplicates, in a fixed order.
    func candidates(for block: QueryBlock) -> [Candidate] {
        var candidates: [Candidate] = []
        for table in block.tables {
            guard let facts = self.facts[TableName(schema: table.schema, name: table.name)] else { continue }
            for parts in self.sequences(block, table, facts) {
                guard let candidate = self.candidate(parts, facts), !candidates.contains(candidate) else { continue }
                candidates.append(candidate)
            }
        }
        return candidates
    }

    private func sequences(_ block: QueryBlock, _ table: QueryBlock.Table, _ facts: TableFacts) -> [[IndexPart]] {
        let predicates = block.predicates.filter { predicate in
            predicate.table == table.alias && facts.columns[predicate.column]?.isIndexable == true
                && Finding.implicitConversion(predicate, facts) == nil
        }
        func columns(where isWanted: (Predicate) -> Bool) -> [String] {
            var seen: Set<String> = []
            return predicates.filter(isWanted).sorted {
                (facts.selectivity(of: $0), $0.column) < (facts.selectivity(of: $1), $1.column)
            }.map(\.column).filter { seen.insert($0).inserted }
        }
        let equal = columns { $0.comparison == .equality }
        let listed = columns { if case .list = $0.comparison { true } else { false } }.filter { !equal.contains($0) }
        let range = columns { $0.comparison == .range }.filter { !equal.contains($0) && !listed.contains($0) }
        var joins: [String: [String]] = [:]
        for predicate in predicates {
            guard case .join(let other) = predicate.comparison, !equal.contains(predicate.column) else { continue }
            if joins[other.table]?.contains(predicate.column) != true {
                joins[other.table, default: []].append(predicate.column)
            }
        }
        let order = self.order(block, table, without: Set(equal))
        let group = self.group(block, table).filter { !equal.contains($0) }

        func plain(_ names: [String]) -> [IndexPart] { names.map { IndexPart($0) } }
        var sequences: [[IndexPart]] = []
        sequences.append(plain(equal + listed + range.prefix(1)))
        if let best = range.first, !equal.isEmpty || !listed.isEmpty { sequences.append(plain([best])) }
        sequences.append(plain(equal))
        if !order.isEmpty { sequences.append(plain(equal) + order) }
        if !group.isEmpty { sequences.append(plain(equal + group)) }
        for (_, columns) in joins.sorted(by: { $0.key < $1.key }) {
            sequences.append(plain(columns.sorted()))
            if !equal.isEmpty { sequences.append(plain(columns.sorted() + equal)) }
            if let best = range.first { sequences.append(plain(columns.sorted() + equal + [best])) }
        }
        return sequences
    }

    /// The ORDER BY as index parts, where all of it is of this table.
    private func order(_ block: QueryBlock, _ table: QueryBlock.Table, without equal: Set<String>) -> [IndexPart] {
        // Grouped rows are sorted after grouping; an index can only give the order of the groups.
        guard !block.orderBy.isEmpty, block.orderBy.allSatisfy({ $0.reference.table == table.alias }),
            !block.isGrouped || Set(block.orderBy.map(\.reference)).isSubset(of: block.groupBy)
        else { return [] }
        let keys = block.orderBy.filter { !equal.contains($0.reference.column) }
        let isMixed = Set(keys.map(\.isDescending)).count > 1
        guard !isMixed || self.supportsDescending else { return [] }
        // One direction throughout is read forwards or backwards from an ascending index.
        return keys.map { IndexPart($0.reference.column, isDescending: isMixed && $0.isDescending) }
    }

    private func group(_ block: QueryBlock, _ table: QueryBlock.Table) -> [String] {
        guard block.groupBy.allSatisfy({ $0.table == table.alias }) else { return [] }
        return block.groupBy.map(\.column)
    }

    /// Makes an index of a sequence: no column twice, prefixes for long strings, no primary-key suffix.
    private func candidate(_ sequence: [IndexPart], _ facts: TableFacts) -> Candidate? {
        var parts: [IndexPart] = []
        for part in sequence.prefix(Self.partsMax) where !parts.contains(where: { $0.column == part.column }) {
            guard let column = facts.columns[part.column], column.isIndexable else { return nil }
            var part = part
            if column.isLong || (column.bytesMax ?? 0) > Self.wholeStringBytesMax, column.isString || column.isLong {
                part.prefixLength = Self.prefixCharacters
                parts.append(part)
                // Behind a prefix nothing is in order any more.
                break
            }
            parts.append(part)
        }
        // InnoDB appends the primary key to every index.
        let key = facts.primaryKey
        if !key.isEmpty, parts.count >= key.count, parts.suffix(key.count).map(\.column) == key,
            parts.suffix(key.count).allSatisfy({ !$0.isDescending })
        {
            parts.removeLast(key.count)
        }
        guard !parts.isEmpty else { return nil }
        let candidate = IndexDefinition(name: "", parts: parts)
        let isServed = facts.indexes.contains { existing in
            guard existing.isVisible else { return false }
            if candidate.isPrefix(of: existing) { return true }
            // A unique key's columns in front leave at most one row to find.
            return existing.isUnique && existing.parts.allSatisfy { $0.prefixLength == nil }
                && existing.columnNames.allSatisfy { name in facts.columns[name]?.isNullable == false }
                && Set(existing.columnNames).isSubset(of: parts.prefix(existing.parts.count).map(\.column))
        }
        return isServed ? nil : Candidate(table: facts.name, parts: parts)
    }
}
