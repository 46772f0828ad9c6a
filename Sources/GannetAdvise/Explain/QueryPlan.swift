/// What the server intends to do for a statement, in one form for every dialect of EXPLAIN FORMAT=JSON.
public struct QueryPlan: Hashable, Sendable {
    /// Who printed the plan.
    public enum Dialect: String, Hashable, Sendable {
        /// `explain_json_format_version=1`, and all that MySQL 8.0 has.
        case version1
        /// `explain_json_format_version=2`.
        case version2
        /// MariaDB's: like version 1, without costs.
        case mariaDB
    }

    /// Who printed the plan.
    public var dialect: Dialect
    /// The tree's root.
    public var root: PlanNode
    /// The optimizer's cost of the whole, where the dialect has one; costs of two dialects do not compare.
    public var cost: Double?
    /// The statement as the optimizer resolved it, where the dialect prints it.
    public var resolvedSQL: String?

    /// Every access to a table, in the order of execution as far as the plan tells.
    public var tables: [TableAccess] { self.root.flattened.compactMap(\.table) }

    /// Accesses to tables that exist, without temporary and derived ones.
    public var baseTables: [TableAccess] { self.tables.filter { !$0.isDerived } }

    /// Such as "orders ALL, users eq_ref(PRIMARY)".
    public var accessSummary: String {
        self.baseTables.map { "\($0.name) \($0.accessText)" }.joined(separator: ", ")
    }
}

/// One step of a plan.
public struct PlanNode: Hashable, Sendable {
    /// What a step does.
    public enum Operation: Hashable, Sendable {
        case block
        case table
        case filter
        case nestedLoop
        case hashJoin
        case sort
        case group
        case distinct
        case window
        case limit
        case temporaryTable
        case materialise
        case union
        case intersect
        case except
        case subquery
        case stream
        case indexMerge
        /// The answer is known without reading: constants, impossible conditions.
        case noTable
        case insert
        case update
        case delete
        /// A step that this version of the parser does not know; its children are still there.
        case other(String)
    }

    /// What the step does.
    public var operation: Operation
    /// The server's own words for it, where it has some.
    public var text = ""
    /// The access, where the step is one.
    public var table: TableAccess?
    /// Rows that leave the step, as the optimizer estimates.
    public var rows: Double?
    /// Cost up to and including this step, for one execution of it.
    public var cost: Double?
    /// Conditions that the step checks.
    public var conditions: [String] = []
    /// What a sort sorts by, a group groups by.
    public var keys: [String] = []
    /// Whether rows are sorted in a pass of their own.
    public var usesFilesort = false
    /// Whether rows go through a temporary table.
    public var usesTemporaryTable = false
    /// Whether the step runs again for every row of what surrounds it.
    public var isDependent = false
    /// The semijoin strategy, such as `FirstMatch`.
    public var semijoin: String?
    /// What feeds the step.
    public var children: [PlanNode] = []

    init(_ operation: Operation) {
        self.operation = operation
    }

    /// The step and all below it, parents first.
    public var flattened: [PlanNode] { [self] + self.children.flatMap(\.flattened) }
}

/// How one table is read.
public struct TableAccess: Hashable, Sendable {
    /// Ways to read a table, as the manual's "EXPLAIN Join Types" names them.
    public enum Kind: Hashable, Sendable {
        case fullScan
        case indexScan
        case range
        case lookup
        case uniqueLookup
        case constant
        case indexMerge
        case fullText
        case skipScan
        /// A kind that this version of the parser does not know.
        case other(String)
    }

    /// The table's schema, where printed.
    public var schema: String?
    /// The alias, or the name where there is none.
    public var name: String
    /// How it is read.
    public var kind: Kind
    /// The index in use.
    public var key: String?
    /// Columns of the index that locate rows.
    public var keyParts: [String] = []
    /// Indexes that were considered.
    public var possibleKeys: [String] = []
    /// What the index is compared with.
    public var references: [String] = []
    /// Rows read for one execution.
    public var rows: Double?
    /// Percentage of those that pass the conditions.
    public var filtered: Double?
    /// Whether the index alone has all columns.
    public var isCovering = false
    /// Whether the index is read backwards.
    public var isBackward = false
    /// Conditions checked inside the storage engine.
    public var pushedConditions: [String] = []
    /// Conditions checked after reading.
    public var conditions: [String] = []
    /// Columns that are read.
    public var usedColumns: [String] = []
    /// Partitions that are left after pruning; empty where not printed.
    public var partitions: [String] = []
    /// Whether it is joined through a buffer, such as a hash join's.
    public var joinBuffer: String?

    init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    /// Whether this is a temporary, derived or otherwise made-up table.
    public var isDerived: Bool { self.name.hasPrefix("<") || self.isMaterialised }
    var isMaterialised = false

    /// The access as in EXPLAIN's `type` column, with its index: `ALL`, `ref(orders_user)`.
    public var accessText: String {
        let type =
            switch self.kind {
            case .fullScan: "ALL"
            case .indexScan: "index"
            case .range: "range"
            case .lookup: "ref"
            case .uniqueLookup: "eq_ref"
            case .constant: "const"
            case .indexMerge: "index_merge"
            case .fullText: "fulltext"
            case .skipScan: "skip_scan"
            case .other(let name): name
            }
        return self.key.map { "\(type)(\($0))" } ?? type
    }
}
