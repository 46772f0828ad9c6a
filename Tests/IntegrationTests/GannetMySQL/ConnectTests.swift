import GannetMySQL
import GannetTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ConnectTests {
    private static func answer(_ configuration: MySQLConfiguration) async throws -> Int? {
        try await MySQLConnection.withConnection(configuration) { connection in
            try await connection.query("SELECT 42").decode(Int.self).collect().first
        }
    }

    @Test("Connects in every TLS mode", arguments: MySQLConfiguration.TLSMode.allCases)
    func tlsModes(_ mode: MySQLConfiguration.TLSMode) async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.tlsMode = mode
        configuration.caFile = try TestServer.mysqlCA
        configuration.allowsPublicKeyRetrieval = mode == .disabled
        #expect(try await Self.answer(configuration) == 42)
    }

    @Test("Without the CA there is no connection", arguments: [MySQLConfiguration.TLSMode.verifyCA, .verifyIdentity])
    func untrusted(_ mode: MySQLConfiguration.TLSMode) async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.tlsMode = mode
        let error = await #expect(throws: MySQLError.self) { try await Self.answer(configuration) }
        #expect(error?.code == .tlsFailed)
        #expect(error?.message.contains("ssl-ca") == true)
    }

    @Test("A name that the certificate does not have fails VERIFY_IDENTITY, although it leads to the right address")
    func otherName() async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.caFile = try TestServer.mysqlCA
        guard case .tcp(_, let port) = configuration.endpoint else { return }
        // Old-fashioned spelling of 127.0.0.1 that the resolver knows; it is a name to a certificate.
        configuration.endpoint = .tcp(host: "127.1", port: port)
        configuration.tlsMode = .verifyCA
        #expect(try await Self.answer(configuration) == 42)
        configuration.tlsMode = .verifyIdentity
        let error = await #expect(throws: MySQLError.self) { try await Self.answer(configuration) }
        #expect(error?.code == .tlsFailed)
        #expect(error?.message.contains("another host") == true)
        configuration.endpoint = .tcp(host: "localhost", port: port)
        #expect(try await Self.answer(configuration) == 42)
    }

    @Test("Connects over the unix socket")
    func unixSocket() async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.endpoint = .unixSocket(path: try TestServer.mysqlSocket)
        #expect(try await Self.answer(configuration) == 42)
    }

    @Test("A wrong password is the server's error, names the user and not the password")
    func wrongPassword() async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.password = "hunter2"
        let error = await #expect(throws: MySQLError.self) { try await Self.answer(configuration) }
        #expect(error?.serverError?.number == 1045)
        #expect(error?.description.contains("root") == true)
        #expect(error?.debugDescription.contains("hunter2") == false)
    }

    @Test("A missing database and a closed port are clear errors")
    func missing() async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.database = "no_such_database"
        let unknown = await #expect(throws: MySQLError.self) { try await Self.answer(configuration) }
        #expect(unknown?.serverError?.number == 1049)
        configuration.endpoint = .tcp(host: "127.0.0.1", port: 1)
        let refused = await #expect(throws: MySQLError.self) { try await Self.answer(configuration) }
        #expect(refused?.code == .connectFailed)
        #expect(refused?.isTransient == true)
    }

    @Test("A connection that nobody holds any more is closed")
    func dropped() async throws {
        let id = try await MySQLConnection.connect(TestServer.mysql.configuration).connectionID
        try await MySQLConnection.withConnection(TestServer.mysql.configuration) { watcher in
            let open: MySQLQuery = "SELECT COUNT(*) FROM performance_schema.processlist WHERE id = \(id)"
            while try await watcher.query(open).decode(Int.self).collect() == [1] { continue }
        }
    }

    @Test("MariaDB with mysql_native_password", arguments: [MySQLQueryMode.text, .prepared])
    func mariadb(_ mode: MySQLQueryMode) async throws {
        try await TestServer.mariadb.withConnection { connection in
            #expect(connection.serverVersion.isMariaDB)
            #expect(connection.serverVersion.isAtLeast(10, 11))
            let rows = try await connection.query("SELECT 1, 'é'", mode: mode).decode((Int, String).self).collect()
            #expect(rows.first?.1 == "é")
        }
    }
}
