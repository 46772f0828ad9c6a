public import Logging
import NIOCore
import NIOPosix

/// One connection to a server, running one command at a time.
///
/// The actor lives on its channel's event loop, so that reaching the socket takes no hop. A second command while a
/// row sequence is still open throws `.connectionBusy`; a sequence that was dropped is drained first.
public final actor MySQLConnection {
    /// The connection's number on the server, as `KILL` and the process list have it.
    public nonisolated let connectionID: UInt32
    /// The server's version.
    public nonisolated let serverVersion: MySQLServerVersion
    /// What the connection was made from.
    public nonisolated let configuration: MySQLConfiguration

    nonisolated let channel: any Channel
    private nonisolated let boundHandler: NIOLoopBound<MySQLChannelHandler>
    nonisolated let logger: Logger
    let capabilities: Capabilities
    var handler: MySQLChannelHandler { self.boundHandler.value }

    /// The command that is being answered, if any.
    var current: OpenCommand?
    var lastCommandID: UInt64 = 0
    var statements: StatementCache
    /// The server's `max_allowed_packet`, once it was needed.
    var packetBytesMax: Int?
    /// Whether the last result said that a transaction is open.
    public private(set) var isInTransaction = false
    /// The schema that the session is in, as far as the server told.
    public private(set) var database: String?
    private var isClosing = false

    /// The channel's event loop.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        self.channel.eventLoop.executor.asUnownedSerialExecutor()
    }

    private init(
        channel: any Channel,
        handler: NIOLoopBound<MySQLChannelHandler>,
        greeting: HandshakeV10,
        capabilities: Capabilities,
        configuration: MySQLConfiguration,
        logger: Logger
    ) {
        self.channel = channel
        self.boundHandler = handler
        self.connectionID = greeting.connectionID
        self.serverVersion = MySQLServerVersion(greeting.serverVersion)
        self.capabilities = capabilities
        self.configuration = configuration
        self.database = configuration.database
        self.statements = StatementCache(capacity: configuration.statementCacheCapacity)
        self.logger = logger
    }

    deinit {
        // Nobody can close it any more; without this the socket would stay open as long as the server likes.
        self.channel.close(promise: nil)
    }

    /// Connects and authenticates.
    ///
    /// - Throws: `.connectFailed`, `.connectTimeout` (names the step that hung), `.tlsFailed`, `.insecureTransport`,
    ///   `.unsupportedAuthenticationPlugin`, `.server` (1045 for a wrong password, 1049 for an unknown database).
    public static func connect(
        _ configuration: MySQLConfiguration,
        logger: Logger = Logger(label: "gannet.mysql", factory: { _ in SwiftLogNoOpLogHandler() })
    ) async throws(MySQLError) -> MySQLConnection {
        try await Self.connect(configuration, address: nil, logger: logger)
    }

    /// Lends a connection to `body` and closes it afterwards on every path.
    @discardableResult
    public static func withConnection<R>(
        _ configuration: MySQLConfiguration,
        logger: Logger = Logger(label: "gannet.mysql", factory: { _ in SwiftLogNoOpLogHandler() }),
        _ body: (MySQLConnection) async throws -> R
    ) async throws -> R {
        let connection = try await Self.connect(configuration, logger: logger)
        do {
            let result = try await body(connection)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }

    /// Connects to the configured endpoint, or to `address` where the very same server must be met.
    static func connect(
        _ configuration: MySQLConfiguration,
        address: SocketAddress?,
        logger: Logger
    ) async throws(MySQLError) -> MySQLConnection {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        let handshaker = Handshaker(configuration: configuration)
        let (channel, handler, greeting, capabilities) = try await handshaker.run(on: eventLoop, address: address)
        let connection = MySQLConnection(
            channel: channel,
            handler: handler,
            greeting: greeting,
            capabilities: capabilities,
            configuration: configuration,
            logger: logger
        )
        do {
            try await connection.prepareSession()
        } catch {
            await connection.close()
            var error = error
            error.mayHaveExecuted = false
            throw error
        }
        logger.debug("Connected", metadata: ["mysql.connection.id": "\(connection.connectionID)"])
        return connection
    }

    /// Whether commands can be sent: the connection is open and the server has not said otherwise.
    public var isUsable: Bool {
        !self.isClosing && self.handler.failure == nil && (self.current != nil || !self.handler.hasUnreadBytes)
    }

    /// Says goodbye and closes the socket; does nothing on a closed connection.
    public func close() async {
        guard !self.isClosing else { return }
        self.isClosing = true
        if self.handler.failure == nil, self.current == nil {
            self.handler.sendCommand(Command.quit.encoded())
        }
        self.handler.fail(MySQLError(.connectionClosed, "the connection was closed by this client"))
        // The server may close first, which is no failure of ours.
        try? await self.channel.closeFuture.get()
    }

    /// Remembers what an OK packet says of the session.
    func note(_ ok: OKPacket) {
        self.isInTransaction = ok.status.contains(.inTransaction)
        if let schema = ok.changedSchema { self.database = schema }
    }

    /// Makes sure that text travels as utf8mb4, whatever the server's `init_connect` or its defaults say.
    private func prepareSession() async throws(MySQLError) {
        let timer = self.channel.eventLoop.scheduleTask(in: TimeAmount(self.configuration.connectTimeout)) {
            self.assumeIsolated { connection in
                let endpoint = connection.configuration.endpoint
                let limit = connection.configuration.connectTimeout
                _ = connection.handler.fail(
                    MySQLError(.connectTimeout, "logged in to \(endpoint), but it did not answer within \(limit)")
                )
            }
        }
        defer { timer.cancel() }
        try await self.execute("SET NAMES utf8mb4", mode: .text)
    }
}
