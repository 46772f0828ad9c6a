import OrderedCollections

/// A connection's prepared statements, the least recently used one going first.
///
/// The server counts statements over all connections (`max_prepared_stmt_count`), so the cache has a bound.
struct StatementCache {
    private let capacity: Int
    private var statements: OrderedDictionary<String, PrepareResponse> = [:]

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
    }

    /// Finds a statement and marks it as used.
    mutating func use(_ sql: String) -> PrepareResponse? {
        guard let statement = self.statements.removeValue(forKey: sql) else { return nil }
        self.statements[sql] = statement
        return statement
    }

    /// Adds a statement; returns the one that must be closed for it.
    mutating func insert(_ statement: PrepareResponse, for sql: String) -> PrepareResponse? {
        let evicted = self.statements.count >= self.capacity ? self.statements.removeFirst().value : nil
        self.statements[sql] = statement
        return evicted
    }

    /// Forgets a statement that the server no longer knows.
    mutating func remove(_ sql: String) {
        self.statements.removeValue(forKey: sql)
    }

    /// Forgets everything, as the server does on COM_RESET_CONNECTION.
    mutating func removeAll() {
        self.statements.removeAll()
    }
}
