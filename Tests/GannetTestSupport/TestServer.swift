import Foundation
public import GannetMySQL

/// The real servers that `scripts/test` starts, found through the environment.
public struct TestServer: Sendable {
    /// A test cannot run because `scripts/test` did not set what it needs.
    public struct Missing: Error, CustomStringConvertible {
        /// Names the variable and the remedy.
        public let description: String
    }

    /// Where the server is, as root.
    public var configuration: MySQLConfiguration

    /// MySQL 9.7.
    public static var mysql: TestServer {
        get throws { try Self(url: Self.variable("MYSQL_URL")) }
    }

    /// MariaDB 10.11.
    public static var mariadb: TestServer {
        get throws { try Self(url: Self.variable("MARIADB_URL")) }
    }

    /// Where MySQL 9.7 listens on this machine's file system.
    public static var mysqlSocket: String {
        get throws { try Self.variable("MYSQL_SOCKET") }
    }

    /// The PEM file of the CA that signed MySQL's certificate, which names localhost and 127.0.0.1.
    public static var mysqlCA: String {
        get throws { try Self.variable("GANNET_TEST_CA") }
    }

    /// The PEM file of MySQL's RSA public key.
    public static var mysqlPublicKey: String {
        get throws { try Self.variable("GANNET_TEST_PUBLIC_KEY") }
    }

    private init(url: String) throws {
        self.configuration = try MySQLConfiguration(url: url)
    }

    /// An environment variable that `scripts/test` sets.
    public static func variable(_ name: String) throws -> String {
        guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
            throw Missing(description: "\(name) is not set; run the tests with scripts/test")
        }
        return value
    }

    /// Makes an empty database, lends its name and drops it afterwards.
    @discardableResult
    public func withDatabase<R>(_ body: (MySQLConfiguration) async throws -> R) async throws -> R {
        let name = "t_" + UUID().uuidString.lowercased().filter { $0 != "-" }
        try await MySQLConnection.withConnection(self.configuration) { connection in
            try await connection.execute("CREATE DATABASE \(identifier: name)")
        }
        var configuration = self.configuration
        configuration.database = name
        let result: Result<R, any Error>
        do { result = .success(try await body(configuration)) } catch { result = .failure(error) }
        try await MySQLConnection.withConnection(self.configuration) { connection in
            try await connection.execute("DROP DATABASE \(identifier: name)")
        }
        return try result.get()
    }

    /// Lends a connection to an empty database.
    @discardableResult
    public func withConnection<R>(
        localInfile: Bool = false,
        _ body: (MySQLConnection) async throws -> R
    ) async throws -> R {
        try await self.withDatabase { configuration in
            var configuration = configuration
            configuration.allowsLocalInfile = localInfile
            return try await MySQLConnection.withConnection(configuration, body)
        }
    }
}
