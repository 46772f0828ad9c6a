public import GannetMySQL

// Times a workload and counts the rows that it reads, so that two states of a database compare. Only statements that
// read are run, in a read-only transaction.

/// How a query did in one state of the database.
public struct QueryMeasurement: Hashable, Sendable, Codable {
    /// The query's name.
    public var query: String
    /// Median of the repetitions.
    public var milliseconds: Double
    /// Rows that the storage engine was asked for in one run (sum of `Handler_read_%`).
    public var rowsRead: Double
    /// How the tables were read, as the plan says.
    public var access: String
    /// Rows in the result.
    public var rowsReturned: Int

    /// Makes a measurement.
    public init(query: String, milliseconds: Double, rowsRead: Double, access: String, rowsReturned: Int) {
        self.query = query
        self.milliseconds = milliseconds
        self.rowsRead = rowsRead
        self.access = access
        self.rowsReturned = rowsReturned
    }
}

/// A workload's measurements in one state of the database.
public struct WorkloadMeasurement: Hashable, Sendable, Codable {
    /// One for each query, in the workload's order.
    public var queries: [QueryMeasurement] = []
    /// What was not run, and why.
    public var skipped: [String] = []

    /// Makes an empty measurement.
    public init() {}

    /// Runs every reading statement of a workload once to warm up and `repetitions` times to measure.
    ///
    /// A statement is stopped after `limit`.
    public init(
        of workload: Workload,
        configuration: MySQLConfiguration,
        repetitions: Int,
        limit: Duration = .seconds(60),
        clock: some Clock<Duration> = ContinuousClock()
    ) async throws {
        self.init()
        let collected = try await MySQLConnection.withConnection(configuration) { connection in
            var measurement = WorkloadMeasurement()
            measurement.skipped = workload.skipped
            let explainer = Explainer(connection: connection)
            try await explainer.prepare()
            for query in workload.queries {
                guard StatementClass(query.sql) == .read else {
                    measurement.skipped.append("\(query.name): changes rows, so it is not run")
                    continue
                }
                let plan = try await explainer.plan(of: query.sql)
                var one = try await connection.withTransaction(readOnly: true) { connection in
                    try await Self.run(query, repetitions, limit, clock, on: connection)
                }
                one.access = plan.accessSummary
                measurement.queries.append(one)
            }
            return measurement
        }
        self = collected
    }

    private static func run(
        _ query: WorkloadQuery,
        _ repetitions: Int,
        _ limit: Duration,
        _ clock: some Clock<Duration>,
        on connection: MySQLConnection
    ) async throws -> QueryMeasurement {
        let statement = MySQLQuery(unsafeSQL: query.sql)
        var rows = 0
        let before = try await self.handlerReads(connection)
        for try await _ in try await connection.query(statement, mode: .text, timeout: limit) { rows += 1 }
        let after = try await self.handlerReads(connection)
        var times: [Double] = []
        for _ in 0..<max(repetitions, 1) {
            let elapsed = try await clock.measure {
                _ = try await connection.execute(statement, mode: .text, timeout: limit)
            }
            times.append(Double(elapsed.components.seconds) * 1000 + Double(elapsed.components.attoseconds) / 1e15)
        }
        times.sort()
        return QueryMeasurement(
            query: query.name,
            milliseconds: times[times.count / 2],
            rowsRead: max(after - before, 0),
            access: "",
            rowsReturned: rows
        )
    }

    private static func handlerReads(_ connection: MySQLConnection) async throws -> Double {
        let rows = try await connection.query("SHOW SESSION STATUS LIKE 'Handler\\_read\\_%'", mode: .text).collect()
        return try rows.reduce(0) { total, row in
            // `_first` and `_last` count positionings that `_key` counts again.
            let name = try row.decode(String.self, at: 0).lowercased()
            guard !name.hasSuffix("_first"), !name.hasSuffix("_last") else { return total }
            return total + (Double(try row.decode(String.self, at: 1)) ?? 0)
        }
    }
}
