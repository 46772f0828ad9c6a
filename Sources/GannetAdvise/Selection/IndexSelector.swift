// Greedy: of all candidates take the one whose addition lowers the weighted logarithm of the queries' costs the most,
// and go on until nothing gains enough. The logarithm keeps one monstrous query from buying every index. Afterwards
// what a later choice made needless is taken out again.

struct IndexSelector {
    struct Query {
        var name: String
        /// Share of the workload, from 0 to 1.
        var weight: Double
        var blocks: [QueryBlock]
    }

    /// How many times cheaper an index must make some query at least.
    static let gainFactorMin = 1.25
    /// Row reads that it must save that query besides.
    static let savedCostMin = 50.0
    /// The same where it takes the place of an index that a foreign key has anyway.
    static let savedCostReplacingMin = 5.0

    let facts: [TableName: TableFacts]
    let queries: [Query]

    /// Cost of a query under additional indexes.
    func cost(of query: Query, adding added: [Candidate]) -> BlockCost {
        let model = AccessModel(facts: self.facts)
        let indexes = self.indexes(adding: added)
        var total = BlockCost(cost: 0, rowsExamined: 0, indexes: [:])
        var outerRows = 1.0
        for (position, block) in query.blocks.enumerated() {
            let cost = model.cost(of: block, indexes: indexes)
            // A dependent block runs once for each of the rows around it, which its parent's reads bound.
            let factor = block.isDependent && position > 0 ? outerRows : 1
            total.cost += cost.cost * factor
            total.rowsExamined += cost.rowsExamined * factor
            for (alias, name) in cost.indexes { total.indexes["\(position).\(alias)"] = name }
            if position == 0 { outerRows = max(cost.rowsExamined, 1) }
        }
        return total
    }

    private func indexes(adding added: [Candidate]) -> [TableName: [IndexDefinition]] {
        var all = self.facts.mapValues(\.indexes)
        for candidate in added {
            let name = Self.name(candidate)
            all[candidate.table, default: []].append(IndexDefinition(name: name, parts: candidate.parts))
        }
        return all
    }

    static func name(_ candidate: Candidate) -> String {
        let name = candidate.table.name + "_" + candidate.parts.map(\.column).joined(separator: "_")
        // MySQL's names have at most 64 characters.
        return String(name.prefix(64))
    }

    func select(from candidates: [Candidate], limit: Int) -> [Candidate] {
        var chosen: [Candidate] = []
        var costs = self.queries.map { self.cost(of: $0, adding: []).cost }
        while chosen.count < limit {
            var best: (candidate: Candidate, gain: Double, costs: [Double])?
            for candidate in candidates where !chosen.contains(candidate) {
                let after = self.queries.map { self.cost(of: $0, adding: chosen + [candidate]).cost }
                guard let gain = self.gain(costs, after, candidate) else { continue }
                // Ties go to the candidate that comes first: fewer columns, then by name.
                if gain > (best?.gain ?? 0) + 1e-9 { best = (candidate, gain, after) }
            }
            guard let best else { break }
            chosen.append(best.candidate)
            costs = best.costs
        }
        return self.pruned(chosen)
    }

    /// Weighted logarithmic gain; `nil` where it is too little or a query loses.
    private func gain(_ before: [Double], _ after: [Double], _ candidate: Candidate) -> Double? {
        var gain = 0.0
        var isWorthIt = false
        let savedCostMin = self.savedCostMin(candidate)
        for (index, query) in self.queries.enumerated() {
            let (old, new) = (before[index] + 1, after[index] + 1)
            gain += query.weight * Logarithm.natural(old / new)
            if old / new >= Self.gainFactorMin, old - new >= savedCostMin { isWorthIt = true }
        }
        // Every column makes writes a little dearer.
        gain -= 0.002 * Double(candidate.parts.count)
        return isWorthIt && gain > 0 ? gain : nil
    }

    private func savedCostMin(_ candidate: Candidate) -> Double {
        guard let table = self.facts[candidate.table] else { return Self.savedCostMin }
        let index = IndexDefinition(name: "", parts: candidate.parts)
        let isReplacing = table.indexes.contains { table.isMadeForForeignKey($0) && $0.isPrefix(of: index) }
        return isReplacing ? Self.savedCostReplacingMin : Self.savedCostMin
    }

    /// Takes out, one at a time, what the others make up for.
    private func pruned(_ chosen: [Candidate]) -> [Candidate] {
        var kept = chosen
        for candidate in chosen.reversed() {
            let others = kept.filter { $0 != candidate }
            let with = self.queries.map { self.cost(of: $0, adding: kept).cost }
            let without = self.queries.map { self.cost(of: $0, adding: others).cost }
            let isNeeded = zip(with, without).contains { pair in
                (pair.1 + 1) / (pair.0 + 1) >= 1.1 && pair.1 - pair.0 >= self.savedCostMin(candidate) / 2
            }
            if !isNeeded { kept = others }
        }
        return kept
    }
}
