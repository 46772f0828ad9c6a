import GannetMySQL
import GannetTestSupport
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct InterruptionTests {
    /// More rows than anybody wants to wait for.
    static let endless: MySQLQuery = """
        WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        SELECT a.i, REPEAT('x', 100) FROM n a, n b, n c
        """

    /// Lends a connection to an empty database, made from a changed configuration.
    static func withConnection(
        configure: (inout MySQLConfiguration) -> Void,
        body: (MySQLConnection) async throws -> Void
    ) async throws {
        try await TestServer.mysql.withDatabase { configuration in
            var configuration = configuration
            configure(&configuration)
            try await MySQLConnection.withConnection(configuration, body)
        }
    }

    /// The next command's answer is its own.
    static func expectClean(_ connection: MySQLConnection) async throws {
        let numbers = try await connection.query("SELECT 3").decode(Int.self).collect()
        #expect(numbers == [3])
    }

    @Test(
        "A statement that takes longer than its time is stopped, and the connection is clean",
        arguments: [
            "SELECT SLEEP(60)",
            "SELECT COUNT(*) FROM information_schema.columns a, information_schema.columns b, information_schema.columns c",
        ]
    )
    func timeout(_ sql: String) async throws {
        try await TestServer.mysql.withConnection { connection in
            let start = ContinuousClock.now
            let error = await #expect(throws: MySQLError.self) {
                try await connection.execute(MySQLQuery(unsafeSQL: sql), timeout: .milliseconds(300))
            }
            #expect(error?.code == .timeout)
            #expect(error?.mayHaveExecuted == true)
            #expect(error?.connectionUsable == true)
            #expect(ContinuousClock.now - start < .seconds(10))
            try await Self.expectClean(connection)
        }
    }

    @Test(
        "An abandoned sequence of endless rows is killed before the next command",
        arguments: [MySQLQueryMode.text, .prepared]
    )
    func abandoned(_ mode: MySQLQueryMode) async throws {
        try await TestServer.mysql.withConnection { connection in
            do {
                let rows = try await connection.query(Self.endless, mode: mode)
                for try await _ in rows { break }
            }
            try await Self.expectClean(connection)
        }
    }

    @Test("Cancelling in the middle of rows ends them with an error and leaves the connection clean")
    func cancelRows() async throws {
        try await TestServer.mysql.withConnection { connection in
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
            let task = Task {
                var count = 0
                for try await _ in try await connection.query(Self.endless) {
                    count += 1
                    if count == 10 { continuation.yield() }
                }
                return count
            }
            for await _ in stream { break }
            task.cancel()
            let error = await #expect(throws: MySQLError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.connectionUsable == true)
            try await Self.expectClean(connection)
        }
    }

    @Test("Cancelling LOAD DATA keeps nothing of it")
    func cancelLoad() async throws {
        try await TestServer.mysql.withConnection(localInfile: true) { connection in
            try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY)")
            let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
            let (started, start) = AsyncStream.makeStream(of: Void.self)
            let source = stream.map { chunk in
                start.yield()
                return chunk
            }
            let task = Task {
                try await connection.loadLocal("LOAD DATA LOCAL INFILE 'x' INTO TABLE t", from: source)
            }
            continuation.yield(ByteBuffer(string: "1\n2\n"))
            for await _ in started { break }
            task.cancel()
            let error = await #expect(throws: MySQLError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            #expect(error?.connectionUsable == false)
            let counts = try await MySQLConnection.withConnection(connection.configuration) { other in
                try await other.query("SELECT COUNT(*) FROM t").decode(Int.self).collect()
            }
            #expect(counts == [0])
        }
    }

    @Test("A killed connection says so, and nothing was executed")
    func killed() async throws {
        try await TestServer.mysql.withConnection { connection in
            try await MySQLConnection.withConnection(TestServer.mysql.configuration) { other in
                try await other.execute("KILL \(unescaped: String(connection.connectionID))", mode: .text)
            }
            let error = await #expect(throws: MySQLError.self) {
                while true { try await connection.execute("DO 1") }
            }
            #expect(error?.code == .connectionClosed || error?.code == .server)
            #expect(error?.connectionUsable == false)
            #expect(error?.isTransient == true)
        }
    }

    @Test("An idle connection that the server gave up tells the server's reason")
    func idleTimeout() async throws {
        try await TestServer.mysql.withConnection { connection in
            try await connection.execute("SET SESSION wait_timeout = 1")
            try await MySQLConnection.withConnection(TestServer.mysql.configuration) { watcher in
                let open: MySQLQuery = """
                    SELECT COUNT(*) FROM performance_schema.processlist WHERE id = \(connection.connectionID)
                    """
                while try await watcher.query(open).decode(Int.self).collect() == [1] { continue }
            }
            let error = await #expect(throws: MySQLError.self) { try await connection.execute("DO 1") }
            #expect(error?.serverError?.number == 4031)
            #expect(error?.mayHaveExecuted == false)
            #expect(error?.isTransient == true)
        }
    }

    @Test("A local file asked for by a later statement is refused too")
    func laterLocalInfile() async throws {
        try await Self.withConnection { configuration in
            configuration.allowsLocalInfile = true
            configuration.allowsMultipleStatements = true
        } body: { connection in
            try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY, name TEXT)")
            let rows = try await connection.query("SELECT 1; LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t")
            _ = try? await rows.collect()
            #expect(try await connection.query("SELECT COUNT(*) FROM t").decode(Int.self).collect() == [0])
        }
    }

    @Test("Statements are closed when they fall out of the cache, and prepared again after a reset")
    func statementCache() async throws {
        try await Self.withConnection { configuration in
            configuration.statementCacheCapacity = 3
        } body: { connection in
            for _ in 0..<2 {
                for number in 0..<10 {
                    let sql = MySQLQuery(unsafeSQL: "SELECT \(number)")
                    #expect(try await connection.query(sql, mode: .prepared).decode(Int.self).collect() == [number])
                }
            }
            let count: MySQLQuery = """
                SELECT COUNT(*) FROM performance_schema.prepared_statements_instances i
                JOIN performance_schema.threads t ON t.thread_id = i.owner_thread_id
                WHERE t.processlist_id = CONNECTION_ID()
                """
            #expect(try await connection.query(count).decode(Int.self).collect() == [3])
            try await connection.reset()
            #expect(try await connection.query("SELECT 9", mode: .prepared).decode(Int.self).collect() == [9])
            try await connection.execute("CREATE TABLE t (a INT)")
            try await connection.execute("INSERT INTO t VALUES (1)")
            #expect(try await connection.query("SELECT * FROM t", mode: .prepared).collect().first?.columns.count == 1)
            try await connection.execute("ALTER TABLE t ADD b INT DEFAULT 5")
            #expect(try await connection.query("SELECT * FROM t", mode: .prepared).collect().first?.columns.count == 2)
        }
    }

    @Test("Text travels as utf8mb4, also after a reset")
    func characterSet() async throws {
        try await TestServer.mysql.withConnection { connection in
            let sets: MySQLQuery = "SELECT @@character_set_client, @@character_set_connection, @@character_set_results"
            for _ in 0..<2 {
                let names = try await connection.query(sets).decode((String, String, String).self).collect()
                #expect(names.first.map { [$0.0, $0.1, $0.2] } == ["utf8mb4", "utf8mb4", "utf8mb4"])
                try await connection.reset()
            }
        }
    }

    @Test("A statement larger than max_allowed_packet is not sent")
    func tooLarge() async throws {
        try await TestServer.mysql.withConnection { connection in
            let limit = try await connection.query("SELECT @@max_allowed_packet").decode(Int.self).collect().first ?? 0
            let error = await #expect(throws: MySQLError.self) {
                try await connection.query("SELECT LENGTH(\([UInt8](repeating: 1, count: limit)))")
            }
            #expect(error?.code == .packetTooLarge)
            try await connection.ping()
        }
    }

    @Test("Closing takes no time", arguments: [MySQLConfiguration.TLSMode.disabled, .required])
    func close(_ mode: MySQLConfiguration.TLSMode) async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.tlsMode = mode
        configuration.allowsPublicKeyRetrieval = true
        let connection = try await MySQLConnection.connect(configuration)
        try await connection.execute("DO 1")
        let start = ContinuousClock.now
        await connection.close()
        #expect(ContinuousClock.now - start < .seconds(1))
    }
}
