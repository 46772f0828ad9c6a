import Testing

@testable import GannetAdvise

@Suite struct CandidateTests {
    static let orders = TableName(schema: "s", name: "o")

    static func facts(indexes: [IndexDefinition] = []) -> TableFacts {
        var facts = TableFacts(name: orders, rows: 100_000)
        for (name, type, distinct) in [
            ("id", "bigint", 100_000.0), ("user_id", "bigint", 10_000), ("status", "enum", 6),
            ("d", "datetime", 90_000),
            ("total", "decimal", 50_000), ("note", "text", 80_000), ("attributes", "json", 90_000),
        ] {
            facts.columns[name] = ColumnFacts(type: type, isNullable: false, distinctCount: distinct)
        }
        facts.columns["code"] = ColumnFacts(type: "varchar", isNullable: false, bytesMax: 80, distinctCount: 900)
        facts.indexes = [IndexDefinition(name: "PRIMARY", parts: [IndexPart("id")], isUnique: true)] + indexes
        return facts
    }

    static func candidates(
        _ tail: String,
        indexes: [IndexDefinition] = [],
        columns: String = "`s`.`o`.`total`"
    ) -> [String] {
        let blocks = QueryBlock.blocks(in: "select \(columns) AS `x` from `s`.`o` \(tail)")
        let generator = CandidateGenerator(facts: [Self.orders: self.facts(indexes: indexes)], supportsDescending: true)
        return blocks.flatMap { generator.candidates(for: $0) }.map { candidate in
            candidate.parts.map { part in
                part.column + (part.prefixLength.map { "(\($0))" } ?? "") + (part.isDescending ? " DESC" : "")
            }.joined(separator: ",")
        }
    }

    @Test("Equality comes before range, and only one range is taken")
    func order() {
        let found = Self.candidates(
            "where ((`s`.`o`.`d` > '2025') and (`s`.`o`.`total` > 5) and (`s`.`o`.`status` = 'paid') and (`s`.`o`.`user_id` = 3))"
        )
        #expect(found.first == "user_id,status,d" || found.first == "user_id,status,total")
        #expect(!found.contains { $0.contains("d,total") || $0.contains("total,d") || $0.hasPrefix("d,") })
    }

    @Test("An order behind equalities; directions only where they differ")
    func sorting() {
        let base = "where (`s`.`o`.`user_id` = 3) order by "
        #expect(Self.candidates(base + "`s`.`o`.`d` desc limit 10").contains("user_id,d"))
        #expect(Self.candidates(base + "`s`.`o`.`d` desc,`s`.`o`.`total`").contains("user_id,d DESC,total"))
        #expect(Self.candidates(base + "`s`.`o`.`user_id`,`s`.`o`.`d`").contains("user_id,d"))
    }

    @Test("No column twice, no primary key at the end, nothing that exists")
    func duplicates() {
        #expect(Self.candidates("where (`s`.`o`.`user_id` = 3) order by `s`.`o`.`id` desc") == ["user_id"])
        let existing = IndexDefinition(name: "i", parts: [IndexPart("user_id"), IndexPart("d")])
        #expect(Self.candidates("where (`s`.`o`.`user_id` = 3) order by `s`.`o`.`d`", indexes: [existing]) == [])
        #expect(
            Self.candidates("where ((`s`.`o`.`id` = 3) and (`s`.`o`.`status` = 'x'))").allSatisfy {
                !$0.hasPrefix("id")
            }
        )
        let unique = IndexDefinition(name: "u", parts: [IndexPart("code")], isUnique: true)
        #expect(Self.candidates("where (`s`.`o`.`code` = 'a') order by `s`.`o`.`d`", indexes: [unique]) == [])
    }

    @Test(
        "What no plain index serves makes no candidate",
        arguments: [
            "where (`s`.`o`.`status` <> -(9))", "where (year(`s`.`o`.`d`) = 2024)", "where (`s`.`o`.`code` = 5)",
            "where ((`s`.`o`.`status` = 'a') or (`s`.`o`.`user_id` = 3))", "where (`s`.`o`.`code` like '%x')",
            "where (`s`.`o`.`attributes` = 'x')", "",
        ]
    )
    func useless(_ tail: String) {
        #expect(Self.candidates(tail) == [])
    }

    @Test("Long text is indexed by a prefix, and nothing comes behind it")
    func prefixes() {
        #expect(Self.candidates("where ((`s`.`o`.`note` = 'x') and (`s`.`o`.`d` > '2025'))").first == "note(32)")
    }

    @Test("A converted string column and an expression are findings")
    func findings() {
        let facts = Self.facts()
        let messages = QueryBlock.blocks(
            in:
                "select 1 from `s`.`o` where ((`s`.`o`.`code` = 5) and (year(`s`.`o`.`d`) = 2024) and (`s`.`o`.`total` = 5))"
        ).flatMap(\.predicates).compactMap { Finding.message($0, facts) }
        #expect(messages.count == 2)
    }

    @Test("A condition that most rows pass buys no index; a rare one does", arguments: [(0.6, 0), (0.001, 1)])
    func selectivity(_ share: Double, _ count: Int) {
        var facts = Self.facts()
        let blocks = QueryBlock.blocks(
            in: "select `s`.`o`.`total` AS `t` from `s`.`o` where (`s`.`o`.`status` = 'paid')"
        )
        facts.selectivities["`o`.`status` = 'paid'"] = share
        let all = [Self.orders: facts]
        let candidates = blocks.flatMap {
            CandidateGenerator(facts: all, supportsDescending: true).candidates(for: $0)
        }
        let selector = IndexSelector(facts: all, queries: [.init(name: "q", weight: 1, blocks: blocks)])
        #expect(candidates.count == 1)
        #expect(selector.select(from: candidates, limit: 10).count == count)
    }

    @Test("A foreign key's own index is handed over in both directions")
    func foreignKey() {
        var advice = Advice()
        var facts = Self.facts(indexes: [IndexDefinition(name: "o_user", parts: [IndexPart("user_id")])])
        facts.foreignKeys = [ForeignKeyFacts(name: "o_user", columns: ["user_id"])]
        let candidate = Candidate(table: Self.orders, parts: [IndexPart("user_id"), IndexPart("d")])
        AdviceReport.fill(
            &advice,
            chosen: [candidate],
            selector: IndexSelector(facts: [Self.orders: facts], queries: []),
            facts: [Self.orders: facts]
        )
        let text = AdviceMigration(advice, version: "20260102030405").text
        #expect(text.contains("ADD INDEX `o_user_id_d` (`user_id`, `d`),\n    DROP INDEX `o_user`"))
        #expect(text.contains("ADD INDEX `o_user` (`user_id`),\n    DROP INDEX `o_user_id_d`"))
    }
}
