import Foundation
import GannetMySQL
import GannetTestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct AuthenticationTests {
    enum Path: String, CaseIterable {
        case tls, unixSocket, retrievedKey, pinnedKey

        func apply(to configuration: inout MySQLConfiguration) throws {
            configuration.tlsMode = self == .tls ? .required : .disabled
            switch self {
            case .tls: return
            case .unixSocket: configuration.endpoint = .unixSocket(path: try TestServer.mysqlSocket)
            case .retrievedKey: configuration.allowsPublicKeyRetrieval = true
            case .pinnedKey: configuration.serverPublicKeyFile = try TestServer.mysqlPublicKey
            }
        }
    }

    /// Makes an account, lends its configuration and drops it afterwards.
    private static func withAccount(
        plugin: String,
        password: String,
        _ body: (MySQLConfiguration, MySQLConnection) async throws -> Void
    ) async throws {
        let root = try TestServer.mysql.configuration
        try await MySQLConnection.withConnection(root) { connection in
            let name = "u" + String(UUID().uuidString.filter { $0 != "-" }.prefix(24))
            let account = "'\(name)'@'%'"
            let escaped = password.replacing("'", with: "''")
            try await connection.execute(
                "CREATE USER \(unescaped: account) IDENTIFIED WITH \(unescaped: plugin) BY '\(unescaped: escaped)'",
                mode: .text
            )
            var configuration = root
            configuration.user = name
            configuration.password = password.isEmpty ? nil : MySQLPassword(password)
            let result: Result<Void, any Error>
            do { result = .success(try await body(configuration, connection)) } catch { result = .failure(error) }
            try await connection.execute("DROP USER \(unescaped: account)", mode: .text)
            try result.get()
        }
    }

    @Test(
        "Every way to log in, with and without the server's cache",
        arguments: Path.allCases,
        ["", "secret", "pässwörd ' 🐦", String(repeating: "long ", count: 12)]
    )
    func cachingSHA2(_ path: Path, _ password: String) async throws {
        try await Self.withAccount(plugin: "caching_sha2_password", password: password) { configuration, _ in
            var configuration = configuration
            try path.apply(to: &configuration)
            // The first is not in the cache, the second is.
            for _ in 0..<2 {
                try await MySQLConnection.withConnection(configuration) { connection in
                    let users = try await connection.query("SELECT CURRENT_USER()").decode(String.self).collect()
                    #expect(users == [configuration.user + "@%"])
                }
            }
            configuration.password = "wrong"
            let error = await #expect(throws: MySQLError.self) {
                try await MySQLConnection.withConnection(configuration) { _ in }
            }
            #expect(error?.serverError?.number == 1045)
        }
    }

    @Test("Without TLS or a key, the password is not sent; from the cache on it need not be")
    func plain() async throws {
        try await Self.withAccount(plugin: "caching_sha2_password", password: "secret") { configuration, _ in
            var plain = configuration
            plain.tlsMode = .disabled
            let error = await #expect(throws: MySQLError.self) {
                try await MySQLConnection.withConnection(plain) { _ in }
            }
            #expect(error?.code == .insecureTransport)
            try await MySQLConnection.withConnection(configuration) { _ in }
            try await MySQLConnection.withConnection(plain) { try await $0.ping() }
        }
    }

    // Its key pair is another than the one pinned in these tests.
    @Test("sha256_password", arguments: [Path.tls, .unixSocket, .retrievedKey])
    func sha256(_ path: Path) async throws {
        try await Self.withAccount(plugin: "sha256_password", password: "secret") { configuration, _ in
            var configuration = configuration
            try path.apply(to: &configuration)
            try await MySQLConnection.withConnection(configuration) { try await $0.ping() }
        }
    }

    @Test("Each connection asks the password's provider anew")
    func provider() async throws {
        try await Self.withAccount(plugin: "caching_sha2_password", password: "first") { configuration, root in
            var configuration = configuration
            let name = configuration.user
            let (passwords, continuation) = AsyncStream.makeStream(of: String.self)
            configuration.password = MySQLPassword(provider: {
                for await password in passwords { return password }
                return ""
            })
            continuation.yield("first")
            try await MySQLConnection.withConnection(configuration) { try await $0.ping() }
            try await root.execute("ALTER USER '\(unescaped: name)'@'%' IDENTIFIED BY 'second'", mode: .text)
            continuation.yield("second")
            try await MySQLConnection.withConnection(configuration) { try await $0.ping() }
        }
    }

    @Test("An account whose password has expired gets the server's reason")
    func expired() async throws {
        try await Self.withAccount(plugin: "caching_sha2_password", password: "secret") { configuration, root in
            try await root.execute("ALTER USER '\(unescaped: configuration.user)'@'%' PASSWORD EXPIRE", mode: .text)
            let error = await #expect(throws: MySQLError.self) {
                try await MySQLConnection.withConnection(configuration) { try await $0.execute("DO 1") }
            }
            #expect(error?.serverError?.number == 1862 || error?.serverError?.number == 1820)
        }
    }

    @Test("Connection attributes arrive")
    func attributes() async throws {
        var configuration = try TestServer.mysql.configuration
        configuration.connectionAttributes = ["program_name": "tests", "long": String(repeating: "x", count: 300)]
        try await MySQLConnection.withConnection(configuration) { connection in
            let query: MySQLQuery = """
                SELECT attr_name, LENGTH(attr_value) FROM performance_schema.session_connect_attrs
                WHERE processlist_id = CONNECTION_ID() AND attr_name IN ('program_name', 'long') ORDER BY 1
                """
            let found = try await connection.query(query).decode((String, Int).self).collect()
            #expect(found.map(\.0) == ["long", "program_name"])
            #expect(found.map(\.1) == [300, 5])
        }
    }
}
