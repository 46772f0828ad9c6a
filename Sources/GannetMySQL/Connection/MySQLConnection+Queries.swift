import NIOCore
import Synchronization

/// Which of the server's two protocols a query uses.
public enum MySQLQueryMode: Sendable, Hashable {
    /// Prepared where values are bound, else text.
    case automatic
    /// The text protocol; values cannot be bound.
    case text
    /// Prepared and cached, also without values.
    case prepared
}

extension MySQLConnection {
    /// Runs a query and lends its first result set's rows as they arrive.
    ///
    /// Further result sets are read and dropped at the end; `withResults` has them all. A statement without rows gives
    /// an empty sequence with its `result`.
    /// - Throws: `.server` with the server's error, `.invalidArgument` where the number of bound values is wrong,
    ///   `.connectionBusy`, `.cancelled`, `.timeout`, `.connectionClosed`.
    public func query(
        _ query: MySQLQuery,
        mode: MySQLQueryMode = .automatic,
        timeout: Duration? = nil
    ) async throws(MySQLError) -> MySQLRowSequence {
        let (open, action) = try await self.start(query, mode: mode, timeout: timeout)
        return try await self.rows(open, action)
    }

    /// Runs a statement to the end of every result and returns the last one; rows are read and dropped.
    @discardableResult
    public func execute(
        _ query: MySQLQuery,
        mode: MySQLQueryMode = .automatic,
        timeout: Duration? = nil
    ) async throws(MySQLError) -> MySQLResult {
        var (open, action) = try await self.start(query, mode: mode, timeout: timeout)
        while true {
            switch action {
            case .result(let ok), .endOfRows(let ok):
                guard self.current === open else { return MySQLResult(ok) }
                action = try await self.step(open)
            case .columns:
                action = .endOfRows(try await self.dropRows(open))
            case .sendLocalData:
                action = try await self.refuseLocalData(open)
            case .wait, .prepared, .fail:
                throw await self.breakOff(open, MySQLError(.malformedPacket, "the server answered out of turn"))
            }
        }
    }

    /// Runs a query that may have several results, such as CALL, and lends them one after the other.
    @discardableResult
    public func withResults<R>(
        _ query: MySQLQuery,
        mode: MySQLQueryMode = .automatic,
        timeout: Duration? = nil,
        _ body: (MySQLResultCursor) async throws -> R
    ) async throws -> R {
        let (open, action) = try await self.start(query, mode: mode, timeout: timeout)
        let cursor = MySQLResultCursor(connection: self, commandID: open.id, first: try await self.rows(open, action))
        do {
            let result = try await body(cursor)
            if self.current === open { try await self.drain(open) }
            return result
        } catch {
            // The caller's error matters more than what reading the rest says; a broken connection shows itself.
            if self.current === open { try? await self.drain(open) }
            throw error
        }
    }

    /// Asks the server whether it is there.
    public func ping() async throws(MySQLError) {
        _ = try await self.step(try await self.begin(.ping))
    }

    /// Puts the session back to how it was after connecting, but keeps the schema (COM_RESET_CONNECTION).
    public func reset() async throws(MySQLError) {
        _ = try await self.step(try await self.begin(.resetConnection))
        self.statements.removeAll()
        try await self.execute("SET NAMES utf8mb4", mode: .text)
    }

    // MARK: - Starting

    /// Sends a query by the right protocol and reads the head of its answer.
    func start(
        _ query: MySQLQuery,
        mode: MySQLQueryMode,
        timeout: Duration?
    ) async throws(MySQLError) -> (OpenCommand, CommandMachine.Action) {
        switch (mode, query.bindings.count) {
        case (.text, 0), (.automatic, 0):
            let open = try await self.begin(.query(query.sql), sql: query.sql, timeout: timeout)
            return (open, try await self.step(open))
        case (.text, _):
            throw MySQLError(.invalidArgument, "the text protocol cannot bind values; use mode .prepared or .automatic")
        case (.automatic, _), (.prepared, _):
            return try await self.startPrepared(query, timeout: timeout)
        }
    }

