// Our own model of what a block costs under a set of indexes, from statistics alone. Not the optimizer's: it says how
// many rows are touched, weighs a lookup through a secondary index as several sequential rows, and walks join orders
// the way a nested loop does. Where an index gives the order and a LIMIT stops early, only that part is counted.

/// What executing a block costs.
struct BlockCost: Hashable, Sendable {
    /// In units of one row read in sequence.
    var cost: Double
    /// Rows read.
    var rowsExamined: Double
    /// Indexes in use, by alias.
    var indexes: [String: String]
}

struct AccessModel {
    /// A row found through a secondary index and fetched from the clustered one.
    static let fetchCost = 3.0
    /// A row that the index alone answers.
    static let coveredCost = 0.8
    /// Going down a tree.
    static let seekCost = 2.0
    static let sortCost = 0.15
    static let groupCost = 1.0
    /// Joins of more tables are taken in the order of the best next step.
    static let exhaustiveTablesMax = 6

    let facts: [TableName: TableFacts]

    func cost(of block: QueryBlock, indexes: [TableName: [IndexDefinition]]) -> BlockCost {
        let search = Search(block: block, facts: self.facts, indexes: indexes)
        return search.best()
    }
}

extension AccessModel {
    private struct Access {
        var cost: Double
        var rowsRead: Double
        var rowsOut: Double
        var index: IndexDefinition?
        /// Whether rows arrive in the order of ORDER BY (or of GROUP BY).
        var isOrdered = false
    }

    private struct Search {
        let block: QueryBlock
        let facts: [TableName: TableFacts]
        let indexes: [TableName: [IndexDefinition]]

        func best() -> BlockCost {
            let tables = self.block.tables.filter { self.table($0) != nil }
            guard !tables.isEmpty else { return BlockCost(cost: 0, rowsExamined: 0, indexes: [:]) }
            var best: BlockCost?
            func extend(_ order: [QueryBlock.Table], _ rest: [QueryBlock.Table]) {
                if rest.isEmpty {
                    let cost = self.cost(of: order)
                    if best.map({ cost.cost < $0.cost }) ?? true { best = cost }
                    return
                }
                for (index, next) in rest.enumerated() {
                    if next.isOuterJoined, rest.contains(where: { !$0.isOuterJoined }) { continue }
                    var others = rest
                    others.remove(at: index)
                    extend(order + [next], others)
                    // Many tables: only the order as written.
                    if tables.count > AccessModel.exhaustiveTablesMax { return }
                }
            }
            extend([], tables)
            return best ?? BlockCost(cost: 0, rowsExamined: 0, indexes: [:])
        }

        private func table(_ table: QueryBlock.Table) -> TableFacts? {
            self.facts[TableName(schema: table.schema, name: table.name)]
        }

        private func cost(of order: [QueryBlock.Table]) -> BlockCost {
            var total = BlockCost(cost: 0, rowsExamined: 0, indexes: [:])
            var rows = 1.0
            var bound: Set<String> = []
            var steps: [Access] = []
            for (position, table) in order.enumerated() {
                let access = self.bestAccess(table, bound: bound, isFirst: position == 0)
                steps.append(access)
                total.cost += max(rows, 0.01) * access.cost
                total.rowsExamined += max(rows, 0.01) * access.rowsRead
                if let index = access.index { total.indexes[table.alias] = index.name }
                rows *= access.rowsOut
                bound.insert(table.alias)
            }
            let isOrdered = steps.first?.isOrdered == true
            let wantsOrder = self.block.isSorted || self.block.isGrouped
            if wantsOrder, !isOrdered {
                total.cost += max(rows, 1) * (AccessModel.sortCost * self.log2(max(rows, 2)))
                if self.block.isGrouped { total.cost += max(rows, 0) * AccessModel.groupCost }
            } else if let limit = self.block.limit, rows > 0, !self.block.isGrouped {
                let share = min(Double(limit) / rows, 1)
                total.cost = max(total.cost * share, AccessModel.seekCost)
                total.rowsExamined = max(total.rowsExamined * share, 1)
            }
            return total
        }

        private func log2(_ value: Double) -> Double {
            var value = value
            var result = 0.0
            while value >= 2 {
                value /= 2
                result += 1
            }
            return result
        }

        private func bestAccess(_ table: QueryBlock.Table, bound: Set<String>, isFirst: Bool) -> Access {
            let name = TableName(schema: table.schema, name: table.name)
            guard let facts = self.facts[name] else { return Access(cost: 1, rowsRead: 1, rowsOut: 1) }
            let aliases = Set(self.block.tables.map(\.alias))
            let usable = self.block.predicates.filter { predicate in
                guard predicate.table == table.alias, Finding.implicitConversion(predicate, facts) == nil else {
                    return false
                }
                guard case .join(let other) = predicate.comparison else { return true }
                // Columns of a surrounding block are constants here.
                return bound.contains(other.table) || !aliases.contains(other.table)
            }
            var seen: Set<String> = []
            let unique = usable.filter { seen.insert("\($0.column) \($0.sql)").inserted }
            let passing = unique.reduce(1.0) { $0 * self.share(of: $1, facts) }
            let rowsOut = facts.rows * passing
            // The whole table; the first table of a primary-key order may be read in that order.
            var best = Access(cost: facts.rows, rowsRead: facts.rows, rowsOut: rowsOut)
            best.isOrdered = isFirst && self.isOrdered(by: facts.primaryKey.map { IndexPart($0) }, table, equal: [])
            for index in self.indexes[name] ?? facts.indexes where index.isVisible {
                let access = self.access(index, table, facts, unique, rowsOut: rowsOut, isFirst: isFirst)
                if self.effectiveCost(access, isFirst: isFirst) < self.effectiveCost(best, isFirst: isFirst) {
                    best = access
                }
            }
            return best
        }

