/// SQL with its values beside it, never in it.
///
/// ```swift
/// let query: MySQLQuery = "SELECT name FROM users WHERE id = \(id) LIMIT \(count)"
/// ```
/// Each interpolated value becomes a `?` and a bound parameter.
public struct MySQLQuery: Sendable, Hashable {
    /// The SQL, with `?` where a value is bound.
    public var sql: String
    /// The values, in the order of the question marks.
    public var bindings: MySQLBindings

    /// Takes SQL as it is; the caller answers for its content.
    public init(unsafeSQL: String, bindings: MySQLBindings = MySQLBindings()) {
        self.sql = unsafeSQL
        self.bindings = bindings
    }
}

extension MySQLQuery: ExpressibleByStringInterpolation {
    /// Makes a query without values.
    public init(stringLiteral value: String) {
        self.init(unsafeSQL: value)
    }

    /// Makes a query from an interpolated string.
    public init(stringInterpolation: StringInterpolation) {
        self.init(unsafeSQL: stringInterpolation.sql, bindings: stringInterpolation.bindings)
    }

    /// Collects the SQL and the values of an interpolated string.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var sql = ""
        var bindings = MySQLBindings()

        /// Starts an interpolated query.
        public init(literalCapacity: Int, interpolationCount: Int) {
            self.sql.reserveCapacity(literalCapacity + interpolationCount)
        }

        /// Adds SQL.
        public mutating func appendLiteral(_ literal: String) {
            self.sql += literal
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some MySQLEncodable) {
            self.sql += "?"
            self.bindings.append(value)
        }

        /// Binds a value, or NULL.
        public mutating func appendInterpolation<Value: MySQLEncodable>(_ value: Value?) {
            self.sql += "?"
            self.bindings.append(value)
        }

        /// Binds each value, separated by commas, as in `IN (\(list: ids))`; an empty list becomes NULL, which
        /// matches nothing.
        public mutating func appendInterpolation(list values: some Collection<some MySQLEncodable>) {
            self.sql += values.isEmpty ? "NULL" : Array(repeating: "?", count: values.count).joined(separator: ", ")
            for value in values { self.bindings.append(value) }
        }

        /// Adds a name in backticks.
        public mutating func appendInterpolation(identifier name: String) {
            self.sql += SQLText.quoteIdentifier(name)
        }

        /// Adds another query with its values.
        public mutating func appendInterpolation(fragment query: MySQLQuery) {
            self.sql += query.sql
            self.bindings.append(contentsOf: query.bindings)
        }

        /// Adds SQL as it is; the caller answers for its content.
        public mutating func appendInterpolation(unescaped sql: String) {
            self.sql += sql
        }
    }
}
