/// A result set's first column, decoded.
public struct MySQLDecodedColumn<Value: MySQLDecodable>: AsyncSequence, Sendable {
    /// The first column of one row.
    public typealias Element = Value
    /// Rows fail with the client's error only.
    public typealias Failure = MySQLError

    let rows: MySQLRowSequence

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(rows: self.rows.makeAsyncIterator())
    }

    /// Reads every row into memory.
    public func collect() async throws(MySQLError) -> [Value] {
        var values: [Value] = []
        var iterator = self.makeAsyncIterator()
        while let value = try await iterator.next(isolation: #isolation) { values.append(value) }
        return values
    }

    /// Decodes row after row.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var rows: MySQLRowSequence.AsyncIterator

        /// The next row's value, or `nil` after the last.
        public mutating func next() async throws(MySQLError) -> Value? {
            try await self.next(isolation: #isolation)
        }

        /// The next row's value, or `nil` after the last.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(MySQLError) -> Value? {
            try await self.rows.next(isolation: actor)?.decode(Value.self, at: 0)
        }
    }
}

extension MySQLRowSequence {
    /// The first column of each row; the tuple form is for two and more.
    public func decode<Value: MySQLDecodable>(_ type: Value.Type) -> MySQLDecodedColumn<Value> {
        MySQLDecodedColumn(rows: self)
    }
}
