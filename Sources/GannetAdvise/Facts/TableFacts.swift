/// A table's name with its schema.
public struct TableName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The schema (database).
    public var schema: String
    /// The table.
    public var name: String

    /// Names a table.
    public init(schema: String, name: String) {
        self.schema = schema
        self.name = name
    }

    /// By schema, then by name.
    public static func < (left: Self, right: Self) -> Bool {
        (left.schema, left.name) < (right.schema, right.name)
    }

    /// `schema.table`, unquoted.
    public var description: String { "\(self.schema).\(self.name)" }
}

/// One column of an index.
public struct IndexPart: Hashable, Sendable {
    /// The column.
    public var column: String
    /// Characters that are indexed, where not all.
    public var prefixLength: Int?
    /// Whether the part is sorted downwards.
    public var isDescending: Bool

    /// Makes a part.
    public init(_ column: String, prefixLength: Int? = nil, isDescending: Bool = false) {
        self.column = column
        self.prefixLength = prefixLength
        self.isDescending = isDescending
    }
}

/// An index that exists or might.
public struct IndexDefinition: Hashable, Sendable {
    /// Its name; `PRIMARY` for the primary key.
    public var name: String
    /// Its columns, in order.
    public var parts: [IndexPart]
    /// Whether keys are unique.
    public var isUnique: Bool
    /// Distinct values of the leading 1, 2, … columns, where the server knows them.
    public var cardinalities: [Double]
    /// Whether the optimizer may use it.
    public var isVisible: Bool

    /// Makes a definition.
    public init(
        name: String,
        parts: [IndexPart],
        isUnique: Bool = false,
        cardinalities: [Double] = [],
        isVisible: Bool = true
    ) {
        self.name = name
        self.parts = parts
        self.isUnique = isUnique
        self.cardinalities = cardinalities
        self.isVisible = isVisible
    }

    var isPrimary: Bool { self.name == "PRIMARY" }
    var columnNames: [String] { self.parts.map(\.column) }

    /// Whether every access through this index is possible through `other` as well.
    func isPrefix(of other: IndexDefinition) -> Bool {
        self.parts.count <= other.parts.count && Array(other.parts.prefix(self.parts.count)) == self.parts
    }
}

/// What is known about a column.
struct ColumnFacts: Hashable, Sendable {
    /// `data_type` of information_schema, in lower case.
    var type: String
    var isNullable: Bool
    /// Longest value in characters, for strings.
    var charactersMax: Int?
    /// Longest value in bytes, for strings.
    var bytesMax: Int?
    /// Distinct values, estimated.
    var distinctCount: Double?

    var isString: Bool { ["char", "varchar", "tinytext", "text", "mediumtext", "longtext"].contains(self.type) }
    /// BLOB, TEXT, JSON and the like: no index without a prefix.
    var isLong: Bool { self.type.hasSuffix("text") || self.type.hasSuffix("blob") }
    var isIndexable: Bool { !["json", "geometry", "point", "polygon", "vector", "linestring"].contains(self.type) }

    /// Bytes in an index entry, on average and roughly.
    var keyBytes: Double {
        switch self.type {
        case "tinyint", "year", "enum", "set", "bit": 1
        case "smallint": 2
        case "mediumint", "date", "time": 3
        case "int", "float", "timestamp": 4
        case "bigint", "double", "datetime", "decimal": 8
        default: min(max(Double(self.bytesMax ?? 16) / 4, 4), 64)
        }
    }
}

struct ForeignKeyFacts: Hashable, Sendable {
    var name: String
    var columns: [String]
}

/// What is known about a table.
struct TableFacts: Hashable, Sendable {
    var name: TableName
    var rows: Double
    var columns: [String: ColumnFacts] = [:]
    var indexes: [IndexDefinition] = []
    var foreignKeys: [ForeignKeyFacts] = []
    /// Share of rows that satisfy a condition, by the condition's text; from the sample.
    var selectivities: [String: Double] = [:]

    var primaryKey: [String] { self.indexes.first(where: \.isPrimary)?.columnNames ?? [] }

    /// Whether InnoDB made an index for a foreign key; it names it after the constraint.
    ///
    /// InnoDB silently drops it when another
    /// serves, and refuses to drop that other later (error 1553); so both directions of advice name it.
    func isMadeForForeignKey(_ index: IndexDefinition) -> Bool {
        !index.isUnique && self.foreignKeys.contains { $0.name == index.name && $0.columns == index.columnNames }
    }

    /// Distinct combinations of columns, from an index that starts with them, else from each by itself.
    func distinctCount(of names: [String]) -> Double {
        let wanted = Set(names)
        for index in self.indexes where index.parts.count >= wanted.count {
            guard Set(index.columnNames.prefix(wanted.count)) == wanted else { continue }
            if index.isUnique, index.parts.count == wanted.count { return max(self.rows, 1) }
            if wanted.count <= index.cardinalities.count { return max(index.cardinalities[wanted.count - 1], 1) }
        }
        if names.count == 1 { return max(self.columns[names[0]]?.distinctCount ?? self.rows / 10, 1) }
        let product = names.reduce(1.0) { $0 * self.distinctCount(of: [$1]) }
        return min(max(product, 1), max(self.rows, 1))
    }

    /// Share of rows that a predicate with constants lets through.
    func selectivity(of predicate: Predicate) -> Double {
        if let sampled = self.selectivities[predicate.sql] { return sampled }
        let one = 1 / self.distinctCount(of: [predicate.column])
        return switch predicate.comparison {
        case .equality, .join: one
        case .list(let count): min(Double(count) * one, 1)
        case .range: 0.3
        case .onExpression, .residual: 1
        }
    }
}
