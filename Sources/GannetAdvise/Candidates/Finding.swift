/// Something about a query that no plain index mends.
public struct Finding: Hashable, Sendable {
    /// The query's name.
    public var query: String
    /// What is wrong and what to do, in a sentence or two.
    public var message: String
}

extension Finding {
    /// What a predicate has instead of an index to offer, if anything.
    static func message(_ predicate: Predicate, _ facts: TableFacts) -> String? {
        if case .onExpression = predicate.comparison {
            return "\(facts.name.name).\(predicate.column) is compared through an expression (\(predicate.sql)): "
                + "an index on the column cannot serve that; compare the bare column with a range, or add a functional index"
        }
        return self.implicitConversion(predicate, facts)
    }

    /// A string column that is compared with a number is converted row by row.
    static func implicitConversion(_ predicate: Predicate, _ facts: TableFacts) -> String? {
        guard predicate.comparesWithNumber, let column = facts.columns[predicate.column],
            ["char", "varchar"].contains(column.type) || column.isLong
        else { return nil }
        return "\(facts.name.name).\(predicate.column) is \(column.type.uppercased()) but compared with a number "
            + "(\(predicate.sql)): every row is converted and no index serves; quote the value"
    }
}
