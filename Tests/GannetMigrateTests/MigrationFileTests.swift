import Foundation
import Testing

@testable import GannetMigrate

@Suite struct MigrationFileTests {
    private func file(_ text: String) throws -> MigrationFile {
        try MigrationFile(parsing: text, version: "1", name: "a", fileName: "1_a.sql")
    }

    @Test("Sections and lines are found, with any line end", arguments: ["\n", "\r\n"])
    func sections(_ lineEnd: String) throws {
        let text = ["-- why", "-- migrate:up", "SELECT 1;", "", "SELECT 2;", "-- migrate:down", "SELECT 3;"]
        let file = try self.file(text.joined(separator: lineEnd))
        #expect(file.up.map(\.text) == ["SELECT 1", "SELECT 2"])
        #expect(file.up.map(\.line) == [3, 5])
        #expect(file.down?.map(\.line) == [7])
    }

    @Test("A line end changes no digest; a character does")
    func digests() throws {
        let unix = try self.file("-- migrate:up\nSELECT\n1")
        let windows = try self.file("-- migrate:up\r\nSELECT\r\n1")
        let other = try self.file("-- migrate:up\nSELECT\n2")
        #expect(unix.up[0].digest == windows.up[0].digest)
        #expect(unix.up[0].digest != other.up[0].digest)
    }

    @Test(
        "What is no migration is an error that names file and line",
        arguments: [
            ("SELECT 1;", 1), ("-- migrate:up\n-- migrate:up\n", 2),
            ("-- migrate:up\n-- migrate:down\n-- migrate:down", 3),
        ]
    )
    func badInput(_ text: String, _ line: Int) throws {
        #expect {
            try self.file(text)
        } throws: { error in
            let error = error as? MigrateError
            return error?.code == .invalidFile && error?.file == "1_a.sql" && error?.line == line
        }
    }

    @Test("Versions are ordered as numbers")
    func order() {
        #expect(["10", "9", "0011", "2"].sorted(by: MigrationFile.precedes) == ["2", "9", "10", "0011"])
    }

    @Test(
        "Statements are classified by what a crash means for them",
        arguments: [
            ("CREATE TABLE IF NOT EXISTS a.b (c INT)", StatementKind.ddl([.table(schema: "a", name: "b")])),
            (
                "ALTER TABLE `a``b` ADD c INT, RENAME TO d",
                .ddl([.table(schema: nil, name: "a`b"), .table(schema: nil, name: "d")])
            ),
            ("ALTER TABLE a RENAME COLUMN b TO c", .ddl([.table(schema: nil, name: "a")])),
            ("RENAME TABLE a TO b, c TO d", .ddl(["a", "b", "c", "d"].map { .table(schema: nil, name: $0) })),
            ("DROP TABLE IF EXISTS a, b", .ddl(["a", "b"].map { .table(schema: nil, name: $0) })),
            ("CREATE UNIQUE INDEX i ON t (a)", .ddl([.table(schema: nil, name: "t")])),
            ("CREATE OR REPLACE VIEW v AS SELECT 1", .ddl([.table(schema: nil, name: "v")])),
            (
                "/* x */ CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @a = 1",
                .ddl([.program(type: "TRIGGER", schema: nil, name: "t")])
            ),
            ("insert into t values (1)", .dml), ("SET @a = 1", .repeatable(isSession: true)),
            ("CALL p()", .opaque), ("COMMIT", .forbidden),
        ]
    )
    func classification(_ sql: String, _ kind: StatementKind) {
        #expect(StatementKind(classifying: sql) == kind)
    }
}
