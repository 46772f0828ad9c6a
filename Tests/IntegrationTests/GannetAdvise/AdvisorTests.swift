import Foundation
import GannetAdvise
import GannetMigrate
import GannetMySQL
import GannetTestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct AdvisorTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func workload() throws -> Workload {
        Workload(script: try String(contentsOf: root.appendingPathComponent("seeds/workload.sql"), encoding: .utf8))
    }

    /// A shop of 20,000 orders, made by the server itself.
    private static func fill(_ configuration: MySQLConfiguration) async throws {
        try await MySQLConnection.withConnection(configuration) { connection in
            try await connection.execute("SET SESSION cte_max_recursion_depth = 100000")
            let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            for statement in [
                """
                INSERT INTO users (id, email, full_name, address_line, city, postal_code, country)
                \(numbers)2000) SELECT i, CONCAT('u', i, '@example.org'), 'N', 'A', 'C', 'P', 'NO' FROM n
                """,
                """
                INSERT INTO products (id, sku, name, category, price, currency)
                \(numbers)5000) SELECT i, CONCAT('S', i), 'N', ELT(1 + i % 12, 'Outdoor', 'Kids', 'Tools', 'Audio', 'e',
                    'f', 'g', 'h', 'i', 'j', 'k', 'l'), i * 7919 % 5000, 'EUR' FROM n
                """,
                """
                INSERT INTO orders (id, user_id, status, order_date, shipping_address, total_amount)
                \(numbers)20000) SELECT i, 1 + i * 7919 % 1000, 1 + i % 6,
                    '2023-01-01' + INTERVAL i * 7907 % 1576800 MINUTE, 'A', i FROM n
                """,
                """
                INSERT INTO order_items (order_id, product_id, quantity, unit_price)
                \(numbers)60000) SELECT 1 + i % 20000, 1 + i * 7919 % 5000, 1, 2 FROM n
                """,
                """
                INSERT INTO inventory (product_id, warehouse, quantity, reorder_level)
                \(numbers)20000) SELECT 1 + i % 5000, ELT(1 + (i DIV 5000) % 4, 'BER', 'LYO', 'OSL', 'SFO'),
                    i * 7919 % 400, 40 FROM n WHERE i < 20000
                """,
                "ANALYZE TABLE users, products, orders, order_items, inventory",
            ] {
                try await connection.execute(MySQLQuery(unsafeSQL: statement), mode: .text)
            }
        }
    }

    private static func schema(_ configuration: MySQLConfiguration) async throws -> [String] {
        try await MySQLConnection.withConnection(configuration) { connection in
            var tables: [String] = []
            for table in ["users", "products", "orders", "order_items", "inventory"] {
                let rows = try await connection.query("SHOW CREATE TABLE \(identifier: table)", mode: .text).collect()
                // Index order and the next number are no part of what a schema means.
                let text = try rows.first?.decode(String.self, at: 1) ?? ""
                let lines = text.replacing(/\sAUTO_INCREMENT=[0-9]+/, with: "").split(separator: "\n")
                tables.append(
                    lines.map { $0.hasSuffix(",") ? String($0.dropLast()) : String($0) }.sorted().joined(
                        separator: "\n"
                    )
                )
            }
            return tables
        }
    }

    @Test("The shop's advice is what a DBA would build, is used by the optimizer, and can be taken back exactly")
    func shop() async throws {
        try await TestServer.mysql.withDatabase { configuration in
            let files = try MigrationFile.load(from: Self.root.appendingPathComponent("migrations").path)
                .filter { !$0.name.contains("advised") }
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gannet-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            // A leftover in the temporary folder harms nobody.
            defer { try? FileManager.default.removeItem(at: folder) }
            try await Migrator(configuration: configuration, files: files).up()
            try await Self.fill(configuration)
            let original = try await Self.schema(configuration)
            let workload = try Self.workload()
            let advisor = Advisor(configuration: configuration)

            let advice = try await advisor.advise(on: workload)
            #expect(try await advisor.advise(on: workload) == advice)
            let leads = Set(advice.indexes.map { "\($0.table.name).\($0.index.parts[0].column)" })
            #expect(
                leads.isSuperset(of: ["products.category", "orders.user_id", "orders.order_date", "orders.status"]),
                "\(leads)"
            )

            let before = try await WorkloadMeasurement(of: workload, configuration: configuration, repetitions: 1)
            let migration = AdviceMigration(advice, version: "20270101000000")
            let file = folder.appendingPathComponent(migration.fileName)
            try migration.text.write(to: file, atomically: true, encoding: .utf8)
            for pass in 1...2 {
                let all = files + (try MigrationFile.load(from: folder.path))
                #expect(try await Migrator(configuration: configuration, files: all).up() == 1, "pass \(pass)")
                if pass == 1 {
                    try await MySQLConnection.withConnection(configuration) { connection in
                        try await connection.execute(
                            "ANALYZE TABLE products, orders, order_items, inventory",
                            mode: .text
                        )
                    }
                    let after = try await WorkloadMeasurement(
                        of: workload,
                        configuration: configuration,
                        repetitions: 1
                    )
                    let access = after.queries.map(\.access).joined(separator: " ")
                    for index in advice.indexes {
                        #expect(access.contains("(\(index.index.name))"), "\(index.index.name) is not used: \(access)")
                    }
                    let rowsBefore = before.queries.reduce(0) { $0 + $1.rowsRead }
                    let rowsAfter = after.queries.reduce(0) { $0 + $1.rowsRead }
                    #expect(rowsAfter < rowsBefore * 0.15, "\(rowsBefore) -> \(rowsAfter)")
                    #expect(before.queries.map(\.rowsReturned) == after.queries.map(\.rowsReturned))
                    #expect(try await advisor.advise(on: workload).indexes.isEmpty)
                }
                #expect(try await Migrator(configuration: configuration, files: all).down() == 1, "pass \(pass)")
                #expect(try await Self.schema(configuration) == original, "pass \(pass)")
            }
        }
    }

    @Test("Statements are explained, never run; what cannot be explained is named")
    func runsNothing() async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT)")
                try await connection.execute("INSERT INTO t VALUES (1, 1), (2, 2)")
            }
            let workload = Workload(
                script:
                    "DELETE FROM t WHERE a = 1; UPDATE t SET a = 9; INSERT INTO t VALUES (3, 3); SELECT * FROM missing;"
            )
            let advice = try await Advisor(configuration: configuration).advise(on: workload)
            #expect(advice.indexes.isEmpty)
            #expect(advice.notes.contains { $0.contains("missing") })
            let rows = try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.query("SELECT id, a FROM t ORDER BY id").decode((Int, Int).self).collect()
            }
            #expect(rows.map(\.0) == [1, 2])
            #expect(rows.map(\.1) == [1, 2])
        }
    }

    @Test("Digests of the server are a workload")
    func digests() async throws {
        try await TestServer.mysql.withDatabase { configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a INT)")
                try await connection.execute("SELECT * FROM t WHERE a = 5", mode: .text)
            }
            let workload = try await Advisor(configuration: configuration).digests()
            #expect(workload.queries.contains { $0.sql == "SELECT * FROM t WHERE a = 5" && $0.weight > 0 })
            #expect(!workload.queries.contains { $0.sql.hasPrefix("CREATE") })
        }
    }

    @Test("MariaDB's plans lead to advice too")
    func mariaDB() async throws {
        try await TestServer.mariadb.withDatabase { configuration in
            try await MySQLConnection.withConnection(configuration) { connection in
                try await connection.execute("CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT)")
                try await connection.execute("INSERT INTO t SELECT seq, seq % 500, seq FROM seq_1_to_5000", mode: .text)
                try await connection.execute("ANALYZE TABLE t", mode: .text)
            }
            let workload = Workload(script: "SELECT b FROM t WHERE a = 5 ORDER BY b;")
            let advice = try await Advisor(configuration: configuration).advise(on: workload)
            #expect(advice.indexes.map { $0.index.parts.map(\.column) } == [["a", "b"]])
        }
    }
}
