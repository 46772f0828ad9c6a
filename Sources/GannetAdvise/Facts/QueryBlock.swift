// The server prints the statement that it resolved (version 2's `query`, note 1003 after the other dialects): every
// column with its table, every condition in brackets, semijoins and constants already worked in. Its SELECTs become
// blocks: tables, predicates, grouping, ordering, limit.

/// One SELECT (or the one table of an UPDATE or DELETE) with what matters for indexes.
struct QueryBlock: Hashable, Sendable {
    struct Table: Hashable, Sendable {
        var schema: String
        var name: String
        var alias: String
        /// Whether it is the inner side of an outer join, which must wait for the outer one.
        var isOuterJoined = false
    }

    struct SortKey: Hashable, Sendable {
        var reference: ColumnReference
        var isDescending: Bool
    }

    var tables: [Table] = []
    var predicates: [Predicate] = []
    /// Empty where one of the keys is no plain column of a table.
    var groupBy: [ColumnReference] = []
    var orderBy: [SortKey] = []
    /// Whether the rows are grouped or sorted at all, also by what no index can give.
    var isGrouped = false
    var isSorted = false
    var limit: Int?
    /// Every column that is mentioned, for covering.
    var columns: Set<ColumnReference> = []
    /// Whether it mentions tables of a surrounding block.
    var isDependent = false
}

extension QueryBlock {
    /// The blocks of a resolved statement, outermost first.
    static func blocks(in sql: String) -> [QueryBlock] {
        self.collect(SQLTree.parse(sql))
    }

    private static func collect(_ trees: [SQLTree]) -> [QueryBlock] {
        var blocks: [QueryBlock] = []
        if let first = trees.first?.keyword, first == "update" || first == "delete" {
            blocks.append(self.modification(trees))
        } else {
            for part in trees.split(whereSeparator: { tree in
                ["union", "intersect", "except"].contains { tree.isWord($0) }
            }) {
                guard let start = part.firstIndex(where: { $0.isWord("select") }) else { continue }
                blocks.append(self.select(Array(part[(start + 1)...])))
            }
        }
        for tree in trees {
            if let inner = tree.group { blocks += self.collect(inner) }
        }
        return blocks
    }

    private static let clauseWords: Set<String> = [
        "from", "where", "group", "having", "order", "limit", "window", "into", "for", "set",
    ]

    /// Top-level clauses, by their first word.
    private static func clauses(_ trees: [SQLTree]) -> [String: [SQLTree]] {
        var clauses: [String: [SQLTree]] = ["select": []]
        var current = "select"
        for tree in trees {
            if let word = tree.keyword, self.clauseWords.contains(word), clauses[word] == nil {
                current = word
                clauses[word] = []
            } else {
                clauses[current, default: []].append(tree)
            }
        }
        return clauses
    }

    private static func select(_ trees: [SQLTree]) -> QueryBlock {
        let clauses = self.clauses(trees)
        var block = QueryBlock()
        block.read(from: clauses["from"] ?? [], isOuterJoined: false)
        block.predicates += Predicate.predicates(in: clauses["where"] ?? [])
        for clause in clauses.values { block.columns.formUnion(clause.columns) }
        let isAggregate = (clauses["select"] ?? []).contains { tree in
            ["sum", "count", "avg", "min", "max"].contains { tree.isWord($0) }
        }
        if let group = clauses["group"] {
            block.isGrouped = true
            let keys = Array(group.dropFirst()).split(atSymbol: ",").map { $0.filter { !$0.isWord("with") } }
            let columns = keys.compactMap(\.asColumn)
            if columns.count == keys.count { block.groupBy = columns }
        }
        if let order = clauses["order"] {
            block.isSorted = true
            let keys = Array(order.dropFirst()).split(atSymbol: ",")
            let sortKeys = keys.compactMap { key -> SortKey? in
                let isDescending = key.last?.isWord("desc") == true
                let column = key.filter { !$0.isWord("desc") && !$0.isWord("asc") }.asColumn
                return column.map { SortKey(reference: $0, isDescending: isDescending) }
            }
            if sortKeys.count == keys.count { block.orderBy = sortKeys }
        }
        if !isAggregate || block.isGrouped { block.limit = self.limit(clauses["limit"] ?? []) }
        block.finish()
        return block
    }

    /// `LIMIT 10`, `LIMIT 20,10` and `LIMIT 10 OFFSET 20` all read the offset's rows too.
    private static func limit(_ trees: [SQLTree]) -> Int? {
        let numbers = trees.compactMap { tree -> Int? in
            guard case .literal(let text) = tree else { return nil }
            return Int(text)
        }
        guard let first = numbers.first else { return nil }
        return numbers.count > 1 ? min(first, 1_000_000_000) + min(numbers[1], 1_000_000_000) : first
    }

