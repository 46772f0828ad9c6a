import ArgumentParser
import Foundation
import GannetMySQL
import Testing

@testable import GannetCLI

@Suite struct ConnectionOptionsTests {
    private func configuration(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws -> MySQLConfiguration {
        try ConnectionOptions.parse(arguments).configuration(environment: environment)
    }

    @Test("The flag wins over the environment")
    func precedence() throws {
        let configuration = try self.configuration(
            ["--url", "mysql://a@one/x"],
            environment: ["MYSQL_URL": "mysql://b@two/y"]
        )
        #expect(configuration.user == "a")
        #expect(configuration.endpoint == .tcp(host: "one", port: 3306))
    }

    @Test("Takes the URL from MYSQL_URL and TLS from flags")
    func environment() throws {
        let configuration = try self.configuration(
            ["--ssl-mode", "verify_identity", "--ssl-ca", "ca.pem"],
            environment: ["MYSQL_URL": "mysql://b@two/y"]
        )
        #expect(configuration.tlsMode == .verifyIdentity)
        #expect(configuration.caFile == "ca.pem")
    }

    @Test("Reads a password file's first line, and prefers it to MYSQL_PWD")
    func passwordFile() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("gannet-\(UUID().uuidString)")
        try Data("s3cret\nsecond line\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }  // a leftover in the temporary folder harms nobody
        let configuration = try self.configuration(
            ["--url", "mysql://a@one/x", "--password-file", file.path],
            environment: ["MYSQL_PWD": "other"]
        )
        #expect(try await configuration.password?.resolve() == "s3cret")
    }

    @Test("MYSQL_PWD fills in only where the URL has no password")
    func passwordEnvironment() async throws {
        let environment = ["MYSQL_PWD": "other"]
        let filled = try self.configuration(["--url", "mysql://a@one/x"], environment: environment)
        #expect(try await filled.password?.resolve() == "other")
        let kept = try self.configuration(["--url", "mysql://a:own@one/x"], environment: environment)
        #expect(try await kept.password?.resolve() == "own")
    }

    @Test(
        "Bad input is a usage error that says what to do, without the secret",
        arguments: [
            [],
            ["--url", "http://u:s3cret@h/"],
            ["--url", "mysql://u:s3cret@h/d?ssl-mode=SOMETIMES"],
            ["--url", "mysql://u:s3cret@h/d", "--ssl-mode", "SOMETIMES"],
            ["--url", "mysql://u@h/d", "--password-file", "/nonexistent/file"],
        ]
    )
    func badInput(_ arguments: [String]) throws {
        #expect {
            try self.configuration(arguments)
        } throws: { error in
            guard let failure = error as? CommandFailure else { return false }
            return failure.exitCode == ExitCodes.usage && !failure.description.contains("s3cret")
        }
    }
}
