import NIOCore

// Starting, stepping and ending one command. Everything that runs SQL goes through `begin`, `step` and `end`.

extension MySQLConnection {
    /// Packets at least this long make the client ask for the server's `max_allowed_packet` first.
    private static let packetBytesUnchecked = 1_000_000
    /// How long a server may take to end a command that was killed.
    static let killGraceSeconds: Int64 = 10

    /// Sends a command and makes it the current one.
    ///
    /// - Throws: `.connectionBusy`, `.connectionClosed`, `.packetTooLarge`; nothing has been sent then.
    func begin(
        _ command: Command,
        sql: String? = nil,
        timeout: Duration? = nil
    ) async throws(MySQLError) -> OpenCommand {
        if let open = self.current {
            guard let stream = open.stream, stream.isAbandoned else {
                throw MySQLError(
                    .connectionBusy,
                    "another command is still open on this connection; read its rows to the end or use a second one"
                )
            }
            do throws(MySQLError) {
                try await self.drain(open)
            } catch  where error.connectionUsable {
                // How a query ended whose rows nobody wanted is not this command's failure.
            }
        }
        if Task.isCancelled {
            throw MySQLError(.cancelled, "cancelled before the statement was sent", connectionUsable: true)
        }
        try self.checkOpen()
        let payload = command.encoded()
        if payload.readableBytes >= Self.packetBytesUnchecked { try await self.checkSize(payload.readableBytes) }
        guard self.current == nil else {
            throw MySQLError(.connectionBusy, "another command was started on this connection at the same time")
        }
        self.lastCommandID += 1
        let open = OpenCommand(
            id: self.lastCommandID,
            machine: CommandMachine(command: command, capabilities: self.capabilities),
            sql: sql
        )
        self.current = open
        if let timeout = timeout ?? self.configuration.queryTimeout {
            let id = open.id
            open.deadline = self.channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
                self.assumeIsolated { $0.interrupt(commandID: id, .timeout(timeout)) }
            }
        }
        self.handler.sendCommand(payload)
        return open
    }

    /// Reads packets until the machine has something to say other than "wait".
    ///
    /// Ends the command, and throws, where the server reports an error or the connection breaks.
    func step(_ open: OpenCommand) async throws(MySQLError) -> CommandMachine.Action {
        while true {
            let action: CommandMachine.Action
            do throws(MySQLError) {
                action = try open.machine.received(try await self.nextPacket(for: open))
            } catch {
                throw await self.breakOff(open, error)
            }
            switch action {
            case .wait: continue
            case .fail(let serverError):
                throw await self.end(open, with: MySQLError(serverError))
            case .result(let ok), .endOfRows(let ok):
                self.note(ok)
                if open.machine.isFinished { try await self.end(open) }
                return action
            case .prepared:
                try await self.end(open)
                return action
            case .columns, .sendLocalData:
                return action
            }
        }
    }

    /// Waits for a packet; a cancelled task has the command killed and still waits for its end.
    private func nextPacket(for open: OpenCommand) async throws(MySQLError) -> ByteBuffer {
        try await self.interruptible(open) { handler throws(MySQLError) in try await handler.nextPacket() }
    }

    /// Runs a wait so that cancelling the task kills the command on the server.
    func interruptible<R>(
        _ open: OpenCommand,
        _ wait: (MySQLChannelHandler) async throws(MySQLError) -> R
    ) async throws(MySQLError) -> R {
        let id = open.id
        let result: Result<R, MySQLError> = await withTaskCancellationHandler {
            do throws(MySQLError) { return .success(try await wait(self.handler)) } catch { return .failure(error) }
        } onCancel: {
            self.channel.eventLoop.execute {
                self.assumeIsolated { $0.interrupt(commandID: id, .cancelled) }
            }
        }
        return try result.get()
    }

    /// Ends a command that the server has finished.
    ///
    /// - Throws: `.cancelled` or `.timeout` never: a command that finished all the same has its result.
    func end(_ open: OpenCommand) async throws(MySQLError) {
        await self.finish(open)
    }

    /// Ends a command that failed; returns the error to throw.
    func end(_ open: OpenCommand, with error: MySQLError) async -> MySQLError {
        let interruption = open.interruption
        await self.finish(open)
        var error = Self.interrupted(interruption, error)
        error.statement = open.statement
        error.server = "\(self.configuration.endpoint)"
        error.connectionUsable = error.connectionUsable && self.handler.failure == nil
        if !error.connectionUsable { self.handler.fail(error) }
        return error
    }

    /// Ends a command because the connection broke or the server sent nonsense; returns the error to throw.
    func breakOff(_ open: OpenCommand, _ error: MySQLError) async -> MySQLError {
        var error = error
        error.mayHaveExecuted = true
        error.connectionUsable = false
        self.handler.fail(error)
        return await self.end(open, with: error)
    }

    /// Reads what is left of a command that was interrupted although its rows ended well, and makes the error to throw.
    ///
    /// A killed query may end its rows early without saying so, so they cannot pass for a whole result.
    func endInterrupted(_ open: OpenCommand) async throws(MySQLError) -> MySQLError {
        if self.current === open { try await self.drain(open) }
        var error = Self.interrupted(open.interruption, MySQLError(.connectionClosed, "the rows may have ended early"))
        error.underlying = nil
        error.statement = open.statement
        error.server = "\(self.configuration.endpoint)"
        error.connectionUsable = self.handler.failure == nil
        return error
    }

    private func finish(_ open: OpenCommand) async {
        open.deadline?.cancel()
        open.isOver = true
        if let killer = open.killer {
            // The kill must have arrived before the next command starts, or it would hit that one.
            await killer.value
            open.killer = nil
            if open.wasKilled, self.handler.failure == nil { await self.absorbLateKill() }
        }
        self.current = nil
        self.handler.watchWhileIdle()
    }

    /// Uses up a kill that came too late with a statement that does nothing.
    ///
    /// Cancelling the caller does not stop this.
    private func absorbLateKill() async {
        let command = Command.query("DO SLEEP(0)")
        var machine = CommandMachine(command: command, capabilities: self.capabilities)
        let deadline = self.channel.eventLoop.scheduleTask(in: .seconds(Self.killGraceSeconds)) {
            self.assumeIsolated {
                _ = $0.handler.fail(
                    MySQLError(.connectionClosed, "the server did not answer after a statement was killed")
                )
            }
        }
        defer { deadline.cancel() }
        self.handler.sendCommand(command.encoded())
        do throws(MySQLError) {
            while !machine.isFinished { _ = try machine.received(try await self.handler.nextPacket()) }
        } catch {
            self.handler.fail(error)
        }
    }

    private static func interrupted(_ interruption: OpenCommand.Interruption?, _ error: MySQLError) -> MySQLError {
        switch interruption {
        case .none: return error
        case .cancelled:
            return MySQLError(
                .cancelled,
                "the statement was cancelled",
                underlying: error,
                connectionUsable: error.connectionUsable,
                mayHaveExecuted: true
            )
        case .timeout(let duration):
            return MySQLError(
                .timeout,
                "the statement did not finish within \(duration) and was stopped",
                underlying: error,
                connectionUsable: error.connectionUsable,
                mayHaveExecuted: true
            )
        }
    }

    // MARK: - Checks

    private func checkOpen() throws(MySQLError) {
        if let failure = self.handler.failure {
            var error = self.handler.takeUnsolicitedError() ?? failure
            error.mayHaveExecuted = false
            error.connectionUsable = false
            throw error
        }
        // Bytes that no command asked for: the server says why it is about to close, or is out of step.
        guard !self.handler.hasUnreadBytes else {
            throw self.handler.fail(
                self.handler.takeUnsolicitedError()
                    ?? MySQLError(.connectionClosed, "the server ended the idle connection; nothing was sent")
            )
        }
    }

    private func checkSize(_ payloadBytes: Int) async throws(MySQLError) {
        if self.packetBytesMax == nil {
            let rows = try await self.query("SELECT @@max_allowed_packet", mode: .text).collect()
            self.packetBytesMax = try rows.first?.decode(Int.self, at: 0)
        }
        guard let limit = self.packetBytesMax, payloadBytes >= limit else { return }
        throw MySQLError(
            .packetTooLarge,
            "the statement takes \(payloadBytes) bytes and the server's max_allowed_packet is \(limit); nothing was sent"
        )
    }
}
