import NIOCore

// From the server's greeting to its OK: capabilities, TLS, authentication with a bounded number of switches.
// The caller reads packets, sends what it is told to, and sets TLS up when asked.

/// The client's side of the connection phase.
///
/// Source: MySQL Source Code Documentation, `page_protocol_connection_phase`.
struct HandshakeMachine {
    /// What the user wants, as far as the handshake cares.
    struct Options: Equatable {
        var user: String
        var password: String
        var database: String?
        var tlsMode: MySQLConfiguration.TLSMode
        var isUnixSocket: Bool
        var pinnedPublicKey: String?
        var allowsPublicKeyRetrieval: Bool
        var allowsLocalInfile: Bool
        var allowsMultipleStatements: Bool
        var attributes: [String: String]
    }

    enum Action: Equatable {
        case wait
        case send(ByteBuffer)
        /// Send this, then set TLS up and call `tlsEstablished()`.
        case startTLS(ByteBuffer)
        case finish(Capabilities)
    }

    private enum State: Equatable {
        case awaitingGreeting
        case awaitingTLS
        case authenticating(switchCount: Int)
        case finished
    }

    /// More switches than any server needs; a hostile one is stopped.
    static let switchCountMax = 4

    private let options: Options
    private var state = State.awaitingGreeting
    private var security: TransportSecurity
    private var exchange: AuthenticationExchange?
    private(set) var greeting: HandshakeV10?
    private(set) var capabilities: Capabilities = []

    init(options: Options) {
        self.options = options
        self.security = options.isUnixSocket ? .unixSocket : .plain
    }

    /// Takes the next packet from the server.
    mutating func received(_ packet: ByteBuffer) throws(MySQLError) -> Action {
        var payload = packet
        switch self.state {
        case .awaitingGreeting:
            if Self.isError(payload) { throw try Self.error(&payload) }
            return try self.receivedGreeting(&payload)
        case .authenticating(let switchCount):
            return try self.receivedAuthentication(&payload, switchCount: switchCount)
        case .awaitingTLS, .finished:
            throw MySQLError(.malformedPacket, "the server sent a packet while it was not its turn")
        }
    }

    /// Goes on once TLS is set up.
    mutating func tlsEstablished() throws(MySQLError) -> Action {
        guard self.state == .awaitingTLS else {
            throw MySQLError(.malformedPacket, "TLS was set up without having been asked for")
        }
        let isVerified = self.options.tlsMode == .verifyCA || self.options.tlsMode == .verifyIdentity
        self.security = .tls(isVerified: isVerified)
        return .send(try self.response().encoded())
    }

    private mutating func receivedGreeting(_ payload: inout ByteBuffer) throws(MySQLError) -> Action {
        let greeting = try HandshakeV10(parsing: &payload)
        self.greeting = greeting
        var capabilities = Capabilities.wanted
        if self.options.database != nil { capabilities.insert(.connectWithDatabase) }
        if self.options.allowsLocalInfile { capabilities.insert(.localFiles) }
        if self.options.allowsMultipleStatements { capabilities.insert(.multiStatements) }
        capabilities.formIntersection(greeting.capabilities)
        self.capabilities = capabilities
        switch (self.options.tlsMode, greeting.capabilities.contains(.tls)) {
        case (.disabled, _), (.preferred, false):
            return .send(try self.response().encoded())
        case (.preferred, true) where self.options.isUnixSocket:
            return .send(try self.response().encoded())
        case (.preferred, true), (.required, true), (.verifyCA, true), (.verifyIdentity, true):
            self.capabilities.insert(.tls)
            self.state = .awaitingTLS
            return .startTLS(self.emptyResponse().encodedTLSRequest())
        case (.required, false), (.verifyCA, false), (.verifyIdentity, false):
            throw MySQLError(
                .tlsFailed,
                "the server offers no TLS, and ssl-mode \(self.options.tlsMode.rawValue) does not go on without"
            )
        }
    }

    private mutating func response() throws(MySQLError) -> HandshakeResponse {
        guard let greeting = self.greeting else { throw .truncated }
        // A plugin that is not ours may still be the server's default only; it will ask to switch. A server that names
        // none knows only the native one.
        let pluginName =
            greeting.capabilities.contains(.pluginAuth)
            ? AuthenticationExchange.Plugin(rawValue: greeting.pluginName) ?? .cachingSHA2 : .native
        // Cleartext is never the opening move: the server has to ask for it.
        let opening = pluginName == .clear ? .cachingSHA2 : pluginName
        var exchange = try self.newExchange(pluginName: opening.rawValue, nonce: greeting.nonce)
        var response = self.emptyResponse()
        response.pluginName = opening.rawValue
        response.authenticationData = try exchange.start()
        guard response.authenticationData.count <= UInt8.max || self.capabilities.contains(.pluginAuthLengthEncoded)
        else {
            throw MySQLError(.unsupportedServer, "the password is longer than this server's protocol can carry")
        }
        self.exchange = exchange
        self.state = .authenticating(switchCount: 0)
        return response
    }

    private func emptyResponse() -> HandshakeResponse {
        HandshakeResponse(
            capabilities: self.capabilities,
            user: self.options.user,
            authenticationData: [],
            database: self.options.database,
            pluginName: "",
            attributes: self.options.attributes
        )
    }

    private func newExchange(pluginName: String, nonce: [UInt8]) throws(MySQLError) -> AuthenticationExchange {
        try AuthenticationExchange(
            pluginName: pluginName,
            password: self.options.password,
            nonce: nonce,
            security: self.security,
            pinnedPublicKey: self.options.pinnedPublicKey,
            allowsPublicKeyRetrieval: self.options.allowsPublicKeyRetrieval
        )
    }

    private mutating func receivedAuthentication(
        _ payload: inout ByteBuffer,
        switchCount: Int
    ) throws(MySQLError) -> Action {
        switch try payload.readFixed(UInt8.self) {
        case 0x00:
            self.state = .finished
            return .finish(self.capabilities)
        case 0xFF:
            throw MySQLError(try MySQLError.ServerError(parsing: &payload))
        case 0x01:
            guard var exchange = self.exchange else { throw .truncated }
            let action = try exchange.receivedMoreData(Array(payload.readableBytesView))
            self.exchange = exchange
            switch action {
            case .wait: return .wait
            case .send(let data): return .send(ByteBuffer(bytes: data))
            }
        case 0xFE:
            guard payload.readableBytes > 0 else {
                throw MySQLError(
                    .unsupportedAuthenticationPlugin,
                    "the server asks for mysql_old_password, which is not safe and not supported"
                )
            }
            guard switchCount < Self.switchCountMax else {
                throw MySQLError(.malformedPacket, "the server keeps changing the authentication method")
            }
            let pluginName = String(buffer: payload.readNullTerminated())
            let nonce = Array(payload.readableBytesView.prefix(HandshakeV10.nonceBytes))
            var exchange = try self.newExchange(pluginName: pluginName, nonce: nonce)
            let data = try exchange.start()
            self.exchange = exchange
            self.state = .authenticating(switchCount: switchCount + 1)
            return .send(ByteBuffer(bytes: data))
        case let header:
            throw MySQLError(.malformedPacket, "the server sent packet type \(header) while authenticating")
        }
    }

    static func isError(_ payload: ByteBuffer) -> Bool {
        payload.getInteger(at: payload.readerIndex, as: UInt8.self) == 0xFF
    }

    private static func error(_ payload: inout ByteBuffer) throws(MySQLError) -> MySQLError {
        payload.moveReaderIndex(forwardBy: 1)
        return MySQLError(try MySQLError.ServerError(parsing: &payload))
    }
}