        /// For the first table what order and limit save counts too.
        private func effectiveCost(_ access: Access, isFirst: Bool) -> Double {
            guard isFirst, self.block.isSorted || self.block.isGrouped else { return access.cost }
            if access.isOrdered {
                guard let limit = self.block.limit, !self.block.isGrouped, self.block.tables.count == 1 else {
                    return access.cost
                }
                return access.cost * min(Double(limit) / max(access.rowsOut, 1), 1)
            }
            return access.cost + access.rowsOut * AccessModel.sortCost * self.log2(max(access.rowsOut, 2))
        }

        private func share(of predicate: Predicate, _ facts: TableFacts) -> Double {
            switch predicate.comparison {
            case .onExpression: facts.selectivities[predicate.sql] ?? 0.5
            case .residual: predicate.isLocal ? facts.selectivities[predicate.sql] ?? 1 : 1
            case .equality, .list, .range, .join: facts.selectivity(of: predicate)
            }
        }

        private func access(
            _ index: IndexDefinition,
            _ table: QueryBlock.Table,
            _ facts: TableFacts,
            _ predicates: [Predicate],
            rowsOut: Double,
            isFirst: Bool
        ) -> Access {
            var equal: [String] = []
            var matched = 1.0
            var pointCount = 1.0
            var isRange = false
            loop: for part in index.parts {
                let here = predicates.filter { $0.column == part.column }
                for predicate in here {
                    switch predicate.comparison {
                    case .equality, .join:
                        equal.append(part.column)
                        if part.prefixLength != nil { break loop }
                        continue loop
                    case .list, .range, .onExpression, .residual: continue
                    }
                }
                guard
                    let ranged = here.first(where: {
                        if case .list = $0.comparison { true } else { $0.comparison == .range }
                    })
                else { break }
                matched *= facts.selectivity(of: ranged)
                if case .list(let count) = ranged.comparison {
                    pointCount *= Double(count)
                    isRange = true
                    continue
                }
                isRange = true
                break
            }
            let usedConstants = predicates.filter { equal.contains($0.column) && $0.comparison == .equality }
            let joined = equal.filter { column in !usedConstants.contains { $0.column == column } }
            for predicate in usedConstants { matched *= facts.selectivity(of: predicate) }
            if !joined.isEmpty { matched /= facts.distinctCount(of: joined) }
            let columns = Set(index.columnNames).union(facts.primaryKey)
            let isWhole = index.parts.allSatisfy { $0.prefixLength == nil }
            let needed = self.block.columns.filter { $0.table == table.alias }.map(\.column)
            let isCovering = index.isPrimary || (isWhole && columns.isSuperset(of: needed))
            let isUniqueHit = index.isUnique && equal.count == index.parts.count
            let rowsRead = isUniqueHit ? min(facts.rows, 1) : facts.rows * matched
            let rowCost = index.isPrimary ? 1 : isCovering ? AccessModel.coveredCost : AccessModel.fetchCost
            var access = Access(
                cost: pointCount * AccessModel.seekCost + rowsRead * rowCost,
                rowsRead: rowsRead,
                rowsOut: min(rowsOut, rowsRead),
                index: index
            )
            if isFirst, !isRange || pointCount == 1 {
                access.isOrdered = self.isOrdered(by: index.parts, table, equal: Set(equal))
            }
            return access
        }

        /// Whether reading in the order of `parts`, some of them fixed, gives the order that the block wants.
        private func isOrdered(by parts: [IndexPart], _ table: QueryBlock.Table, equal: Set<String>) -> Bool {
            var wanted: [IndexPart]
            if self.block.isGrouped {
                guard !self.block.groupBy.isEmpty, self.block.groupBy.allSatisfy({ $0.table == table.alias }) else {
                    return false
                }
                let columns = Set(self.block.groupBy.map(\.column)).subtracting(equal)
                return Set(parts.map(\.column).filter { !equal.contains($0) }.prefix(columns.count)) == columns
            }
            guard !self.block.orderBy.isEmpty,
                self.block.orderBy.allSatisfy({ $0.reference.table == table.alias })
            else { return false }
            wanted = self.block.orderBy.filter { !equal.contains($0.reference.column) }
                .map { IndexPart($0.reference.column, isDescending: $0.isDescending) }
            let facts = self.table(table)
            var given = parts.filter { !equal.contains($0.column) }
            guard given.allSatisfy({ $0.prefixLength == nil }) else { return false }
            for column in facts?.primaryKey ?? [] where !parts.contains(where: { $0.column == column }) {
                given.append(IndexPart(column))
            }
            let lead = given.prefix(wanted.count)
            let isForward = Array(lead) == wanted
            let isBackward =
                Array(lead) == wanted.map { IndexPart($0.column, isDescending: !$0.isDescending) }
            return isForward || isBackward
        }
    }
}