    private static func modification(_ trees: [SQLTree]) -> QueryBlock {
        var block = QueryBlock()
        let clauses = self.clauses(Array(trees.dropFirst()))
        if trees.first?.isWord("update") == true {
            block.read(from: clauses["select"] ?? [], isOuterJoined: false)
        } else {
            block.read(from: clauses["from"] ?? [], isOuterJoined: false)
        }
        block.predicates += Predicate.predicates(in: clauses["where"] ?? [])
        for clause in clauses.values { block.columns.formUnion(clause.columns) }
        block.finish()
        return block
    }

    /// Reads tables and ON conditions; brackets of a join are read through, those of a derived table are not.
    private mutating func read(from trees: [SQLTree], isOuterJoined: Bool) {
        var index = 0
        var isOuter = isOuterJoined
        while index < trees.count {
            let tree = trees[index]
            if let word = tree.keyword, case .word = tree, !self.startsTable(trees, index) {
                switch word {
                case "left": isOuter = true
                case "join" where index > 0 && trees[index - 1].isWord("left"): isOuter = true
                case "join", "straight_join", "semi", "anti": isOuter = isOuterJoined
                case "on":
                    let end = trees[index...].firstIndex { tree in
                        ["join", "left", "straight_join", "semi", "anti", "inner", "cross", "right"].contains {
                            tree.isWord($0)
                        } || tree.isSymbol(",")
                    }
                    let condition = Array(trees[(index + 1)..<max(end ?? trees.count, index + 1)])
                    self.predicates += Predicate.predicates(in: condition)
                    index = max(end ?? trees.count, index + 1)
                    continue
                case "partition", "use", "force", "ignore":
                    while index + 1 < trees.count, trees[index + 1].group == nil { index += 1 }
                    index += 1
                default: break
                }
                index += 1
            } else if let group = tree.group {
                if group.first?.isWord("select") != true, group.first?.isWord("with") != true {
                    self.read(from: group, isOuterJoined: isOuter)
                }
                index += 1
                // A derived table's alias.
                while index < trees.count, case .name = trees[index] { index += 1 }
            } else if case .symbol(",") = tree {
                isOuter = isOuterJoined
                index += 1
            } else {
                index = self.readTable(trees, at: index, isOuter: isOuter)
            }
        }
    }

    private func startsTable(_ trees: [SQLTree], _ index: Int) -> Bool {
        index + 1 < trees.count && trees[index + 1].isSymbol(".")
    }

    private mutating func readTable(_ trees: [SQLTree], at start: Int, isOuter: Bool) -> Int {
        var names: [String] = []
        var index = start
        while index < trees.count, let name = trees[index].identifier {
            names.append(name)
            index += 1
            guard index + 1 < trees.count, trees[index].isSymbol(".") else { break }
            index += 1
        }
        guard let name = names.last else { return max(index, start) + 1 }
        var alias = name
        if index < trees.count, case .name(let given) = trees[index] {
            alias = given
            index += 1
        }
        // Names without a schema are derived tables and common table expressions.
        if names.count >= 2 {
            self.tables.append(Table(schema: names[0], name: name, alias: alias, isOuterJoined: isOuter))
        }
        return index
    }

    private mutating func finish() {
        let aliases = Set(self.tables.map(\.alias))
        self.isDependent = self.predicates.contains { !aliases.contains($0.table) }
        self.predicates.removeAll { !aliases.contains($0.table) }
        var seen: Set<Predicate> = []
        self.predicates = Self.mergingRanges(self.predicates.filter { seen.insert($0).inserted })
        if !self.groupBy.allSatisfy({ aliases.contains($0.table) }) { self.groupBy = [] }
        if !self.orderBy.allSatisfy({ aliases.contains($0.reference.table) }) { self.orderBy = [] }
    }

    /// `c >= a` and `c < b` are one range, and share rows very differently from two.
    private static func mergingRanges(_ predicates: [Predicate]) -> [Predicate] {
        var merged: [Predicate] = []
        for predicate in predicates {
            let earlier = merged.firstIndex {
                $0.table == predicate.table && $0.column == predicate.column && $0.comparison == .range && $0.isLocal
            }
            guard predicate.comparison == .range, predicate.isLocal, let earlier else {
                merged.append(predicate)
                continue
            }
            merged[earlier].sql = "(\(merged[earlier].sql)) AND (\(predicate.sql))"
        }
        return merged
    }

    /// Leaves out tables of which the server has read the one row that matters already.
    mutating func removeConstants(_ aliases: Set<String>) {
        self.tables.removeAll { aliases.contains($0.alias) }
        self.predicates.removeAll { aliases.contains($0.table) }
    }
}
