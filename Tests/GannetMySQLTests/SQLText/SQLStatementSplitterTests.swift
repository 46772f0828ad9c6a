import Testing

@testable import GannetMySQL

@Suite struct SQLStatementSplitterTests {
    struct Sample: CustomTestStringConvertible {
        var testDescription: String
        var script: String
        var statements: [String]
    }

    static let samples = [
        Sample(testDescription: "nothing", script: " \n; ;-- a;\n# b;\n/* c; */", statements: []),
        Sample(testDescription: "two on a line", script: "a;b", statements: ["a", "b"]),
        Sample(
            testDescription: "strings",
            script: "x ';' \";\" `;` 'it''s;' '\\';'; y",
            statements: ["x ';' \";\" `;` 'it''s;' '\\';'", "y"]
        ),
        Sample(
            testDescription: "comments",
            script: "/* a; */ x -- b;\n, y # c;\n; z",
            statements: ["x -- b;\n, y", "z"]
        ),
        Sample(
            testDescription: "minus minus is arithmetic",
            script: "SELECT 5--1; b",
            statements: ["SELECT 5--1", "b"]
        ),
        Sample(
            testDescription: "executable comment",
            script: "/*!80000 SET @a = ';' */; b",
            statements: ["/*!80000 SET @a = ';' */", "b"]
        ),
        Sample(
            testDescription: "delimiter",
            script: "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 1; END$$\ndelimiter ;\nSELECT 2;",
            statements: ["CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"]
        ),
        Sample(
            testDescription: "body without a delimiter",
            script: """
                CREATE DEFINER = `a`@`b` PROCEDURE p() BEGIN
                  IF a THEN SELECT IF(1, 2, 3); ELSE SELECT CASE x WHEN 1 THEN 2 END; END IF;
                  l: LOOP LEAVE l; END LOOP; WHILE 0 DO SET @a = 1; END WHILE; REPEAT SET @a = 1; UNTIL 1 END REPEAT;
                  CASE a WHEN 1 THEN SELECT REPEAT('a', 3); END CASE;
                END; SELECT 2
                """,
            statements: [
                """
                CREATE DEFINER = `a`@`b` PROCEDURE p() BEGIN
                  IF a THEN SELECT IF(1, 2, 3); ELSE SELECT CASE x WHEN 1 THEN 2 END; END IF;
                  l: LOOP LEAVE l; END LOOP; WHILE 0 DO SET @a = 1; END WHILE; REPEAT SET @a = 1; UNTIL 1 END REPEAT;
                  CASE a WHEN 1 THEN SELECT REPEAT('a', 3); END CASE;
                END
                """, "SELECT 2",
            ]
        ),
        Sample(
            testDescription: "trigger with one statement, and a column called `begin`",
            script: "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.`begin` = 1; b",
            statements: ["CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.`begin` = 1", "b"]
        ),
        Sample(
            testDescription: "a transaction's BEGIN is no block",
            script: "BEGIN; a; END;",
            statements: ["BEGIN", "a", "END"]
        ),
        Sample(testDescription: "unterminated string", script: "a; 'b; c", statements: ["a", "'b; c"]),
    ]

    @Test("Divides a script as the mysql client does", arguments: samples)
    func splits(_ sample: Sample) {
        #expect(SQLStatementSplitter.statements(in: sample.script).map(\.text) == sample.statements)
    }

    @Test("Every prefix of every script is divided without a trap", arguments: samples)
    func prefixes(_ sample: Sample) {
        for length in 0...sample.script.utf8.count {
            let statements = SQLStatementSplitter.statements(
                in: String(decoding: sample.script.utf8.prefix(length), as: UTF8.self)
            )
            #expect(statements.count <= sample.statements.count + 2)
        }
    }

    @Test("Lines are counted from the first token")
    func lines() {
        let statements = SQLStatementSplitter.statements(in: "-- c\n\nSELECT\n1;\n\n  SELECT 2;")
        #expect(statements.map(\.line) == [3, 6])
    }

    @Test(
        "Redaction takes every literal out",
        arguments: [
            ("SELECT 'secret', 0x1F, 1.5e3, b.c FROM t1 -- why", "SELECT ?, ?, ?, b.c FROM t1"),
            ("CREATE USER u IDENTIFIED BY 'p''w'", "CREATE USER u IDENTIFIED BY ?"),
        ]
    )
    func redaction(_ sql: String, _ redacted: String) {
        #expect(SQLText.redacted(sql) == redacted)
    }
}
