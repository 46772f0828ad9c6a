import Foundation
import GannetMigrate
import GannetMySQL
import GannetTestSupport
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct MigratorTests {
    /// Lends a folder with one migration file.
    private func withFolder<R>(_ text: String, _ body: (String) async throws -> R) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gannet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A leftover in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try text.write(toFile: folder + "/1_a.sql", atomically: true, encoding: .utf8)
        return try await body(folder)
    }

    private static let statements = [
        "CREATE TABLE a (id INT PRIMARY KEY, n INT)",
        "INSERT INTO a VALUES (1, 100)",
        "ALTER TABLE a ADD INDEX (n)",
        "UPDATE a SET n = n * 2",
        // Renamed before it has a trigger: MariaDB 10.11 can leave an empty trigger body when that RENAME is killed.
        "RENAME TABLE a TO b",
        "CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW BEGIN SET NEW.n = 1; END",
        "UPDATE b SET n = n + 1",
    ]
    private static let script =
        "-- migrate:up\n" + statements.map { $0 + ";\n" }.joined() + "-- migrate:down\nDROP TABLE b;\n"

    private static func outcome(_ configuration: MySQLConfiguration) async throws -> [String] {
        try await MySQLConnection.withConnection(configuration) { connection in
            let table = try await connection.query("SHOW CREATE TABLE b").collect()
            let rows = try await connection.query("SELECT id, n FROM b").decode((Int, Int).self).collect()
            let triggers = try await connection.query(
                "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
            ).decode(Int.self).collect()
            return [try table.first?.decode(String.self, at: 1) ?? "", "\(rows)", "\(triggers)"]
        }
    }

    private static func servers() throws -> [TestServer] {
        [try TestServer.mysql, try TestServer.mariadb]
    }

    @Test("A failing statement leaves a journal from which the next run goes on")
    func resume() async throws {
        for server in try Self.servers() {
            let broken = Self.script.replacingOccurrences(of: "ADD INDEX (n)", with: "ADD INDX (n)")
            try await server.withDatabase { configuration in
                try await self.withFolder(broken) { folder in
                    let migrator = Migrator(configuration: configuration, files: try MigrationFile.load(from: folder))
                    let error = await #expect(throws: MigrateError.self) { try await migrator.up() }
                    #expect(error?.code == .statementFailed)
                    #expect(error?.line == 4)
                    #expect(try await migrator.status().map(\.state) == [.partlyApplied(done: 2)])
                }
                try await self.withFolder(Self.script.replacingOccurrences(of: "100", with: "7")) { folder in
                    let migrator = Migrator(configuration: configuration, files: try MigrationFile.load(from: folder))
                    let error = await #expect(throws: MigrateError.self) { try await migrator.up() }
                    #expect(error?.code == .history)
                }
                try await self.withFolder(Self.script) { folder in
                    let migrator = Migrator(configuration: configuration, files: try MigrationFile.load(from: folder))
                    #expect(try await migrator.up() == 1)
                    #expect(try await Self.outcome(configuration)[1] == "[(1, 201)]")
                    #expect(try await migrator.up() == 0)
                    #expect(try await migrator.down() == 1)
                    #expect(try await migrator.status().map(\.state) == [.pending])
                }
            }
        }
    }

    @Test("A connection killed at any statement changes nothing about the outcome")
    func killed() async throws {
        for server in try Self.servers() {
            try await self.withFolder(Self.script) { folder in
                let files = try MigrationFile.load(from: folder)
                let undisturbed = try await server.withDatabase { configuration in
                    try await Migrator(configuration: configuration, files: files).up()
                    return try await Self.outcome(configuration)
                }
                for victim in 1...Self.statements.count {
                    let disturbed = try await server.withDatabase { configuration in
                        let kills = Mutex<[Task<Void, any Error>]>([])
                        let migrator = Migrator(configuration: configuration, files: files) { event in
                            guard case .statementBegan(_, _, victim, _, _) = event else { return }
                            kills.withLock { kills in
                                if kills.isEmpty { kills.append(Task { try await Self.killRunner(of: configuration) }) }
                            }
                        }
                        try await migrator.up()
                        for kill in kills.withLock({ $0 }) { try await kill.value }
                        return try await Self.outcome(configuration)
                    }
                    #expect(disturbed == undisturbed, "killed at statement \(victim)")
                }
            }
        }
    }

    /// Kills every other connection to the test's database; which statement that hits is up to chance.
    private static func killRunner(of configuration: MySQLConfiguration) async throws {
        try await MySQLConnection.withConnection(configuration) { connection in
            let ids = try await connection.query(
                "SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()"
            ).decode(UInt64.self).collect()
            for id in ids {
                // The runner may have gone by itself (1094).
                _ = try? await connection.execute("KILL \(unescaped: String(id))")
            }
        }
    }

    @Test("A second runner is told who holds the lock")
    func locked() async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await self.withFolder("-- migrate:up\nDO SLEEP(3);\n") { folder in
                let files = try MigrationFile.load(from: folder)
                let (began, continuation) = AsyncStream.makeStream(of: Void.self)
                let first = Migrator(configuration: configuration, files: files) { event in
                    if case .statementBegan = event { continuation.finish() }
                }
                async let firstCount = first.up()
                for await _ in began { continue }
                var options = Migrator.Options()
                options.lockTimeout = .zero
                let second = Migrator(configuration: configuration, files: files, options: options)
                let error = await #expect(throws: MigrateError.self) { try await second.up() }
                #expect(error?.code == .locked)
                #expect(try await firstCount == 1)
            }
        }
    }
}
