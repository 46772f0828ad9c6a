import NIOCore
import Testing

@testable import GannetMySQL

@Suite(.timeLimit(.minutes(1))) struct HostileServerTests {
    typealias Step = ScriptedServer.Step

    static func packet(_ sequence: UInt8, _ payload: [UInt8]) -> Step {
        .send(PacketFramerTests.packet(sequence, payload))
    }

    static func greeting(without missing: Capabilities = []) -> Step {
        Self.packet(0, Array(HandshakeMachineTests.greeting(without: missing).readableBytesView))
    }

    static let ok: [UInt8] = [0, 0, 0, 2, 0, 0, 0]
    static let error: [UInt8] = [0xFF, 0x25, 0x05] + Array("#70100Interrupted".utf8)

    /// From the greeting to the answer to SET NAMES.
    static let login: [Step] = [
        greeting(), .receive, packet(2, [1, 3]), packet(3, ok), .receive, packet(1, ok),
    ]
    /// One column, then the first row.
    static let firstRow: [Step] = [
        .receive, packet(1, [1]), packet(2, ColumnDefinitionTests.definition(charset: 45)), packet(3, [1, 65]),
    ]

    private static func connectError(
        _ script: [Step],
        required: Bool = false,
        timeout: Duration = .seconds(20)
    ) async throws -> MySQLError? {
        try await ScriptedServer.withServer(script, connectTimeout: timeout) { _, configuration in
            var configuration = configuration
            if required { configuration.tlsMode = .required }
            return await #expect(throws: MySQLError.self) {
                try await MySQLConnection.withConnection(configuration) { _ in }
            }
        }
    }

    /// Where a server stops answering, and what the error says then.
    struct Hang: CustomTestStringConvertible {
        var testDescription: String
        var script: [Step]
        var isTLSRequired = false
        var message: String
    }

    static let hangs = [
        Hang(testDescription: "at once", script: [], message: "sent no greeting within 2.0 seconds"),
        Hang(
            testDescription: "after the TLS request",
            script: [greeting(), .receive],
            isTLSRequired: true,
            message: "the TLS handshake did not finish"
        ),
        Hang(
            testDescription: "after the scramble",
            script: [greeting(), .receive],
            message: "authentication did not finish"
        ),
        Hang(testDescription: "after the login", script: login.dropLast(), message: "did not answer"),
    ]

    @Test("A server that stops answering is left after the time, and the error names the step", arguments: hangs)
    func silence(_ hang: Hang) async throws {
        let error = try await Self.connectError(hang.script, required: hang.isTLSRequired, timeout: .seconds(2))
        #expect(error?.code == .connectTimeout)
        #expect(error?.message.contains(hang.message) == true)
        #expect(error?.isTransient == true && error?.connectionUsable == false && error?.mayHaveExecuted == false)
    }

    @Test("A server that closes at any step is an error at once", arguments: 0..<HostileServerTests.login.count)
    func closes(_ stepCount: Int) async throws {
        let error = try await Self.connectError(Self.login.prefix(stepCount) + [.close])
        #expect(error?.code == .connectionClosed)
        #expect(error?.isTransient == true)
    }

    @Test("An error instead of the greeting is the server's")
    func tooManyConnections() async throws {
        let packet = Self.packet(0, [0xFF, 0x10, 0x04] + Array("Too many connections".utf8))
        let error = try await Self.connectError([packet, .close])
        #expect(error?.serverError?.number == 1040)
        #expect(error?.isTransient == true)
    }

    @Test("Something that is no MySQL server is an error")
    func otherProtocol() async throws {
        let error = try await Self.connectError([.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)), .close])
        #expect(error?.code == .malformedPacket || error?.code == .connectionClosed)
    }

    @Test("Without TLS from the server, REQUIRED sends nothing at all")
    func downgrade() async throws {
        try await ScriptedServer.withServer([Self.greeting(without: .tls), .receive]) { server, configuration in
            var configuration = configuration
            configuration.tlsMode = .required
            let error = await #expect(throws: MySQLError.self) {
                try await MySQLConnection.withConnection(configuration) { _ in }
            }
            #expect(error?.code == .tlsFailed)
            #expect(server.received.isEmpty)
        }
    }

    @Test("Bytes slipped in between the TLS request and TLS are not taken for packets")
    func injection() async throws {
        try await ScriptedServer.withServer(
            [Self.greeting(), .receive, Self.packet(2, Self.ok), Self.packet(3, Self.ok), .receive]
        ) { server, configuration in
            var configuration = configuration
            configuration.tlsMode = .required
            let error = await #expect(throws: MySQLError.self) {
                try await MySQLConnection.withConnection(configuration) { _ in }
            }
            #expect(error?.code == .tlsFailed)
            #expect(server.received.first?.count == 32)
        }
    }

    @Test("A file asked for during any statement is refused with an empty packet")
    func localInfile() async throws {
        let request = Self.packet(1, [0xFB] + Array("/etc/passwd".utf8))
        let script =
            Self.login + [.receive, request, .receive, Self.packet(3, Self.ok), .receive, Self.packet(1, Self.ok)]
        try await ScriptedServer.withServer(script) { server, configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                let error = await #expect(throws: MySQLError.self) { try await connection.execute("SELECT 1") }
                #expect(error?.code == .localInfileRefused)
                #expect(server.received.last == [])
                try await connection.ping()
            }
        }
    }

    @Test("An error after rows keeps the rows and the connection")
    func errorAfterRows() async throws {
        let script = Self.login + Self.firstRow + [Self.packet(4, Self.error), .receive, Self.packet(1, Self.ok)]
        try await ScriptedServer.withServer(script) { _, configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                var rows: [String] = []
                let error = await #expect(throws: MySQLError.self) {
                    for try await row in try await connection.query("SELECT a FROM t WHERE b = 'hidden'") {
                        rows.append(try row.decode(String.self, at: 0))
                    }
                }
                #expect(rows == ["A"])
                #expect(error?.serverError?.number == 1317)
                #expect(error?.statement == "SELECT a FROM t WHERE b = ?")
                try await connection.ping()
            }
        }
    }

    @Test("A server that dies among rows, or counts wrong, ends the connection", arguments: [true, false])
    func brokenRows(_ dies: Bool) async throws {
        let script = Self.login + Self.firstRow + [dies ? .close : Self.packet(9, [1, 66])]
        try await ScriptedServer.withServer(script) { _, configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                let error = await #expect(throws: MySQLError.self) {
                    try await connection.query("SELECT 1").collect()
                }
                #expect(error?.code == (dies ? .connectionClosed : .malformedPacket))
                #expect(error?.connectionUsable == false && error?.mayHaveExecuted == true)
                let next = await #expect(throws: MySQLError.self) { try await connection.ping() }
                #expect(next?.mayHaveExecuted == false)
            }
        }
    }

    @Test("The reason a server gives before it closes an idle connection reaches the next command")
    func unsolicitedError() async throws {
        let reason = Self.packet(0, [0xFF, 0xBF, 0x0F] + Array("#HY000Idle too long".utf8))
        try await ScriptedServer.withServer(Self.login + [reason, .close]) { _, configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                // The first ping may still be sent before the packet arrives; it gets the packet as its answer.
                let error = await #expect(throws: MySQLError.self) {
                    while true { try await connection.ping() }
                }
                #expect(error?.serverError?.number == 4031)
                #expect(error?.connectionUsable == false && error?.isTransient == true)
            }
        }
    }

    @Test("A statement that cannot be killed is not waited for either")
    func unkillable() async throws {
        try await ScriptedServer.withServer(Self.login + [.receive], connectTimeout: .seconds(2)) { _, configuration in
            let connection = try await MySQLConnection.connect(configuration)
            let error = await #expect(throws: MySQLError.self) {
                try await connection.execute("SELECT 1", timeout: .milliseconds(50))
            }
            #expect(error?.code == .timeout)
            #expect(error?.connectionUsable == false && error?.mayHaveExecuted == true)
            await connection.close()
        }
    }

    @Test("Cancelling a connect that hangs ends it at once")
    func cancelConnect() async throws {
        try await ScriptedServer.withServer([Self.greeting(), .receive]) { server, configuration in
            var configuration = configuration
            configuration.connectTimeout = .seconds(50)
            let task = Task { [configuration] in try await MySQLConnection.connect(configuration) }
            while server.received.isEmpty { await Task.yield() }
            task.cancel()
            let error = await #expect(throws: MySQLError.self) { _ = try await task.value }
            #expect(error?.code == .cancelled)
        }
    }

    @Test("No error shows the password")
    func secrets() async throws {
        for count in 0..<Self.login.count {
            let error = try await Self.connectError(Self.login.prefix(count) + [.close])
            #expect(error.map { "\($0) \(String(reflecting: $0))".contains("secret") } == false)
        }
    }
}
