import GannetMySQL
import GannetTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct PoolTests {
    private func withClient<R: Sendable>(
        _ configuration: MySQLConfiguration,
        max: Int = 2,
        _ body: (MySQLClient) async throws -> R
    ) async throws -> R {
        var options = MySQLClient.PoolOptions()
        options.connectionCountMax = max
        options.waitTimeout = .seconds(5)
        let client = MySQLClient(configuration: configuration, pool: options)
        let run = Task { await client.run() }
        do {
            let result = try await body(client)
            run.cancel()
            await run.value
            return result
        } catch {
            run.cancel()
            await run.value
            throw error
        }
    }

    @Test("Many callers share few connections")
    func sharing() async throws {
        try await self.withClient(TestServer.mysql.configuration) { client in
            let ids = try await withThrowingTaskGroup(of: UInt32.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await client.withConnection { connection in
                            try await connection.execute("DO SLEEP(0.01)")
                            return connection.connectionID
                        }
                    }
                }
                return try await group.reduce(into: Set<UInt32>()) { $0.insert($1) }
            }
            #expect(ids.count <= 2)
        }
    }

    @Test("A connection comes back as it was: variables, transactions and schema")
    func reset() async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await self.withClient(configuration, max: 1) { client in
                try await client.execute("CREATE TABLE t (id INT)")
                try await client.withConnection { connection in
                    try await connection.execute("SET @a = 1")
                    try await connection.execute("START TRANSACTION")
                    try await connection.execute("INSERT INTO t VALUES (1)")
                    try await connection.execute("USE mysql")
                }
                let state = try await client.withConnection { connection in
                    try await connection.query("SELECT @a, (SELECT COUNT(*) FROM t), DATABASE()")
                        .decode((Int?, Int, String).self).collect().first
                }
                #expect(state?.0 == nil)
                #expect(state?.1 == 0)
                #expect(state?.2 == configuration.database)
            }
        }
    }

    @Test("A wrong password is told at once, not at the end of the wait")
    func wrongPassword() async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.password = "hunter2"
        try await self.withClient(configuration) { client in
            let error = await #expect(throws: MySQLError.self) { try await client.execute("DO 1") }
            #expect(error?.serverError?.number == 1045)
        }
    }

    @Test("A killed connection is replaced")
    func killed() async throws {
        try await self.withClient(TestServer.mysql.configuration, max: 1) { client in
            let id = try await client.withConnection { connection in
                await #expect(throws: MySQLError.self) {
                    try await connection.execute("KILL \(unescaped: String(connection.connectionID))")
                    try await connection.ping()
                }
                return connection.connectionID
            }
            let next = try await client.withConnection { $0.connectionID }
            #expect(next != id)
        }
    }

    @Test("After run() has ended nothing is lent")
    func closed() async throws {
        let client = MySQLClient(configuration: try TestServer.mysql.configuration)
        let run = Task { await client.run() }
        try await client.execute("DO 1")
        run.cancel()
        await run.value
        let error = await #expect(throws: MySQLError.self) { try await client.execute("DO 1") }
        #expect(error?.code == .poolClosed)
    }
}
