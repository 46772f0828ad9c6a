import NIOCore

// One command's answer: OK, error, result sets, a request for local data, or a prepared statement's description.
// Rows do not pass through here one by one; in `.rows` the caller takes them from the framer in bulk and hands over
// only the packet that is not a row.

/// The client's side of one command.
///
/// Source: MySQL Source Code Documentation, `page_protocol_command_phase`.
struct CommandMachine {
    enum Action: Equatable {
        /// Read the next packet.
        case wait
        /// A result without rows. The command is over unless `moreResultsExist` is set.
        case result(OKPacket)
        /// A result set begins; rows follow.
        case columns([MySQLColumn], MySQLFormat)
        /// The rows are over. The command is over unless `moreResultsExist` is set.
        case endOfRows(OKPacket)
        case prepared(PrepareResponse)
        /// The server asks for data; it names a file, which is never opened.
        case sendLocalData(requestedName: String)
        /// The command failed and is over.
        case fail(MySQLError.ServerError)
    }

    private enum State: Equatable {
        case awaitingResponse
        case columns(remaining: Int)
        case columnsEOF
        case rows
        /// Definitions behind a PREPARE answer, including the EOF packets of old servers.
        case definitions(remaining: Int, PrepareResponse)
        case finished
    }

    private let capabilities: Capabilities
    private let isPrepare: Bool
    private let format: MySQLFormat
    private var state = State.awaitingResponse
    private var columns: [MySQLColumn] = []

    /// Starts with the command sent.
    init(command: Command, capabilities: Capabilities) {
        self.capabilities = capabilities
        switch command {
        case .prepare:
            self.isPrepare = true
            self.format = .text
        case .execute:
            self.isPrepare = false
            self.format = .binary
        case .query, .ping, .resetConnection, .quit, .closeStatement:
            self.isPrepare = false
            self.format = .text
        }
    }

    /// Whether the caller should take rows from the framer instead of single packets.
    var isReadingRows: Bool { self.state == .rows }
    /// Whether the command is over.
    var isFinished: Bool { self.state == .finished }

    /// Takes the next packet.
    ///
    /// - Throws: `.malformedPacket`; the connection cannot be used afterwards.
    mutating func received(_ packet: ByteBuffer) throws(MySQLError) -> Action {
        var payload = packet
        if HandshakeMachine.isError(payload) {
            payload.moveReaderIndex(forwardBy: 1)
            self.state = .finished
            return .fail(try MySQLError.ServerError(parsing: &payload))
        }
        switch self.state {
        case .awaitingResponse: return try self.receivedResponse(&payload)
        case .columns(let remaining): return try self.receivedColumn(&payload, remaining: remaining)
        case .columnsEOF:
            try self.expectEOF(&payload)
            return self.beginRows()
        case .rows: return try self.receivedEndOfRows(&payload)
        case .definitions(let remaining, let prepared):
            // Definitions are read again with each execution, where they are current.
            return self.countDown(remaining - 1, prepared)
        case .finished:
            throw MySQLError(.malformedPacket, "the server sent a packet that no command asked for")
        }
    }

    private mutating func receivedResponse(_ payload: inout ByteBuffer) throws(MySQLError) -> Action {
        switch payload.getInteger(at: payload.readerIndex, as: UInt8.self) {
        case nil:
            throw MySQLError.truncated
        case 0x00 where self.isPrepare:
            payload.moveReaderIndex(forwardBy: 1)
            let prepared = try PrepareResponse(parsing: &payload)
            let eofCount = self.capabilities.contains(.deprecateEOF) ? 0 : 1
            let definitions =
                (prepared.parameterCount > 0 ? prepared.parameterCount + eofCount : 0)
                + (prepared.columnCount > 0 ? prepared.columnCount + eofCount : 0)
            return self.countDown(definitions, prepared)
        case 0x00:
            payload.moveReaderIndex(forwardBy: 1)
            let ok = try OKPacket(parsing: &payload, capabilities: self.capabilities)
            self.endResult(ok)
            return .result(ok)
        case 0xFB:
            payload.moveReaderIndex(forwardBy: 1)
            return .sendLocalData(requestedName: String(buffer: payload))
        case .some:
            let count = try payload.readLengthEncodedInteger()
            guard (1...UInt64(UInt16.max)).contains(count) else {
                throw MySQLError(.malformedPacket, "the server announced \(count) columns")
            }
            self.columns.removeAll()
            self.columns.reserveCapacity(Int(count))
            self.state = .columns(remaining: Int(count))
            return .wait
        }
    }

    private mutating func receivedColumn(_ payload: inout ByteBuffer, remaining: Int) throws(MySQLError) -> Action {
        self.columns.append(try MySQLColumn(parsing: &payload))
        if remaining > 1 {
            self.state = .columns(remaining: remaining - 1)
            return .wait
        }
        if self.capabilities.contains(.deprecateEOF) { return self.beginRows() }
        self.state = .columnsEOF
        return .wait
    }

    private mutating func beginRows() -> Action {
        self.state = .rows
        return .columns(self.columns, self.format)
    }

    private mutating func receivedEndOfRows(_ payload: inout ByteBuffer) throws(MySQLError) -> Action {
        guard try payload.readFixed(UInt8.self) == 0xFE else {
            throw MySQLError(.malformedPacket, "the server sent something other than rows or their end")
        }
        let ok =
            self.capabilities.contains(.deprecateEOF)
            ? try OKPacket(parsing: &payload, capabilities: self.capabilities)
            : try OKPacket(parsingEOF: &payload)
        self.endResult(ok)
        return .endOfRows(ok)
    }

    private func expectEOF(_ payload: inout ByteBuffer) throws(MySQLError) {
        guard try payload.readFixed(UInt8.self) == 0xFE, payload.readableBytes < 8 else {
            throw MySQLError(.malformedPacket, "the server did not end its column definitions")
        }
    }

    private mutating func endResult(_ ok: OKPacket) {
        self.state = ok.status.contains(.moreResultsExist) ? .awaitingResponse : .finished
    }

    private mutating func countDown(_ remaining: Int, _ prepared: PrepareResponse) -> Action {
        self.state = remaining > 0 ? .definitions(remaining: remaining, prepared) : .finished
        return remaining > 0 ? .wait : .prepared(prepared)
    }
}
