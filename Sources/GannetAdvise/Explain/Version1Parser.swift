// Version 1 nests by key: `ordering_operation` holds `table` or `nested_loop` or another operation. MariaDB's dialect
// has the same idea with its own names. A key that is not known but holds an object is kept as a step of its own.
// Source: MySQL Reference Manual, "EXPLAIN Output Format"; MariaDB Server Documentation, "EXPLAIN FORMAT=JSON".

enum Version1Parser {
    static func block(_ value: JSONValue) -> PlanNode {
        var node = PlanNode(.block)
        node.text = value["select_id"]?.number.map { "select #\(Int(exactly: $0) ?? 0)" } ?? ""
        node.cost = value["cost_info"]?["query_cost"]?.number ?? value["cost"]?.number
        if let message = value["message"]?.text ?? value["table"]?["message"]?.text {
            var empty = PlanNode(.noTable)
            empty.text = message
            node.children.append(empty)
        }
        node.conditions = value["having_condition"]?.texts ?? []
        node.children += self.children(of: value)
        return node
    }

    /// Keys whose values describe the node itself.
    private static let attributes: Set<String> = [
        "cost_info", "ref", "used_columns", "possible_keys", "used_key_parts", "partitions", "range", "key",
        "query_optimization", "r_engine_stats", "windows", "index_merge", "cost", "filesort_key",
    ]

    private static func children(of value: JSONValue) -> [PlanNode] {
        let members = value.members
        return members.keys.sorted(by: self.precedes).flatMap { key -> [PlanNode] in
            guard let member = members[key], !self.attributes.contains(key) else { return [] }
            return self.step(key, member)
        }
    }

