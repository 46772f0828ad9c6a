public import GannetMySQL

/// Recommends indexes for a workload: plans, facts, candidates, selection.
///
/// Executes none of the statements; they are only explained. A bounded sample of the tables is read.
public struct Advisor: Sendable {
    /// Limits of a recommendation.
    public struct Options: Sendable {
        /// Indexes that are advised at most.
        public var indexCountMax = 20
        /// Tables with fewer rows are left alone: a scan of them is cheap.
        public var rowsMin = 100.0

        /// Makes the defaults.
        public init() {}
    }

    private let configuration: MySQLConfiguration
    private let options: Options

    /// Prepares advice for a server and database.
    public init(configuration: MySQLConfiguration, options: Options = Options()) {
        self.configuration = configuration
        self.options = options
    }

    /// Reads the digests of the database that the configuration names.
    public func digests() async throws -> Workload {
        guard let database = self.configuration.database else {
            throw AdviseError(.noDatabase, "the URL names no database; append it: mysql://user@host/shop")
        }
        return try await MySQLConnection.withConnection(self.configuration) { connection in
            try await Workload(digestsOf: database, on: connection)
        }
    }

    /// The plan of one statement, on the live server.
    public func plan(of sql: String, version: Int = 1) async throws -> QueryPlan {
        try await MySQLConnection.withConnection(self.configuration) { connection in
            let explainer = Explainer(connection: connection)
            try await explainer.prepare()
            return try await explainer.plan(of: sql, version: version)
        }
    }

    /// Advises on a workload.
    ///
    /// - Throws: `.emptyWorkload` where no statement can be explained; the client's errors.
    public func advise(on workload: Workload) async throws -> Advice {
        try await MySQLConnection.withConnection(self.configuration) { connection in
            try await self.advise(on: workload, connection: connection)
        }
    }

    private struct Explained {
        var query: WorkloadQuery
        var blocks: [QueryBlock]
    }

    private func advise(on workload: Workload, connection: MySQLConnection) async throws -> Advice {
        var advice = Advice()
        advice.notes = workload.skipped
        let explained = try await self.explain(workload, connection: connection, notes: &advice.notes)
        guard !explained.isEmpty else {
            let reasons = advice.notes.joined(separator: "; ")
            throw AdviseError(.emptyWorkload, "no statement of the workload could be explained. \(reasons)")
        }
        let facts = try await self.facts(for: explained, connection: connection)
        advice.findings = self.findings(explained, facts)
        var usable: [TableName: TableFacts] = [:]
        for (name, table) in facts.sorted(by: { $0.key < $1.key }) {
            if table.rows < self.options.rowsMin {
                advice.notes.append(
                    "\(name) has about \(Int(table.rows)) rows: a scan of it is cheap, no index advised"
                )
            } else {
                usable[name] = table
            }
        }
        let generator = CandidateGenerator(
            facts: usable,
            supportsDescending: !connection.serverVersion.isMariaDB || connection.serverVersion.hasDescendingIndexes
        )
        var candidates: [Candidate] = []
        for block in explained.flatMap(\.blocks) {
            for candidate in generator.candidates(for: block) where !candidates.contains(candidate) {
                candidates.append(candidate)
            }
        }
        candidates.sort { left, right in
            (left.parts.count, IndexSelector.name(left)) < (right.parts.count, IndexSelector.name(right))
        }
        let totalWeight = explained.reduce(0) { $0 + $1.query.weight }
        let selector = IndexSelector(
            facts: facts,
            queries: explained.map {
                IndexSelector.Query(name: $0.query.name, weight: $0.query.weight / totalWeight, blocks: $0.blocks)
            }
        )
        let chosen = selector.select(from: candidates, limit: self.options.indexCountMax)
        AdviceReport.fill(&advice, chosen: chosen, selector: selector, facts: facts)
        return advice
    }

    private func explain(
        _ workload: Workload,
        connection: MySQLConnection,
        notes: inout [String]
    ) async throws -> [Explained] {
        let explainer = Explainer(connection: connection)
        try await explainer.prepare()
        var explained: [Explained] = []
        for query in workload.queries {
            do {
                let plan = try await explainer.plan(of: query.sql)
                guard let resolved = plan.resolvedSQL else {
                    notes.append("\(query.name): the server did not print the resolved statement")
                    continue
                }
                if plan.tables.isEmpty,
                    let reason = plan.root.flattened.first(where: { $0.operation == .noTable })?.text
                {
                    notes.append(
                        "\(query.name): its values let the server read no table (\(reason)); use values that match rows"
                    )
                }
                let constants = Set(plan.tables.filter { $0.kind == .constant }.map(\.name))
                var blocks = QueryBlock.blocks(in: resolved)
                for index in blocks.indices { blocks[index].removeConstants(constants) }
                explained.append(Explained(query: query, blocks: blocks))
            } catch let error as MySQLError where error.connectionUsable {
                notes.append("\(query.name): cannot be explained: \(error.serverError?.message ?? error.message)")
            } catch let error as AdviseError {
                notes.append("\(query.name): \(error.message)")
            }
        }
        return explained
    }

    private func facts(
        for explained: [Explained],
        connection: MySQLConnection
    ) async throws -> [TableName: TableFacts] {
        let reader = SchemaReader(connection: connection)
        let blocks = explained.flatMap(\.blocks)
        let names = Set(blocks.flatMap(\.tables).map { TableName(schema: $0.schema, name: $0.name) })
        var facts: [TableName: TableFacts] = [:]
        for name in names.sorted() {
            guard var table = try await reader.facts(for: name) else { continue }
            var columns: Set<String> = []
            var predicates: [Predicate] = []
            for block in blocks {
                let aliases = block.tables.filter { $0.schema == name.schema && $0.name == name.name }.map(\.alias)
                let own = block.predicates.filter { aliases.contains($0.table) }
                predicates += own
                columns.formUnion(own.map(\.column))
                columns.formUnion(block.groupBy.filter { aliases.contains($0.table) }.map(\.column))
            }
            try await reader.sample(&table, columns: Array(columns), predicates: predicates)
            facts[name] = table
        }
        return facts
    }

    private func findings(_ explained: [Explained], _ facts: [TableName: TableFacts]) -> [Finding] {
        var findings: [Finding] = []
        for item in explained {
            for block in item.blocks {
                for predicate in block.predicates {
                    guard let table = block.tables.first(where: { $0.alias == predicate.table }),
                        let facts = facts[TableName(schema: table.schema, name: table.name)],
                        let message = Finding.message(predicate, facts)
                    else { continue }
                    let finding = Finding(query: item.query.name, message: message)
                    if !findings.contains(finding) { findings.append(finding) }
                }
            }
        }
        return findings
    }
}

extension MySQLServerVersion {
    /// MariaDB has descending index parts from 10.8 on.
    fileprivate var hasDescendingIndexes: Bool { (self.major, self.minor) >= (10, 8) }
}
