/// How much concurrent transactions see of each other.
///
/// Source: MySQL Reference Manual, "Transaction Isolation Levels".
public enum MySQLIsolationLevel: String, Sendable, CaseIterable {
    /// Sees changes that are not committed.
    case readUncommitted = "READ UNCOMMITTED"
    /// Each statement sees what is committed when it starts.
    case readCommitted = "READ COMMITTED"
    /// Every statement sees what the first one saw.
    case repeatableRead = "REPEATABLE READ"
    /// Reads lock what they read.
    case serializable = "SERIALIZABLE"
}

extension MySQLConnection {
    /// Runs `body` in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// A DDL statement inside ends the transaction on the server; that is MySQL's rule. Where the rollback fails the
    /// connection is closed, which rolls back as well.
    /// - Throws: what `body` throws; `MySQLError` of the statements around it. An error of COMMIT itself has
    ///   `mayHaveExecuted` set when the connection broke.
    @discardableResult
    public func withTransaction<R>(
        isolation: MySQLIsolationLevel? = nil,
        readOnly: Bool = false,
        _ body: (MySQLConnection) async throws -> R
    ) async throws -> R {
        if let isolation {
            try await self.execute("SET TRANSACTION ISOLATION LEVEL \(unescaped: isolation.rawValue)", mode: .text)
        }
        try await self.execute(readOnly ? "START TRANSACTION READ ONLY" : "START TRANSACTION", mode: .text)
        do {
            let result = try await body(self)
            try await self.execute("COMMIT", mode: .text)
            return result
        } catch {
            await self.rollBack()
            throw error
        }
    }

    /// Rolls back, or closes the connection where that is not possible any more; never hides the error before it.
    private func rollBack() async {
        guard self.isUsable else { return }
        let rollback = Task { try await self.execute("ROLLBACK", mode: .text) }  // runs even when we were cancelled
        if case .failure = await rollback.result { await self.close() }
    }
}
