import Foundation
import GannetLoad
import GannetMigrate
import GannetMySQL
import GannetTestSupport
import NIOCore
import Synchronization
import Testing

/// CSV from memory, which stands for a file that can be read again.
private struct MemorySource: LoadSource {
    var name: String
    var csv: String
    var tableName: String? { self.name }
    var byteCount: Int64? { Int64(self.csv.utf8.count) }
    var identity: String? { "v\(self.csv.utf8.count)" }

    func read(from offset: Int64) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(ByteBuffer(bytes: Array(self.csv.utf8.dropFirst(Int(offset)))))
            continuation.finish()
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct BulkLoaderTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    private static func count(_ table: String, _ configuration: MySQLConfiguration) async throws -> Int? {
        try await MySQLConnection.withConnection(configuration) { connection in
            try await connection.query("SELECT COUNT(*) FROM \(identifier: table)").decode(Int.self).collect().first
        }
    }

    @Test("All seeds arrive once, in either way and on a second run", arguments: LoadWay.allCases)
    func seeds(_ way: LoadWay) async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await Migrator(
                configuration: configuration,
                files: try MigrationFile.load(from: Self.root + "/migrations")
            ).up()
            let sources = try ["order_items", "inventory", "orders", "products", "users"].map {
                try FileSource(path: "\(Self.root)/seeds/\($0).csv")
            }
            var options = BulkLoader.Options()
            options.way = way
            let loader = BulkLoader(configuration: configuration, sources: sources, options: options)
            let loaded = try await loader.run()
            #expect(loaded.map(\.rowCount).reduce(0, +) == 4_558)
            #expect(loaded.allSatisfy { $0.isVerified == true })
            let renamed = try FileSource(path: "\(Self.root)/seeds/../seeds/./users.csv")
            let again = try await BulkLoader(configuration: configuration, sources: sources + [renamed]).run()
            #expect(again.allSatisfy { $0.newRowCount == 0 })
            #expect(try await Self.count("order_items", configuration) == 2_262)
            let isWhole = try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.query(
                    """
                    SELECT SUM(bio IS NULL) > 0, SUM(bio = '') > 0, SUM(bio LIKE '%\n%') > 0, SUM(bio LIKE '%🐈%') > 0,
                        SUM(bio LIKE '%Back\\\\\\\\slash%') > 0, SUM(full_name LIKE '%"%') > 0
                    FROM users
                    """
                ).decode((Bool, Bool, Bool, Bool, Bool, Bool).self).collect()
            }
            #expect(isWhole.first.map { $0 == ((true, true, true, true, true, true)) } == true)
        }
    }

    struct BadCSV: CustomTestStringConvertible {
        var testDescription: String
        var csv: String
        var code: LoadError.Code
        var line: Int?
        var column: String?
    }

    static let badCSVs = [
        BadCSV(testDescription: "short row", csv: "id,name\n1,a\n2\n", code: .malformedCSV, line: 3),
        BadCSV(testDescription: "bad number", csv: "id,name\n1,a\nx,b\n", code: .invalidValue, line: 3, column: "id"),
        BadCSV(
            testDescription: "too long",
            csv: "id,name\n1,abcdefghijk\n",
            code: .invalidValue,
            line: 2,
            column: "name"
        ),
        BadCSV(
            testDescription: "NULL where none may be",
            csv: "id,name\n,a\n",
            code: .invalidValue,
            line: 2,
            column: "id"
        ),
        BadCSV(testDescription: "unknown column", csv: "id,nam\n1,a\n", code: .mapping, line: 1, column: "nam"),
        BadCSV(testDescription: "missing column", csv: "name\na\n", code: .mapping, line: 1, column: "id"),
        BadCSV(
            testDescription: "duplicate key",
            csv: "id,name\n1,a\n2,b\n\"3\",\"c\nd\"\n2,e\n4,f\n",
            code: .rejectedByServer,
            line: 6
        ),
        BadCSV(
            testDescription: "foreign key",
            csv: "id,parent\n1,\n2,1\n3,77\n4,1\n",
            code: .rejectedByServer,
            line: 4
        ),
        BadCSV(testDescription: "CHECK", csv: "id,positive\n1,5\n2,-5\n", code: .rejectedByServer, line: 3),
    ]

    @Test("Bad data stops the load at its line and leaves nothing", arguments: badCSVs, LoadWay.allCases)
    func badData(_ sample: BadCSV, _ way: LoadWay) async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.execute(
                    """
                    CREATE TABLE t (id INT NOT NULL PRIMARY KEY, name VARCHAR(10) NULL, parent INT NULL, positive INT NULL,
                        FOREIGN KEY (parent) REFERENCES t (id), CHECK (positive > 0))
                    """
                )
            }
            var options = BulkLoader.Options()
            options.way = way
            let source = MemorySource(name: "t", csv: sample.csv)
            let loader = BulkLoader(configuration: configuration, sources: [source], options: options)
            let error = await #expect(throws: LoadError.self) { try await loader.run() }
            #expect(error?.code == sample.code, "\(error?.description ?? "")")
            #expect(error?.line == sample.line)
            #expect(error?.column == sample.column)
            #expect(try await Self.count("t", configuration) == 0)
        }
    }

    @Test("A connection killed at any chunk loses nothing and doubles nothing")
    func killed() async throws {
        // Rows of about 1 kB, so that there are several chunks.
        let rowCount = 30_000
        let text = String(repeating: "x", count: 1000)
        let csv = "id,name\n" + (1...rowCount).map { "\($0),\(text)\n" }.joined()
        for victim in 1...3 {
            try await TestServer.mysql.withDatabase { configuration in
                try await MySQLConnection.withConnection(configuration) { connection in
                    try await connection.execute("CREATE TABLE t (id INT NOT NULL PRIMARY KEY, name VARCHAR(1000))")
                }
                let commits = Mutex(0)
                let kill = Mutex<Task<Void, any Error>?>(nil)
                let source = MemorySource(name: "t", csv: csv)
                let loader = BulkLoader(configuration: configuration, sources: [source]) { event in
                    guard case .committed = event else { return }
                    let isVictim = commits.withLock { commits in
                        commits += 1
                        return commits == victim
                    }
                    if isVictim { kill.withLock { $0 = Task { try await Self.killOthers(configuration) } } }
                }
                let loaded = try await loader.run()
                try await kill.withLock { $0 }?.value
                #expect(loaded.first?.rowCount == rowCount)
                #expect(try await Self.count("t", configuration) == rowCount)
            }
        }
    }

    @Test("One empty string in the only column is a row", arguments: LoadWay.allCases)
    func emptyStrings(_ way: LoadWay) async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.execute("CREATE TABLE t (name VARCHAR(10) NOT NULL)")
            }
            var options = BulkLoader.Options()
            options.way = way
            let source = MemorySource(name: "t", csv: "name\n\"\"\na\n\"\"\n")
            let loaded = try await BulkLoader(configuration: configuration, sources: [source], options: options).run()
            #expect(loaded.first?.rowCount == 3)
            #expect(try await Self.count("t", configuration) == 3)
        }
    }

    @Test("A connection lost behind the last commit does not load twice what is to be loaded again")
    func killedWhileRepeating() async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.execute("CREATE TABLE base (id INT)")
                // Counting the row takes as long as the kill needs to arrive.
                try await connection.execute("CREATE VIEW t AS SELECT id FROM base WHERE SLEEP(2) = 0")
            }
            let kill = Mutex<Task<Void, any Error>?>(nil)
            var options = BulkLoader.Options()
            options.repeats = true
            let source = MemorySource(name: "t", csv: "id\n1\n")
            let loader = BulkLoader(configuration: configuration, sources: [source], options: options) { event in
                guard case .committed = event else { return }
                kill.withLock { $0 = $0 ?? Task { try await Self.killOthers(configuration) } }
            }
            _ = try await loader.run()
            try await kill.withLock { $0 }?.value
            #expect(try await Self.count("base", configuration) == 1)
        }
    }

    private static func killOthers(_ configuration: MySQLConfiguration) async throws {
        try await MySQLConnection.withConnection(configuration) { connection in
            let ids = try await connection.query(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            ).decode(UInt64.self).collect()
            for id in ids {
                // The loader may have gone by itself (1094).
                _ = try? await connection.execute("KILL \(unescaped: String(id))")
            }
        }
    }

    @Test("Binary, bit and temporal values arrive as they were written")
    func types() async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.execute(
                    """
                    CREATE TABLE t (id INT PRIMARY KEY, d DECIMAL(65,30), f DOUBLE, b VARBINARY(8), bits BIT(9), day DATE,
                        moment DATETIME(6), span TIME(3), y YEAR, e ENUM('a','it''s'), s SET('x','y'), j JSON, u BIGINT UNSIGNED)
                    """
                )
            }
            let csv = """
                id,d,f,b,bits,day,moment,span,y,e,s,j,u
                1,-12345678901234567890123456789012345.123456789012345678901234567890,1.5e-300,a'\\é,511,2024-02-29,\
                1000-01-01 00:00:00.000001,-838:59:59.000,2155,it's,"x,y","{""a"": [1, ""é""]}",18446744073709551615

                """
            for way in LoadWay.allCases {
                var options = BulkLoader.Options()
                options.way = way
                options.repeats = true
                _ = try await BulkLoader(
                    configuration: configuration,
                    sources: [MemorySource(name: "t", csv: csv)],
                    options: options
                ).run()
                let values = try await MySQLConnection.withConnection(configuration) { connection in
                    let values = try await connection.query("SELECT * FROM t").collect().first?.values()
                    try await connection.execute("DELETE FROM t")
                    return values
                }
                #expect(
                    values?.map(\.description) == [
                        "1", "-12345678901234567890123456789012345.123456789012345678901234567890", "1.5e-300",
                        "0x61275CC3A9", "0x01FF", "2024-02-29", "1000-01-01 00:00:00.000001", "-838:59:59", "2155",
                        "it's", "x,y", "{\"a\": [1, \"é\"]}", "18446744073709551615",
                    ]
                )
            }
        }
    }
}
