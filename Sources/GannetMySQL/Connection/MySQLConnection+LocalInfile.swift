public import NIOCore

// LOAD DATA LOCAL: the server asks for a file by name, and a hostile one may do so at any time and for any file. No
// name that comes from the server is ever opened: data comes only from the source that the pending call brought.

extension MySQLConnection {
    /// Data is sent in packets of at most this size.
    private static let localDataBytesMax = 1024 * 1024

    /// Runs a LOAD DATA LOCAL INFILE statement with data from `source`.
    ///
    /// The statement names some file, which is never opened. Where `source` throws, what was sent so far is ended and
    /// the server's answer is read: roll back if the statement is not to stand. Cancellation and a timeout close the
    /// connection, so that nothing stands.
    /// - Throws: `.localInfileSourceFailed` with the source's error in `underlying`; `.server` 3948 or 1148 where
    ///   `local_infile` is off; `.invalidConfiguration` where the connection was made without `allowsLocalInfile`.
    @discardableResult
    public func loadLocal<Source: AsyncSequence & Sendable>(
        _ query: MySQLQuery,
        from source: Source,
        timeout: Duration? = nil
    ) async throws(MySQLError) -> MySQLResult where Source.Element == ByteBuffer {
        guard self.configuration.allowsLocalInfile else {
            throw MySQLError(
                .invalidConfiguration,
                "LOAD DATA LOCAL needs a connection made with allowsLocalInfile = true",
                connectionUsable: true
            )
        }
        var (open, action) = try await self.start(query, mode: .text, timeout: timeout)
        guard case .sendLocalData = action else {
            if self.current === open { try await self.drain(open) }
            throw MySQLError(
                .invalidArgument,
                "the statement is not a LOAD DATA LOCAL INFILE: the server asked for no data",
                connectionUsable: true,
                mayHaveExecuted: true
            )
        }
        var sourceError: (any Error)?
        do {
            for try await chunk in source {
                if open.interruption != nil { break }
                try await self.sendLocalData(chunk, open)
            }
        } catch is LocalDataNotSent {
            // Often the server said why before it closed; if not, this throws what broke.
            action = try await self.step(open)
            throw await self.breakOff(open, MySQLError(.malformedPacket, "the server did not wait for the data"))
        } catch {
            sourceError = error
        }
        // A cancelled source ends early without an error. There is no packet that says "undo": the empty one would have
        // the server commit what it has, even when it was killed; only losing the connection makes it roll back.
        if Task.isCancelled { self.interrupt(commandID: open.id, .cancelled) }
        if open.interruption != nil {
            throw await self.breakOff(open, MySQLError(.connectionClosed, "closed so that the server rolls back"))
        }
        action = try await self.endLocalData(open)
        guard case .result(let ok) = action else {
            throw await self.breakOff(open, MySQLError(.malformedPacket, "the server did not end LOAD DATA"))
        }
        if self.current === open { try await self.drain(open) }
        if let sourceError {
            throw MySQLError(
                .localInfileSourceFailed,
                "the source of LOAD DATA failed after part of it was sent: \(sourceError)",
                underlying: sourceError,
                mayHaveExecuted: true
            )
        }
        return MySQLResult(ok)
    }

    /// Runs a LOAD DATA LOCAL INFILE statement with data that is at hand.
    @discardableResult
    public func loadLocal(
        _ query: MySQLQuery,
        from bytes: ByteBuffer,
        timeout: Duration? = nil
    ) async throws(MySQLError) -> MySQLResult {
        let source = AsyncStream<ByteBuffer> { continuation in
            continuation.yield(bytes)
            continuation.finish()
        }
        return try await self.loadLocal(query, from: source, timeout: timeout)
    }

    /// Answers a request for data that nobody offered with an empty file, then reports it.
    func refuseLocalData(_ open: OpenCommand) async throws(MySQLError) -> CommandMachine.Action {
        var serverReason: MySQLError?
        do throws(MySQLError) {
            _ = try await self.endLocalData(open)
            if self.current === open { try await self.drain(open) }
        } catch {
            serverReason = error
        }
        throw MySQLError(
            .localInfileRefused,
            "the server asked for a local file, which only loadLocal sends; nothing was opened or sent",
            server: "\(self.configuration.endpoint)",
            statement: open.statement,
            underlying: serverReason,
            connectionUsable: self.handler.failure == nil,
            mayHaveExecuted: true
        )
    }

    /// The socket did not take the data; the command is not ended yet.
    private struct LocalDataNotSent: Error {}

    private func sendLocalData(_ chunk: ByteBuffer, _ open: OpenCommand) async throws(LocalDataNotSent) {
        var rest = chunk
        while let part = rest.readSlice(length: min(rest.readableBytes, Self.localDataBytesMax)),
            part.readableBytes > 0
        {
            do throws(MySQLError) {
                try await self.interruptible(open) { handler throws(MySQLError) in
                    handler.readAhead()
                    try await handler.sendReply(part)
                }
            } catch {
                throw LocalDataNotSent()
            }
        }
    }

    private func endLocalData(_ open: OpenCommand) async throws(MySQLError) -> CommandMachine.Action {
        try await self.sendEndOfLocalData(open)
        return try await self.step(open)
    }

    /// Sends the empty packet that ends the data.
    func sendEndOfLocalData(_ open: OpenCommand) async throws(MySQLError) {
        do throws(MySQLError) {
            try await self.handler.sendReply(ByteBuffer())
        } catch {
            throw await self.breakOff(open, error)
        }
    }
}
