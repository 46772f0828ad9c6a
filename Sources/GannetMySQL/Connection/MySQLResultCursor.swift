/// Walks the results of one command, such as a CALL; lent by `withResults`.
public actor MySQLResultCursor {
    private let connection: MySQLConnection
    private let commandID: UInt64
    private var first: MySQLRowSequence?

    /// The connection's event loop, so that asking takes no hop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { self.connection.unownedExecutor }

    init(connection: MySQLConnection, commandID: UInt64, first: MySQLRowSequence) {
        self.connection = connection
        self.commandID = commandID
        self.first = first
    }

    /// The next result, or `nil` after the last; rows of the one before that were not read are dropped.
    ///
    /// A result without rows has no columns.
    public func next() async throws(MySQLError) -> MySQLRowSequence? {
        if let first {
            self.first = nil
            await self.connection.keepFurtherResults(commandID: self.commandID)
            return first
        }
        return try await self.connection.nextResult(commandID: self.commandID)
    }
}

extension MySQLConnection {
    func keepFurtherResults(commandID: UInt64) {
        guard let open = self.current, open.id == commandID else { return }
        open.keepsFurtherResults = true
    }

    func nextResult(commandID: UInt64) async throws(MySQLError) -> MySQLRowSequence? {
        guard let open = self.current, open.id == commandID else { return nil }
        if open.machine.isReadingRows, let stream = open.stream {
            while try await self.nextBatch(stream) != nil { continue }
        }
        guard self.current === open else { return nil }
        return try await self.rows(open, try await self.step(open))
    }
}
