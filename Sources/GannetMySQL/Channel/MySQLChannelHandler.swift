import NIOCore
import NIOSSL
import NIOTLS

// Bytes between the socket and one waiting caller. The channel does not read by itself: asking for a packet or for
// rows is what issues the next read, so a slow consumer slows the server down. While no command runs, one read stays
// issued so that the end of the connection is noticed.

/// Frames packets for the connection that owns it; used on the channel's event loop only.
final class MySQLChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the one waiting caller waits for.
    private enum Waiter {
        case packet(CheckedContinuation<Result<ByteBuffer, MySQLError>, Never>)
        case rows(CheckedContinuation<Result<PacketFramer.Rows, MySQLError>, Never>)
        case tls(CheckedContinuation<Result<Void, MySQLError>, Never>)
    }

    private var framer = PacketFramer()
    private var context: ChannelHandlerContext?
    private var waiter: Waiter?
    private var isReadPending = false
    private var isTLSEstablished = false
    private var isIdle = false
    /// Why nothing more comes; set once.
    private(set) var failure: MySQLError?

    /// Whether bytes have come that nobody has taken.
    var hasUnreadBytes: Bool { self.framer.bufferedBytes > 0 }

    /// Whether somebody waits for bytes already.
    var isAwaited: Bool { self.waiter != nil }

    // MARK: - What the connection calls

    /// Sends a payload as the first packet of a command.
    func sendCommand(_ payload: ByteBuffer) {
        self.isIdle = false
        let (bytes, next) = PacketWriter.frame(payload, sequence: 0)
        self.framer.expectSequence(next)
        self.context?.writeAndFlush(self.wrapOutboundOut(bytes), promise: nil)
    }

    /// Sends a payload that goes on with a command or the handshake; returns when the socket has taken it.
    func sendReply(_ payload: ByteBuffer) async throws(MySQLError) {
        guard let context = self.context, self.failure == nil else { throw self.failure ?? Self.closed }
        let (bytes, next) = PacketWriter.frame(payload, sequence: self.framer.nextSequence)
        self.framer.expectSequence(next)
        // Not `futureResult.get()`: that leaves the event loop for a thread of the shared pool and comes back.
        let written: Result<Void, any Error> = await withCheckedContinuation { continuation in
            let promise = context.eventLoop.makePromise(of: Void.self)
            promise.futureResult.whenComplete { continuation.resume(returning: $0) }
            context.writeAndFlush(self.wrapOutboundOut(bytes), promise: promise)
        }
        if case .failure(let error) = written {
            throw self.failure ?? MySQLError(.connectionClosed, "the connection broke while sending", underlying: error)
        }
    }

    /// The next whole payload.
    func nextPacket() async throws(MySQLError) -> ByteBuffer {
        do throws(MySQLError) {
            if let payload = try self.framer.nextPayload() { return payload }
        } catch {
            throw self.fail(error)
        }
        if let failure { throw failure }
        guard !self.isAwaited else { throw Self.awaitedTwice }
        return try await withCheckedContinuation { continuation in
            self.waiter = .packet(continuation)
            self.requestRead()
        }.get()
    }

    /// As many rows as have come, at least one, or the packet that ends them.
    func nextRows() async throws(MySQLError) -> PacketFramer.Rows {
        do throws(MySQLError) {
            if let rows = try self.framer.nextRows() { return rows }
        } catch {
            throw self.fail(error)
        }
        if let failure { throw failure }
        guard !self.isAwaited else { throw Self.awaitedTwice }
        return try await withCheckedContinuation { continuation in
            self.waiter = .rows(continuation)
            self.requestRead()
        }.get()
    }

    /// Puts TLS in front of this handler and waits for its handshake.
    func startTLS(_ tls: NIOSSLClientHandler) async throws(MySQLError) {
        guard let context = self.context, self.failure == nil else { throw self.failure ?? Self.closed }
        guard !self.hasUnreadBytes else {
            throw self.fail(MySQLError(.tlsFailed, "somebody sent unencrypted bytes after TLS was asked for"))
        }
        do {
            try context.pipeline.syncOperations.addHandler(tls, position: .first)
        } catch {
            throw MySQLError(.tlsFailed, "TLS could not be set up: \(error)", underlying: error)
        }
        if self.isTLSEstablished { return }
        try await withCheckedContinuation { continuation in
            self.waiter = .tls(continuation)
            self.requestRead()
        }.get()
    }

    /// Notices the end of the connection while no command runs.
    func watchWhileIdle() {
        self.isIdle = true
        self.requestRead()
    }

    /// Lets an early answer, or the end of the connection, be noticed while data is still being sent.
    func readAhead() {
        self.requestRead()
    }

    /// Takes the error that a server sends of its own accord before it closes an idle connection.
    func takeUnsolicitedError() -> MySQLError? {
        guard self.isIdle, var packet = try? self.framer.nextPayload(),  // not a packet: no reason was given
            packet.readInteger(as: UInt8.self) == 0xFF,
            let reason = try? MySQLError.ServerError(parsing: &packet)  // the same
        else { return nil }
        return MySQLError(
            .connectionClosed,
            "the server ended the idle connection: \(reason.message) (\(reason.number)); nothing was sent",
            serverError: reason,
            isTransient: true,
            connectionUsable: false
        )
    }

    /// Ends the connection; the first reason given is kept.
    @discardableResult
    func fail(_ error: MySQLError) -> MySQLError {
        if self.failure == nil { self.failure = error }
        self.resumeWaiter(with: self.failure ?? error)
        self.context?.close(promise: nil)
        return error
    }

    // MARK: - What the channel calls

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.framer.append(self.unwrapInboundIn(data))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.isReadPending = false
        self.serveWaiter()
        if self.waiter != nil { self.requestRead() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            self.isTLSEstablished = true
            if case .tls(let continuation) = self.waiter {
                self.waiter = nil
                continuation.resume(returning: .success(()))
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOSSLError.uncleanShutdown:
            // Servers close without TLS's goodbye; the end of the stream follows and says it all.
            return
        case let error as MySQLError:
            self.fail(error)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.fail(ChannelConnector.tlsError(error))
        default:
            self.fail(MySQLError(.connectionClosed, "the connection broke: \(error)", underlying: error))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.serveWaiter()
        if self.failure == nil { self.failure = self.takeUnsolicitedError() ?? Self.closed }
        self.resumeWaiter(with: self.failure ?? Self.closed)
        context.fireChannelInactive()
    }

    // MARK: - Waiting

    private func requestRead() {
        guard !self.isReadPending, self.failure == nil, let context = self.context else { return }
        self.isReadPending = true
        context.read()
    }

    private func serveWaiter() {
        do throws(MySQLError) {
            switch self.waiter {
            case .packet(let continuation):
                guard let payload = try self.framer.nextPayload() else { return }
                self.waiter = nil
                continuation.resume(returning: .success(payload))
            case .rows(let continuation):
                guard let rows = try self.framer.nextRows() else { return }
                self.waiter = nil
                continuation.resume(returning: .success(rows))
            case .tls, .none:
                return
            }
        } catch {
            self.fail(error)
        }
    }

    private func resumeWaiter(with error: MySQLError) {
        let waiter = self.waiter
        self.waiter = nil
        switch waiter {
        case .packet(let continuation): continuation.resume(returning: .failure(error))
        case .rows(let continuation): continuation.resume(returning: .failure(error))
        case .tls(let continuation): continuation.resume(returning: .failure(error))
        case .none: return
        }
    }

    static var awaitedTwice: MySQLError {
        MySQLError(.connectionBusy, "two tasks read the same rows at the same time; let one task read them")
    }

    private static var closed: MySQLError {
        MySQLError(.connectionClosed, "the server closed the connection")
    }
}
