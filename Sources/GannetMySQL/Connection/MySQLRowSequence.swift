import Synchronization

/// Rows as they arrive from the server; asking for more is what makes the client read more.
///
/// Iterate once. Dropping the sequence before its end lets the connection drain or kill the query before its next
/// command.
public struct MySQLRowSequence: AsyncSequence, Sendable {
    /// A row.
    public typealias Element = MySQLRow
    /// Rows fail with the client's error only.
    public typealias Failure = MySQLError

    /// Keeps the stream marked as wanted while anybody holds the sequence.
    final class Lease: Sendable {
        let connection: MySQLConnection
        let stream: RowStreamHandle

        init(connection: MySQLConnection, stream: RowStreamHandle) {
            self.connection = connection
            self.stream = stream
            stream.retain()
        }

        deinit {
            self.stream.release()
        }
    }

    private let lease: Lease

    init(connection: MySQLConnection, stream: RowStreamHandle) {
        self.lease = Lease(connection: connection, stream: stream)
    }

    /// The result set's columns; none for a statement without rows.
    public var columns: [MySQLColumn] { self.lease.stream.layout.columns }

    /// How the statement ended, once every row has been read.
    public var result: MySQLResult? { self.lease.stream.result.withLock { $0 } }

    /// The rows in batches as large as they arrived, for loops that do not suspend for each row.
    public var batches: MySQLRowBatches { MySQLRowBatches(lease: self.lease) }

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(batches: self.batches.makeAsyncIterator())
    }

    /// Reads every row into memory.
    public func collect() async throws(MySQLError) -> [MySQLRow] {
        var rows: [MySQLRow] = []
        var batches = self.batches.makeAsyncIterator()
        while let batch = try await batches.next(isolation: #isolation) {
            rows.append(contentsOf: batch)
        }
        return rows
    }

    /// The leading columns of each row as a tuple.
    public func decode<each Value: MySQLDecodable>(
        _ types: (repeat each Value).Type = (repeat each Value).self
    ) -> MySQLDecodedRows<repeat each Value> {
        MySQLDecodedRows(rows: self)
    }

    /// Hands rows out of the batches; suspends once a batch only.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var batches: MySQLRowBatches.AsyncIterator
        private var rows: MySQLRowBatch.Iterator?

        init(batches: MySQLRowBatches.AsyncIterator) {
            self.batches = batches
        }

        /// The next row, or `nil` after the last.
        public mutating func next() async throws(MySQLError) -> MySQLRow? {
            try await self.next(isolation: #isolation)
        }

        /// The next row, or `nil` after the last, without leaving the caller's actor while rows are at hand.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(MySQLError) -> MySQLRow? {
            while true {
                if let row = self.rows?.next() { return row }
                guard let batch = try await self.batches.next(isolation: actor) else { return nil }
                self.rows = batch.makeIterator()
            }
        }
    }
}

/// A result set's rows in batches.
public struct MySQLRowBatches: AsyncSequence, Sendable {
    /// Some rows.
    public typealias Element = MySQLRowBatch
    /// Batches fail with the client's error only.
    public typealias Failure = MySQLError

    let lease: MySQLRowSequence.Lease

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(lease: self.lease)
    }

    /// Asks the connection for batch after batch.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let lease: MySQLRowSequence.Lease

        /// The next batch, or `nil` after the last.
        public mutating func next() async throws(MySQLError) -> MySQLRowBatch? {
            try await self.lease.connection.nextBatch(self.lease.stream)
        }

        /// The next batch, or `nil` after the last.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(MySQLError) -> MySQLRowBatch? {
            try await self.lease.connection.nextBatch(self.lease.stream)
        }
    }
}

/// A result set's rows as tuples.
public struct MySQLDecodedRows<each Value: MySQLDecodable>: AsyncSequence, Sendable {
    /// The leading columns of one row.
    public typealias Element = (repeat each Value)
    /// Rows fail with the client's error only.
    public typealias Failure = MySQLError

    let rows: MySQLRowSequence

    /// Starts reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(rows: self.rows.makeAsyncIterator())
    }

    /// Reads every row into memory.
    public func collect() async throws(MySQLError) -> [(repeat each Value)] {
        var values: [(repeat each Value)] = []
        var iterator = self.makeAsyncIterator()
        while let value = try await iterator.next(isolation: #isolation) { values.append(value) }
        return values
    }

    /// Decodes row after row.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var rows: MySQLRowSequence.AsyncIterator

        /// The next row's values, or `nil` after the last.
        public mutating func next() async throws(MySQLError) -> (repeat each Value)? {
            try await self.next(isolation: #isolation)
        }

        /// The next row's values, or `nil` after the last.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(MySQLError) -> (repeat each Value)? {
            try await self.rows.next(isolation: actor)?.decode((repeat each Value).self)
        }
    }
}
