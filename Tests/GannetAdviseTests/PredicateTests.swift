import Testing

@testable import GannetAdvise

@Suite struct PredicateTests {
    struct Sample: CustomTestStringConvertible {
        var testDescription: String
        /// `table.column comparison`, in order.
        var expected: [String]

        init(_ condition: String, _ expected: [String]) {
            self.testDescription = condition
            self.expected = expected
        }
    }

    static let samples = [
        Sample("(`s`.`o`.`status` = 'F')", ["o.status equality"]),
        Sample("('F' = `s`.`o`.`status`)", ["o.status equality"]),
        Sample("(`s`.`o`.`note` is null)", ["o.note equality"]),
        Sample("(`s`.`o`.`note` is not null)", ["o.note residual"]),
        Sample("(`s`.`o`.`status` <> 'F')", ["o.status residual"]),
        Sample("(`s`.`p`.`k` in (1,22,333))", ["p.k list(count: 3)"]),
        Sample("(`s`.`p`.`k` not in (1,22,333))", ["p.k residual"]),
        Sample("(`s`.`l`.`d` between '1995-01-01' and '1995-06-30')", ["l.d range"]),
        Sample(
            "((`s`.`l`.`a` = 10) and (`s`.`l`.`d` between '1' and '2') and (`s`.`l`.`q` > 10.00))",
            ["l.a equality", "l.d range", "l.q range"]
        ),
        Sample("o.`x`", []),
        Sample("(`s`.`o`.`d` >= DATE'1993-07-01')", ["o.d range"]),
        Sample("(`s`.`c`.`n` like 'ab%')", ["c.n range"]),
        Sample("(`s`.`c`.`n` like '%ab')", ["c.n residual"]),
        Sample(
            "(`s`.`i`.`order_id` = `s`.`o`.`id`)",
            ["i.order_id join(o.id)", "o.id join(i.order_id)"]
        ),
        Sample("(`s`.`i`.`a` < `s`.`i`.`b`)", ["i.a residual", "i.b residual"]),
        Sample("(year(`s`.`o`.`d`) = 1995)", ["o.d onExpression"]),
        Sample("((`s`.`o`.`k` + 0) = 5)", ["o.k onExpression"]),
        Sample("((`s`.`l`.`p` = 5) or (`s`.`l`.`q` = 7))", ["l.p residual", "l.q residual"]),
        Sample("(`s`.`o`.`k` = <cache>((1 + 2)))", ["o.k equality"]),
        Sample(
            "(`s`.`o`.`k` = (/* select#2 */ select max(`s`.`x`.`y`) from `s`.`x`))",
            ["o.k residual", "x.y residual", "s.x residual"]
        ),
        Sample("", []),
        Sample("(((", []),
        Sample("= and or in (", []),
    ]

    @Test("A condition becomes what it says about each column", arguments: samples)
    func classifies(_ sample: Sample) {
        let predicates = Predicate.predicates(in: SQLTree.parse(sample.testDescription))
        let texts = predicates.map { predicate in
            let comparison =
                switch predicate.comparison {
                case .join(let other): "join(\(other.table).\(other.column))"
                case .equality, .list, .range, .onExpression, .residual: "\(predicate.comparison)"
                }
            return "\(predicate.table).\(predicate.column) \(comparison)"
        }
        #expect(texts == sample.expected)
    }

    @Test("A condition is written back without its schema, and means the same")
    func writesBack() {
        let trees = SQLTree.parse("((`s`.`o`.`d` >= DATE'1993-07-01') and (`s`.`o`.`k` in (1,2)))")
        #expect(trees.sql == "((`o`.`d` >= DATE'1993-07-01') and (`o`.`k` in ( 1 , 2)))")
    }

    @Test("A resolved statement becomes blocks")
    func blocks() throws {
        let blocks = QueryBlock.blocks(
            in: """
                /* select#1 */ select `s`.`o`.`id` AS `id` from `s`.`users` `u` join `s`.`orders` `o` left join `s`.`notes` \
                `n` on((`s`.`n`.`order_id` = `s`.`o`.`id`)) where ((`s`.`o`.`user_id` = `s`.`u`.`id`) and \
                (`s`.`o`.`d` >= '2025-01-01') and (`s`.`o`.`d` < '2025-02-01') and exists(/* select#2 */ select 1 from \
                `s`.`items` where (`s`.`items`.`order_id` = `s`.`o`.`id`))) order by `s`.`o`.`d` desc,`s`.`o`.`id` limit 5,10
                """
        )
        #expect(blocks.map { $0.tables.map(\.alias) } == [["u", "o", "n"], ["items"]])
        #expect(blocks[0].tables.map(\.isOuterJoined) == [false, false, true])
        #expect(blocks[0].orderBy.map(\.isDescending) == [true, false])
        #expect(blocks[0].limit == 15)
        #expect(blocks[1].isDependent)
        let ranges = blocks[0].predicates.filter { $0.comparison == .range }
        #expect(ranges.map(\.sql) == ["(`o`.`d` >= '2025-01-01') AND (`o`.`d` < '2025-02-01')"])
    }
}