    /// Tables come before the subqueries that their conditions hold; else by name, to be deterministic.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        let ranks = ["table": 0, "nested_loop": 1, "query_block": 2, "insert_from": 3]
        return (ranks[left] ?? 9, left) < (ranks[right] ?? 9, right)
    }

    private static func step(_ key: String, _ value: JSONValue) -> [PlanNode] {
        switch key {
        case "table": return value["table_name"] == nil ? self.children(of: value) : [self.table(value)]
        case "query_block": return [self.block(value)]
        case "nested_loop":
            let inputs = value.elements.flatMap { self.children(of: $0) }
            guard inputs.count > 1 else { return inputs }
            var node = PlanNode(.nestedLoop)
            node.children = inputs
            return [node]
        case "sorts": return self.children(of: value)
        case "ordering_operation", "filesort", "read_sorted_file", "order_by_subqueries":
            return [self.wrapping(.sort, value)]
        case "grouping_operation", "group_by_subqueries": return [self.wrapping(.group, value)]
        case "duplicates_removal", "duplication_removal", "duplicate_removal": return [self.wrapping(.distinct, value)]
        case "windowing", "window_functions_computation": return [self.window(value)]
        case "temporary_table", "buffer_result": return [self.wrapping(.temporaryTable, value)]
        case "materialized_from_subquery", "materialized", "materialization":
            return [self.wrapping(.materialise, value)]
        case "union_result", "recursive_union": return [self.wrapping(.union, value)]
        case "intersect_result": return [self.wrapping(.intersect, value)]
        case "except_result": return [self.wrapping(.except, value)]
        case "query_specifications": return value.elements.flatMap { self.children(of: $0) }
        case "attached_subqueries", "select_list_subqueries", "optimized_away_subqueries", "having_subqueries",
            "update_value_subqueries", "subqueries":
            return value.elements.map { self.wrapping(.subquery, $0) }
        case "insert_from", "block-nl-join", "expression_cache":
            return key == "expression_cache" ? [self.wrapping(.subquery, value)] : self.children(of: value)
        case "query_plan": return [Version2Parser.node(value)]
        default:
            let objects = value.elements.isEmpty ? [value] : value.elements
            return objects.compactMap { object in
                guard case .object = object else { return nil }
                return self.wrapping(.other(key), object)
            }
        }
    }

    private static func wrapping(_ operation: PlanNode.Operation, _ value: JSONValue) -> PlanNode {
        var node = PlanNode(operation)
        node.usesFilesort = value["using_filesort"]?.isTrue ?? (operation == .sort && value["sort_key"] != nil)
        node.usesTemporaryTable = value["using_temporary_table"]?.isTrue ?? (operation == .temporaryTable)
        node.isDependent = value["dependent"]?.isTrue ?? false
        node.keys = value["sort_key"]?.texts ?? []
        node.children = self.children(of: value)
        return node
    }

    private static func window(_ value: JSONValue) -> PlanNode {
        var node = self.wrapping(.window, value)
        let windows = value["windows"]?.elements ?? []
        node.keys = windows.flatMap { $0["filesort_key"]?.texts ?? [] }
        node.usesFilesort = windows.contains { $0["using_filesort"]?.isTrue == true } || value["sorts"] != nil
        return node
    }

    private static func table(_ value: JSONValue) -> PlanNode {
        var operation = PlanNode.Operation.table
        if value["insert"]?.isTrue == true || value["replace"]?.isTrue == true { operation = .insert }
        if value["update"]?.isTrue == true { operation = .update }
        if value["delete"]?.isTrue == true { operation = .delete }
        var node = PlanNode(operation)
        var table = TableAccess(
            name: value["table_name"]?.text ?? "",
            kind: self.kind(value["access_type"]?.text ?? "")
        )
        table.key = value["key"]?.text
        if table.key == nil, let merge = value["index_merge"] { table.key = self.mergedKey(merge) }
        table.keyParts = value["used_key_parts"]?.texts ?? []
        table.possibleKeys = value["possible_keys"]?.texts ?? []
        table.references = value["ref"]?.texts ?? []
        table.rows = value["rows_examined_per_scan"]?.number ?? value["rows"]?.number
        table.filtered = value["filtered"]?.number
        table.isCovering = value["using_index"]?.isTrue ?? false
        table.isBackward = value["backward_index_scan"]?.isTrue ?? false
        if value["using_index_for_skip_scan"]?.isTrue == true { table.kind = .skipScan }
        table.pushedConditions = value["index_condition"]?.texts ?? []
        table.conditions = value["attached_condition"]?.texts ?? []
        table.usedColumns = value["used_columns"]?.texts ?? []
        table.partitions = value["partitions"]?.texts ?? []
        table.joinBuffer = value["using_join_buffer"]?.text ?? value["buffer_type"]?.text
        table.isMaterialised =
            value["materialized_from_subquery"] != nil || value["materialized"] != nil
            || value["recursive"]?.isTrue == true
        node.rows = value["rows_produced_per_join"]?.number
        node.cost = value["cost_info"]?["prefix_cost"]?.number
        node.conditions = table.conditions
        if value["first_match"] != nil { node.semijoin = "FirstMatch" }
        if value["loosescan"]?.isTrue == true { node.semijoin = "LooseScan" }
        node.table = table
        node.children = self.children(of: value)
        return node
    }

    private static func mergedKey(_ value: JSONValue) -> String? {
        let names = JSONWalk.texts(named: "key", in: value)
        return names.isEmpty ? nil : names.joined(separator: ",")
    }

    static func kind(_ name: String) -> TableAccess.Kind {
        switch name {
        case "ALL": .fullScan
        case "index": .indexScan
        case "range": .range
        case "ref", "ref_or_null", "index_subquery", "hash_ALL": .lookup
        case "eq_ref", "unique_subquery": .uniqueLookup
        case "const", "system": .constant
        case "index_merge": .indexMerge
        case "fulltext": .fullText
        default: .other(name)
        }
    }
}

enum JSONWalk {
    /// Every string under a key at any depth, in the order of the sorted keys.
    static func texts(named name: String, in value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.keys.sorted().flatMap { key in
                (key == name ? members[key]?.texts ?? [] : members[key].map { Self.texts(named: name, in: $0) } ?? [])
            }
        case .array(let elements): elements.flatMap { Self.texts(named: name, in: $0) }
        case .null, .bool, .number, .string: []
        }
    }
}
