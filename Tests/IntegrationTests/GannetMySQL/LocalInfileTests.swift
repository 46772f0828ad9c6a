import GannetMySQL
import GannetTestSupport
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct LocalInfileTests {
    private static let load: MySQLQuery = "LOAD DATA LOCAL INFILE 'x' INTO TABLE t"

    private static func withTable(_ body: (MySQLConnection) async throws -> Void) async throws {
        try await TestServer.mysql.withConnection(localInfile: true) { connection in
            try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY)")
            try await body(connection)
        }
    }

    private static func expectEmpty(_ connection: MySQLConnection) async throws {
        let counts = try await connection.query("SELECT COUNT(*) FROM t").decode(Int.self).collect()
        #expect(counts == [0])
    }

    @Test("More packets than there are sequence numbers arrive")
    func manyPackets() async throws {
        try await Self.withTable { connection in
            let source = AsyncStream<ByteBuffer> { continuation in
                for number in 0..<1000 { continuation.yield(ByteBuffer(string: "\(number)\n")) }
                continuation.finish()
            }
            let result = try await connection.loadLocal(Self.load, from: source)
            #expect(result.affectedRows == 1000)
        }
    }

    @Test("A source that fails is reported, and a transaction around it takes its rows back")
    func failingSource() async throws {
        struct Broken: Error {}
        try await Self.withTable { connection in
            let source = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
                continuation.yield(ByteBuffer(string: "5000\n"))
                continuation.finish(throwing: Broken())
            }
            let error = await #expect(throws: MySQLError.self) {
                try await connection.withTransaction { try await $0.loadLocal(Self.load, from: source) }
            }
            #expect(error?.code == .localInfileSourceFailed)
            #expect(error?.underlying is Broken)
            try await Self.expectEmpty(connection)
        }
    }

    @Test("A missing table and a statement that loads nothing are errors; the connection lives on")
    func wrongStatements() async throws {
        try await Self.withTable { connection in
            let missing = await #expect(throws: MySQLError.self) {
                try await connection.loadLocal("LOAD DATA LOCAL INFILE 'x' INTO TABLE nothing", from: ByteBuffer())
            }
            #expect(missing?.serverError?.number == 1146)
            let other = await #expect(throws: MySQLError.self) {
                try await connection.loadLocal("DO 1", from: ByteBuffer(string: "1\n"))
            }
            #expect(other?.code == .invalidArgument)
            try await Self.expectEmpty(connection)
        }
    }
}
