import Foundation
import GannetAdvise
import Testing

@Suite struct QueryPlanTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Samples")

    static func names(_ suffix: String, under path: String = ".") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)
            .filter { $0.hasSuffix(suffix) }.sorted().map { path == "." ? $0 : "\(path)/\($0)" }
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    @Test("Every sample parses, and no step of it is unknown")
    func parsesEverySample() throws {
        let names = try Self.names(".json") + Self.names(".json", under: "mariadb-10.11")
        #expect(names.count == 44 + 44 + 40 + 28)
        for name in names {
            let plan = try QueryPlan(json: Self.text(name), isMariaDB: name.hasPrefix("mariadb"))
            let unknown = plan.root.flattened.compactMap { node -> String? in
                guard case .other(let what) = node.operation else { return nil }
                return what
            }
            // Version 2 cannot show a single-table UPDATE.
            #expect(unknown.isEmpty || unknown == ["<not executable by iterator executor>"], "\(name): \(unknown)")
            let strange = plan.tables.filter { if case .other = $0.kind { true } else { false } }
            #expect(strange.isEmpty, "\(name): \(strange.map(\.accessText))")
        }
    }

    /// `table access(key)` of the tables that exist, without what the two versions word differently by design.
    private static func accesses(_ plan: QueryPlan) -> [String] {
        plan.baseTables.filter { $0.kind != .constant && $0.kind != .indexMerge }.map { table in
            let access = table.kind == .skipScan ? "range(\(table.key ?? ""))" : table.accessText
            return "\(table.name) \(access)"
        }.sorted()
    }

    @Test("Version 1 and version 2 of a query agree on tables, accesses and indexes")
    func versionsAgree() throws {
        // Version 2: has no plan (35); names an index merge's parts (12, 13).
        // Version 1: shows the scan of a recursive expression's new rows like that of a table (28).
        let differing: Set = [
            "12_index_merge_union", "13_index_merge_intersect", "28_cte_recursive", "35_update",
        ]
        for name in try Self.names(".v1.json").map({ String($0.dropLast(8)) }) where !differing.contains(name) {
            let first = try QueryPlan(json: Self.text(name + ".v1.json"))
            let second = try QueryPlan(json: Self.text(name + ".v2.json"))
            #expect(Self.accesses(first) == Self.accesses(second), "\(name)")
        }
    }

    @Test("Cut and foreign documents are errors, none a trap")
    func rejectsDamage() throws {
        let text = try Self.text("14_nl_join.v2.json")
        for length in stride(from: 0, to: text.utf8.count - 1, by: 97) {
            let cut = String(decoding: text.utf8.prefix(length), as: UTF8.self)
            #expect(throws: AdviseError.self) { try QueryPlan(json: cut) }
        }
        for text in ["[]", "{}", "null", "{\"query_plans\": 1}", String(repeating: "[", count: 100_000)] {
            #expect(throws: AdviseError.self) { try QueryPlan(json: text) }
        }
        let odd = try QueryPlan(
            json: #"{"query_block": {"select_id": 1e300, "teleport": {"table": {"table_name": "t"}}}}"#
        )
        #expect(odd.root.children.first?.operation == .other("teleport"))
        #expect(odd.tables.map(\.name) == ["t"])
    }
}
