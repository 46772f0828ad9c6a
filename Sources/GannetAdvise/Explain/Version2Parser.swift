// Version 2 prints the iterators: every node has `operation` and feeds on `inputs`.
// Source: MySQL Reference Manual, "EXPLAIN Output Format", version 2 of the JSON schema.

enum Version2Parser {
    static func node(_ value: JSONValue) -> PlanNode {
        let text = value["operation"]?.text ?? ""
        let access = value["access_type"]?.text ?? ""
        var node = PlanNode(self.operation(access, text: text, value))
        node.text = text
        node.rows = value["estimated_rows"]?.number
        node.cost = value["estimated_total_cost"]?.number
        node.conditions =
            (value["condition"]?.texts ?? []) + (value["hash_condition"]?.texts ?? [])
            + (value["lookup_condition"]?.texts ?? []) + (value["pushed_index_condition"]?.texts ?? [])
        node.keys = value["sort_fields"]?.texts ?? []
        node.usesFilesort = access == "sort"
        node.usesTemporaryTable = access == "materialize" || access == "temp_table_aggregate"
        node.isDependent = value["dependent"]?.isTrue ?? false
        node.semijoin = value["semijoin_strategy"]?.text
        if node.operation == .table || node.operation == .indexMerge { node.table = self.table(value, access: access) }
        if case .insert = node.operation, let name = value["table_name"]?.text {
            node.table = TableAccess(name: name, kind: .fullScan)
            node.table?.schema = value["schema_name"]?.text
        }
        node.children = (value["inputs"]?.elements ?? []).map(self.node)
        node.children += (value["inputs_from_select_list"]?.elements ?? []).map { input in
            var subquery = PlanNode(.subquery)
            subquery.children = [self.node(input)]
            return subquery
        }
        // The scan of a common table expression or derived table has what fills it as its input.
        if node.table != nil, value["schema_name"] == nil { node.table?.isMaterialised = true }
        return node
    }

    private static func operation(_ access: String, text: String, _ value: JSONValue) -> PlanNode.Operation {
        switch access {
        case "table", "index", "full_text_index", "sample_scan", "scan_new_records":
            return value["table_name"] == nil ? .other(access) : .table
        case "index_merge", "rowid_intersection", "rowid_union": return .indexMerge
        case "filter": return .filter
        case "join": return value["join_algorithm"]?.text == "hash" ? .hashJoin : .nestedLoop
        case "aggregate", "temp_table_aggregate": return .group
        case "sort": return .sort
        case "limit": return .limit
        case "stream", "invalidate_materialized_tables": return .stream
        case "materialize", "materialize_information_schema": return self.setOperation(value) ?? .materialise
        case "append": return .union
        case "window": return .window
        case "remove_duplicates", "remove_duplicates_on_index", "weedout": return .distinct
        case "rows_fetched_before_execution", "zero_rows", "zero_rows_aggregated", "count_rows", "constant_row":
            return .noTable
        case "delete_rows": return .delete
        case "update_rows": return .update
        case "insert_values": return .insert
        case "temp_table": return .temporaryTable
        default:
            if text.hasPrefix("Remove duplicate") { return .distinct }
            if text.hasPrefix("Insert into") || text.hasPrefix("Replace into") { return .insert }
            return .other(access.isEmpty ? text : access)
        }
    }

    private static func setOperation(_ value: JSONValue) -> PlanNode.Operation? {
        if value["union"]?.isTrue == true { return .union }
        if value["intersect"]?.isTrue == true { return .intersect }
        if value["except"]?.isTrue == true { return .except }
        return nil
    }

    private static func table(_ value: JSONValue, access: String) -> TableAccess? {
        guard let name = value["alias"]?.text ?? value["table_name"]?.text else { return nil }
        var table = TableAccess(name: name, kind: self.kind(value, access: access))
        table.schema = value["schema_name"]?.text
        table.key = value["index_name"]?.text
        table.keyParts = value["key_columns"]?.texts ?? []
        table.references = value["lookup_references"]?.texts ?? []
        table.rows = value["estimated_rows"]?.number
        table.isCovering = value["covering"]?.isTrue ?? false
        table.isBackward = value["reverse"]?.isTrue ?? false
        table.pushedConditions =
            (value["pushed_index_condition"]?.texts ?? []) + (value["lookup_condition"]?.texts ?? [])
            + (value["ranges"]?.texts ?? [])
        table.usedColumns = value["used_columns"]?.texts ?? []
        return table
    }

    private static func kind(_ value: JSONValue, access: String) -> TableAccess.Kind {
        let isSingleRow = value["operation"]?.text?.hasPrefix("Single-row") == true
        switch value["index_access_type"]?.text {
        case "index_lookup": return isSingleRow ? .uniqueLookup : .lookup
        case "index_range_scan", "dynamic_index_range_scan", "multi_range_read": return .range
        case "index_scan": return .indexScan
        case "index_skip_scan": return .skipScan
        // Version 1 calls a loose index scan for GROUP BY a range access.
        case "group_index_skip_scan": return .range
        case "full_text_search": return .fullText
        case .some(let name): return .other(name)
        case nil:
            return access == "full_text_index"
                ? .fullText : access == "table" || access == "scan_new_records" ? .fullScan : .other(access)
        }
    }
}
