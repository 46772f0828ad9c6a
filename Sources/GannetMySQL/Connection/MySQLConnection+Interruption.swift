import NIOCore

// Stopping a statement: MySQL has no message for it, so a second connection to the very same server says KILL QUERY.

extension MySQLConnection {
    /// Rows of an abandoned sequence are read and dropped up to this many bytes; beyond, the query is killed.
    static let drainBytesMax = 4 * 1024 * 1024

    /// Has the current command killed on the server, if it is still the one meant.
    func interrupt(commandID: UInt64, _ reason: OpenCommand.Interruption) {
        guard let open = self.current, open.id == commandID, open.interruption == nil else { return }
        open.interruption = reason
        open.deadline?.cancel()
        open.killer = Task { await self.kill(commandID: commandID) }
    }

    /// Kills a statement that runs on another connection of the same account.
    ///
    /// - Throws: `.server` 1094 where there is no such connection, 1095 where it belongs to somebody else.
    public func killQuery(onConnection connectionID: UInt32) async throws(MySQLError) {
        try await self.execute("KILL QUERY \(unescaped: String(connectionID))", mode: .text)
    }

    private func kill(commandID: UInt64) async {
        do {
            let side = try await MySQLConnection.connect(
                self.configuration,
                address: self.channel.remoteAddress,
                logger: self.logger
            )
            defer { side.channel.close(promise: nil) }
            guard let open = self.current, open.id == commandID, !open.isOver else { return }
            open.wasKilled = true
            try await side.killQuery(onConnection: self.connectionID)
        } catch {
            // Without a kill the only way to stop the statement from being waited for is to close.
            self.handler.fail(
                MySQLError(.connectionClosed, "the connection was closed because its statement could not be killed")
            )
            return
        }
        self.channel.eventLoop.scheduleTask(in: .seconds(Self.killGraceSeconds)) {
            self.assumeIsolated { connection in
                guard connection.current?.id == commandID, connection.current?.isOver == false else { return }
                connection.handler.fail(
                    MySQLError(.connectionClosed, "the connection was closed because its statement did not stop")
                )
            }
        }
    }

    /// Reads what is left of a command whose rows nobody wants any more, within a bound, else has it killed.
    func drain(_ open: OpenCommand) async throws(MySQLError) {
        open.stream = nil
        var drainedBytes = 0
        while self.current === open {
            guard open.machine.isReadingRows else {
                // A later statement of a multi-statement query may ask for a file; it gets an empty one.
                if case .sendLocalData = try await self.step(open) { try await self.sendEndOfLocalData(open) }
                continue
            }
            let rows: PacketFramer.Rows
            do throws(MySQLError) {
                rows = try await self.handler.nextRows()
            } catch {
                throw await self.breakOff(open, error)
            }
            switch rows {
            case .packets(let bytes), .single(let bytes):
                drainedBytes += bytes.readableBytes
                if drainedBytes > Self.drainBytesMax { self.interrupt(commandID: open.id, .cancelled) }
            case .other(let packet):
                do throws(MySQLError) {
                    _ = try await self.endRows(open, packet)
                } catch {
                    // The kill we sent ourselves ends the rows with an error; the connection is clean then.
                    guard error.connectionUsable else { throw error }
                }
            }
        }
    }

    /// Hands the packet behind the last row to the machine.
    func endRows(_ open: OpenCommand, _ packet: ByteBuffer) async throws(MySQLError) -> OKPacket {
        let action: CommandMachine.Action
        do throws(MySQLError) {
            action = try open.machine.received(packet)
        } catch {
            throw await self.breakOff(open, error)
        }
        switch action {
        case .endOfRows(let ok), .result(let ok):
            self.note(ok)
            if open.machine.isFinished { try await self.end(open) }
            return ok
        case .fail(let serverError):
            throw await self.end(open, with: MySQLError(serverError))
        case .wait, .columns, .prepared, .sendLocalData:
            throw await self.breakOff(open, MySQLError(.malformedPacket, "the server did not end its rows"))
        }
    }
}
