/// What one condition says about one table.
struct Predicate: Hashable, Sendable {
    enum Comparison: Hashable, Sendable {
        /// `c = constant`, `c <=> constant`, `c IS NULL`.
        case equality
        /// `c IN (constants)`.
        case list(count: Int)
        /// `<`, `>`, `BETWEEN`, `LIKE 'x%'`.
        case range
        /// `c = column of another table`.
        case join(ColumnReference)
        /// Compares something made from the column, such as `YEAR(c) = 2024`; no plain index serves it.
        case onExpression
        /// Anything else that mentions the column: no index access follows from it.
        case residual
    }

    /// The alias of the table.
    var table: String
    var column: String
    var comparison: Comparison
    /// The condition as SQL over the alias, for sampling and for reports.
    var sql: String
    /// Whether the column is compared with a bare number literal.
    var comparesWithNumber = false
    /// Whether the condition mentions no other table and no subquery, so that it can be evaluated on a sample.
    var isLocal = true
}

extension Predicate {
    /// The predicates of a condition: of each conjunct, one for each column that it mentions.
    static func predicates(in condition: [SQLTree]) -> [Predicate] {
        let trees = condition.unwrapped
        let conjuncts = trees.split(atWord: "and")
        if conjuncts.count > 1 { return conjuncts.flatMap { self.predicates(in: $0) } }
        return self.conjunct(trees)
    }

    private static func conjunct(_ trees: [SQLTree]) -> [Predicate] {
        let columns = trees.columns
        guard !columns.isEmpty else { return [] }
        let isLocal = Set(columns.map(\.table)).count == 1 && !trees.hasSubquery
        func make(_ reference: ColumnReference, _ comparison: Comparison, number: Bool = false) -> Predicate {
            Predicate(
                table: reference.table,
                column: reference.column,
                comparison: comparison,
                sql: trees.sql,
                comparesWithNumber: number,
                isLocal: isLocal
            )
        }
        func residual() -> [Predicate] {
            var seen: Set<ColumnReference> = []
            return columns.filter { seen.insert($0).inserted }.map { make($0, .residual) }
        }
        guard !trees.contains(where: { $0.isWord("or") || $0.isWord("xor") || $0.isWord("not") }) else {
            return self.isNull(trees).map { [make($0, .equality)] } ?? residual()
        }
        if let column = self.isNull(trees) { return [make(column, .equality)] }
        if let index = trees.firstIndex(where: { $0.isWord("in") }), index + 1 < trees.count,
            let items = trees[index + 1].group, !items.hasSubquery, items.columns.isEmpty
        {
            let count = items.split(atSymbol: ",").count
            guard let column = Array(trees[..<index]).asColumn else { return self.onExpression(trees, columns, make) }
            return [make(column, .list(count: count), number: self.isNumber(items.split(atSymbol: ",")[0]))]
        }
        if let index = trees.firstIndex(where: { $0.isWord("between") }) {
            guard let column = Array(trees[..<index]).asColumn else { return self.onExpression(trees, columns, make) }
            return columns.count == 1 ? [make(column, .range)] : residual()
        }
        if let index = trees.firstIndex(where: { $0.isWord("like") }) {
            guard let column = Array(trees[..<index]).asColumn, columns.count == 1 else { return residual() }
            return [make(column, self.hasFixedStart(Array(trees[(index + 1)...])) ? .range : .residual)]
        }
        guard
            let index = trees.firstIndex(where: { tree in
                ["=", "<=>", "<", "<=", ">", ">="].contains { tree.isSymbol($0) }
            })
        else { return residual() }
        return self.comparison(trees, at: index, columns, residual(), make)
    }

    private static func comparison(
        _ trees: [SQLTree],
        at index: Int,
        _ columns: [ColumnReference],
        _ residual: [Predicate],
        _ make: (ColumnReference, Comparison, Bool) -> Predicate
    ) -> [Predicate] {
        let left = Array(trees[..<index])
        let right = Array(trees[(index + 1)...])
        let isEquality = trees[index].isSymbol("=") || trees[index].isSymbol("<=>")
        switch (left.asColumn, right.asColumn) {
        case (let first?, let second?):
            guard isEquality, first.table != second.table else { return residual }
            return [make(first, .join(second), false), make(second, .join(first), false)]
        case (let column?, nil), (nil, let column?):
            let other = left.asColumn == nil ? left : right
            guard !other.hasSubquery else { return residual }
            let others = other.columns
            guard others.isEmpty else {
                // `a.x = f(b.y)`: an index on a.x serves once b is read.
                guard isEquality, let source = others.first, !others.contains(where: { $0.table == column.table })
                else { return residual }
                return [make(column, .join(source), false)] + residual.filter { $0.table != column.table }
            }
            return [make(column, isEquality ? .equality : .range, self.isNumber(other))]
        case (nil, nil):
            guard left.columns.isEmpty || right.columns.isEmpty, !trees.hasSubquery else { return residual }
            return self.onExpression(trees, columns) { make($0, $1, $2) }
        }
    }

    private static func onExpression(
        _ trees: [SQLTree],
        _ columns: [ColumnReference],
        _ make: (ColumnReference, Comparison, Bool) -> Predicate
    ) -> [Predicate] {
        // Aggregates, subqueries and several columns are no case for a functional index.
        let unique = Set(columns)
        guard unique.count == 1, let column = columns.first, !trees.hasSubquery else {
            return columns.map { make($0, .residual, false) }
        }
        return [make(column, .onExpression, false)]
    }

    private static func isNull(_ trees: [SQLTree]) -> ColumnReference? {
        guard trees.count > 2, trees[trees.count - 1].isWord("null"), trees[trees.count - 2].isWord("is") else {
            return nil
        }
        return Array(trees.dropLast(2)).asColumn
    }

    private static func isNumber(_ trees: [SQLTree]) -> Bool {
        guard case .literal(let text) = trees.unwrapped.last, trees.unwrapped.count <= 2 else { return false }
        return text.first.map { $0.isASCII && $0.isNumber || $0 == "." } ?? false
    }

    private static func hasFixedStart(_ pattern: [SQLTree]) -> Bool {
        guard case .literal(let text) = pattern.unwrapped.last, let quote = text.first, quote == "'" || quote == "\"",
            let first = text.dropFirst().first
        else { return false }
        return first != "%" && first != "_"
    }
}