    private func startPrepared(
        _ query: MySQLQuery,
        timeout: Duration?
    ) async throws(MySQLError) -> (OpenCommand, CommandMachine.Action) {
        for isRetry in [false, true] {
            let statement: PrepareResponse
            do throws(MySQLError) {
                statement = try await self.prepared(query.sql)
            } catch {
                // 1295: not possible as a prepared statement; without values the text protocol does as well.
                guard error.serverError?.number == 1295, query.bindings.count == 0 else { throw error }
                let open = try await self.begin(.query(query.sql), sql: query.sql, timeout: timeout)
                return (open, try await self.step(open))
            }
            guard statement.parameterCount == query.bindings.count else {
                throw MySQLError(
                    .invalidArgument,
                    "the statement has \(statement.parameterCount) parameters, but \(query.bindings.count) values are bound"
                )
            }
            let command = Command.execute(statementID: statement.statementID, query.bindings)
            let open = try await self.begin(command, sql: query.sql, timeout: timeout)
            do throws(MySQLError) {
                return (open, try await self.step(open))
            } catch {
                // 1615: must be re-prepared; 1243: the server forgot it. Neither has executed anything.
                guard let number = error.serverError?.number, number == 1615 || number == 1243, !isRetry else {
                    throw error
                }
                self.statements.remove(query.sql)
                self.handler.sendCommand(Command.closeStatement(statement.statementID).encoded())
            }
        }
        throw MySQLError(.malformedPacket, "the server keeps asking for the statement to be prepared again")
    }

    private func prepared(_ sql: String) async throws(MySQLError) -> PrepareResponse {
        if let statement = self.statements.use(sql) { return statement }
        let open = try await self.begin(.prepare(sql), sql: sql)
        guard case .prepared(let statement) = try await self.step(open) else {
            throw await self.breakOff(open, MySQLError(.malformedPacket, "the server did not prepare the statement"))
        }
        if let evicted = self.statements.insert(statement, for: sql) {
            self.handler.sendCommand(Command.closeStatement(evicted.statementID).encoded())
        }
        return statement
    }

    // MARK: - Reading

    /// Turns the head of an answer into a sequence of rows.
    func rows(
        _ open: OpenCommand,
        _ action: CommandMachine.Action
    ) async throws(MySQLError) -> MySQLRowSequence {
        switch action {
        case .columns(let columns, let format):
            let stream = RowStreamHandle(
                commandID: open.id,
                layout: MySQLRowLayout(columns: columns, format: format)
            )
            open.stream = stream
            return MySQLRowSequence(connection: self, stream: stream)
        case .result(let ok), .endOfRows(let ok):
            let stream = RowStreamHandle(commandID: open.id, layout: MySQLRowLayout(columns: [], format: .text))
            stream.result.withLock { $0 = MySQLResult(ok) }
            if self.current === open { open.stream = stream }
            return MySQLRowSequence(connection: self, stream: stream)
        case .sendLocalData:
            return try await self.rows(open, try await self.refuseLocalData(open))
        case .wait, .prepared, .fail:
            throw await self.breakOff(open, MySQLError(.malformedPacket, "the server answered out of turn"))
        }
    }

    /// The next rows of a lent result set, or `nil` after the last; then the rest of the command is read as well,
    /// unless a cursor wants it.
    func nextBatch(_ stream: RowStreamHandle) async throws(MySQLError) -> MySQLRowBatch? {
        guard let open = self.current, open.stream === stream else { return nil }
        guard !self.handler.isAwaited else { throw MySQLChannelHandler.awaitedTwice }
        guard open.machine.isReadingRows else {
            if !open.keepsFurtherResults { try await self.drain(open) }
            return nil
        }
        let rows: PacketFramer.Rows
        do throws(MySQLError) {
            rows = try await self.interruptible(open) { handler throws(MySQLError) in try await handler.nextRows() }
        } catch {
            throw await self.breakOff(open, error)
        }
        switch rows {
        case .packets(let bytes):
            return MySQLRowBatch(bytes: bytes, framing: .packets, layout: stream.layout)
        case .single(let bytes):
            return MySQLRowBatch(bytes: bytes, framing: .single, layout: stream.layout)
        case .other(let packet):
            let ok = try await self.endRows(open, packet)
            if open.interruption != nil { throw try await self.endInterrupted(open) }
            stream.result.withLock { $0 = MySQLResult(ok) }
            if self.current === open, !open.keepsFurtherResults { try await self.drain(open) }
            return nil
        }
    }

    private func dropRows(_ open: OpenCommand) async throws(MySQLError) -> OKPacket {
        while true {
            let rows: PacketFramer.Rows
            do throws(MySQLError) {
                rows = try await self.interruptible(open) { handler throws(MySQLError) in try await handler.nextRows() }
            } catch {
                throw await self.breakOff(open, error)
            }
            guard case .other(let packet) = rows else { continue }
            let ok = try await self.endRows(open, packet)
            if open.interruption != nil { throw try await self.endInterrupted(open) }
            return ok
        }
    }
}
