import Foundation

// One entrance for every dialect: the document itself says which it is in.

extension QueryPlan {
    /// Plans are at most this long; longer ones are refused before they are parsed.
    static let documentBytesMax = 64 * 1024 * 1024

    /// Parses what EXPLAIN FORMAT=JSON printed.
    ///
    /// Unknown steps are kept as `.other` with their children.
    /// - Throws: `.malformedPlan`.
    public init(json: String, isMariaDB: Bool = false) throws(AdviseError) {
        guard json.utf8.count <= Self.documentBytesMax else {
            throw AdviseError(.malformedPlan, "the plan is longer than \(Self.documentBytesMax) bytes")
        }
        let document: JSONValue
        do {
            document = try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        } catch {
            throw AdviseError(.malformedPlan, "EXPLAIN FORMAT=JSON did not print JSON")
        }
        if let plan = document["query_plan"] {
            let root = Version2Parser.node(plan)
            self.init(
                dialect: .version2,
                root: root,
                cost: root.flattened.first { $0.cost != nil }?.cost,
                resolvedSQL: document["query"]?.text
            )
        } else if let block = document["query_block"] {
            self.init(
                dialect: isMariaDB ? .mariaDB : .version1,
                root: Version1Parser.block(block),
                cost: block["cost_info"]?["query_cost"]?.number ?? block["cost"]?.number
            )
        } else {
            throw AdviseError(.malformedPlan, "the plan has neither query_block nor query_plan")
        }
    }
}
