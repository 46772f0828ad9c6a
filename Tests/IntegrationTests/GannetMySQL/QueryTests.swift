import GannetMySQL
import GannetTestSupport
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(2))) struct QueryTests {
    @Test("Rows come back in both protocols", arguments: [MySQLQueryMode.text, .prepared])
    func rows(_ mode: MySQLQueryMode) async throws {
        try await TestServer.mysql.withConnection { connection in
            let rows = try await connection.query("SELECT 1, 'zwölf', NULL, 18446744073709551615", mode: mode)
            let values = try await rows.decode((Int, String, String?, UInt64).self).collect()
            #expect(values.count == 1)
            #expect(values[0] == (1, "zwölf", nil, .max))
        }
    }

    @Test("Interpolated values are bound, never pasted")
    func binds() async throws {
        try await TestServer.mysql.withConnection { connection in
            let evil = "x'; DROP TABLE t; -- "
            try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(64))")
            let noName: String? = nil
            let insert: MySQLQuery = "INSERT INTO t VALUES (\(1), \(evil)), (\(2), \(noName))"
            let inserted = try await connection.execute(insert)
            #expect(inserted.affectedRows == 2)
            let names = try await connection.query(
                "SELECT name FROM t WHERE id IN (\(list: [1, 2])) ORDER BY id LIMIT \(5)"
            )
            .decode(String?.self).collect()
            #expect(names == [evil, nil])
        }
    }

    @Test("A server error names number, state and statement without its literals, and leaves the connection usable")
    func serverError() async throws {
        try await TestServer.mysql.withConnection { connection in
            let error = await #expect(throws: MySQLError.self) {
                try await connection.query("SELECT nothing FROM nowhere WHERE secret = 'hunter2'")
            }
            #expect(error?.serverError?.number == 1146)
            #expect(error?.connectionUsable == true)
            #expect(error?.statement == "SELECT nothing FROM nowhere WHERE secret = ?")
            try await connection.ping()
        }
    }

    /// `String(repeating:count:)` appends one by one, which takes seconds for this much.
    private static func text(of character: Unicode.Scalar, count: Int) -> String {
        String(decoding: [UInt8](repeating: UInt8(ascii: character), count: count), as: UTF8.self)
    }

    @Test(
        "Payloads around the packet limit survive both ways",
        arguments: [-1, 0, 1],
        [MySQLQueryMode.text, .prepared]
    )
    func largePayloads(_ offset: Int, _ mode: MySQLQueryMode) async throws {
        try await TestServer.mysql.withConnection { connection in
            for fragments in 1...2 {
                let count = 0xFF_FFFF * fragments + offset
                if mode == .prepared {
                    let sent = Self.text(of: "x", count: count)
                    let back = try await connection.query("SELECT \(sent), 7").decode((String, Int).self).collect()
                    #expect(back.first?.0 == sent)
                    #expect(back.first?.1 == 7)
                } else {
                    // The command byte and the text around the literal make up the rest of the payload.
                    let sql = "SELECT '" + Self.text(of: "y", count: count - 10) + "'"
                    let back = try await connection.query(MySQLQuery(unsafeSQL: sql)).decode(String.self).collect()
                    #expect(back.first?.utf8.count == count - 10)
                }
            }
        }
    }

    @Test("A second command while rows are open is refused; a dropped sequence is drained")
    func busyAndAbandoned() async throws {
        try await TestServer.mysql.withConnection { connection in
            let sql: MySQLQuery = """
                WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) SELECT a.i FROM n a, n b
                """
            do {
                let rows = try await connection.query(sql)
                let error = await #expect(throws: MySQLError.self) { try await connection.execute("DO 1") }
                #expect(error?.code == .connectionBusy)
                #expect(rows.columns.count == 1)
            }
            let one = try await connection.query("SELECT 1").decode(Int.self).collect()
            #expect(one == [1])
        }
    }

    @Test("Every result of a CALL is handed out in order")
    func results() async throws {
        try await TestServer.mysql.withConnection { connection in
            try await connection.execute("CREATE PROCEDURE p(n INT) BEGIN SELECT n; SELECT n + 1, 'b'; END")
            let values = try await connection.withResults("CALL p(\(5))") { results in
                var values: [[MySQLValue]] = []
                while let rows = try await results.next() {
                    for row in try await rows.collect() { values.append(try row.values()) }
                }
                return values
            }
            #expect(values == [[.int(5)], [.int(6), .string("b")]])
            #expect(try await connection.query("CALL p(1)").decode(Int.self).collect() == [1])
            try await connection.ping()
        }
    }

    @Test("LOCAL INFILE data comes from the caller; a name the server sends is never opened")
    func localInfile() async throws {
        try await TestServer.mysql.withConnection(localInfile: true) { connection in
            try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(64))")
            let result = try await connection.loadLocal(
                "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
                from: ByteBuffer(string: "1\tone\n2\t\\N\n")
            )
            #expect(result.affectedRows == 2)
            let error = await #expect(throws: MySQLError.self) {
                try await connection.execute("LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t")
            }
            #expect(error?.code == .localInfileRefused)
            #expect(try await connection.query("SELECT COUNT(*) FROM t").decode(Int.self).collect() == [2])
        }
    }

    @Test("Cancelling stops the statement on the server and leaves the connection clean")
    func cancellation() async throws {
        try await TestServer.mysql.withConnection { connection in
            let task = Task { try await connection.execute("SELECT SLEEP(60)") }
            try await MySQLConnection.withConnection(TestServer.mysql.configuration) { watcher in
                let running: MySQLQuery = """
                    SELECT COUNT(*) FROM performance_schema.processlist
                    WHERE id = \(connection.connectionID) AND info LIKE 'SELECT SLEEP%'
                    """
                var count: [Int] = []
                while count != [1] { count = try await watcher.query(running).decode(Int.self).collect() }
                task.cancel()
                // SLEEP reports success when it is killed, so either outcome is right; only waiting 60 s is not.
                _ = await task.result
                #expect(try await watcher.query(running).decode(Int.self).collect() == [0])
            }
            #expect(try await connection.query("SELECT 3").decode(Int.self).collect() == [3])
        }
    }

    @Test("A transaction commits when its body returns and rolls back when it throws")
    func transactions() async throws {
        struct Stop: Error {}
        try await TestServer.mysql.withConnection { connection in
            try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY)")
            try await connection.withTransaction { try await $0.execute("INSERT INTO t VALUES (1)") }
            await #expect(throws: Stop.self) {
                try await connection.withTransaction { transaction in
                    try await transaction.execute("INSERT INTO t VALUES (2)")
                    throw Stop()
                }
            }
            #expect(try await connection.query("SELECT id FROM t").decode(Int.self).collect() == [1])
        }
    }
}
