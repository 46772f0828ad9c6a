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

    @Test("Verifying without the CA fails; so does the wrong host name", arguments: [true, false])
    func verification(_ isIdentity: Bool) async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.tlsMode = isIdentity ? .verifyIdentity : .verifyCA
        if isIdentity {
            configuration.caFile = try TestServer.mysqlCA
            guard case .tcp(_, let port) = configuration.endpoint else { return }
            configuration.endpoint = .tcp(host: "127.0.0.2", port: port)
        }
        let error = await #expect(throws: MySQLError.self) { try await Self.answer(configuration) }
        #expect(error?.code == .tlsFailed || error?.code == .connectFailed)
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
