import NIOCore

/// How well the transport keeps a secret.
enum TransportSecurity: Equatable, Sendable {
    case plain
    /// TLS; `isVerified` where the server proved who it is.
    case tls(isVerified: Bool)
    case unixSocket

    /// Whether nobody on the network can read along.
    var isConfidential: Bool { self != .plain }
    /// Whether the bytes are encrypted.
    var isTLS: Bool { self == .tls(isVerified: true) || self == .tls(isVerified: false) }
    /// Whether a password may be shown to whoever is at the other end.
    var isTrusted: Bool { self == .unixSocket || self == .tls(isVerified: true) }
}

/// What a client answers to a server's authentication plugin.
///
/// Source: MySQL Source Code Documentation, `page_protocol_connection_phase_authentication_methods`.
struct AuthenticationExchange: Equatable {
    enum Plugin: String {
        case cachingSHA2 = "caching_sha2_password"
        case native = "mysql_native_password"
        case sha256 = "sha256_password"
        case clear = "mysql_clear_password"
    }

    enum Action: Equatable {
        case wait
        case send([UInt8])
    }

    private enum State: Equatable {
        case started
        case awaitingVerdict
        case awaitingPublicKey
        case awaitingOK
    }

    let plugin: Plugin
    let password: String
    let nonce: [UInt8]
    let security: TransportSecurity
    /// The server's RSA key in PEM, where the user gave it.
    let pinnedPublicKey: String?
    let allowsPublicKeyRetrieval: Bool
    private var state = State.started

    init(
        pluginName: String,
        password: String,
        nonce: [UInt8],
        security: TransportSecurity,
        pinnedPublicKey: String?,
        allowsPublicKeyRetrieval: Bool
    ) throws(MySQLError) {
        guard let plugin = Plugin(rawValue: pluginName) else {
            throw MySQLError(
                .unsupportedAuthenticationPlugin,
                "the account uses the authentication plugin '\(pluginName)', which this client does not have"
            )
        }
        self.plugin = plugin
        self.password = password
        self.nonce = nonce
        self.security = security
        self.pinnedPublicKey = pinnedPublicKey
        self.allowsPublicKeyRetrieval = allowsPublicKeyRetrieval
    }

    /// The data that opens the exchange.
    mutating func start() throws(MySQLError) -> [UInt8] {
        switch self.plugin {
        case .cachingSHA2:
            self.state = .awaitingVerdict
            return self.password.isEmpty ? [] : PasswordScramble.cachingSHA2(self.password, nonce: self.nonce)
        case .native:
            self.state = .awaitingOK
            return self.password.isEmpty ? [] : PasswordScramble.native(self.password, nonce: self.nonce)
        case .sha256:
            self.state = .awaitingOK
            if self.password.isEmpty { return [0] }
            if self.security.isTLS { return Array(self.password.utf8) + [0] }
            if let pinnedPublicKey { return try self.encrypted(with: pinnedPublicKey) }
            // The server's side of this plugin knows TLS only; a unix socket is safe, but it wants the key used there.
            if self.security != .unixSocket { try self.requireKeyRetrieval() }
            self.state = .awaitingPublicKey
            return [1]
        case .clear:
            guard self.security.isTrusted else {
                throw MySQLError(
                    .insecureTransport,
                    """
                    the server asks for the password in clear text; that is sent only over a unix socket or TLS with \
                    ssl-mode VERIFY_CA or VERIFY_IDENTITY
                    """
                )
            }
            self.state = .awaitingOK
            return Array(self.password.utf8) + [0]
        }
    }

    /// Takes what stands behind 0x01 in an AuthMoreData packet.
    mutating func receivedMoreData(_ data: [UInt8]) throws(MySQLError) -> Action {
        switch (self.state, data.first) {
        case (.awaitingVerdict, 0x03):  // the scramble matched the server's cache
            self.state = .awaitingOK
            return .wait
        case (.awaitingVerdict, 0x04) where self.security.isConfidential:
            self.state = .awaitingOK
            return .send(Array(self.password.utf8) + [0])
        case (.awaitingVerdict, 0x04):
            if let pinnedPublicKey {
                self.state = .awaitingOK
                return .send(try self.encrypted(with: pinnedPublicKey))
            }
            try self.requireKeyRetrieval()
            self.state = .awaitingPublicKey
            return .send([2])
        case (.awaitingPublicKey, .some):
            self.state = .awaitingOK
            return .send(try self.encrypted(with: String(decoding: data, as: UTF8.self)))
        case (.started, _), (.awaitingVerdict, _), (.awaitingPublicKey, .none), (.awaitingOK, _):
            throw MySQLError(.malformedPacket, "the server sent authentication data that was not expected here")
        }
    }

    private func requireKeyRetrieval() throws(MySQLError) {
        guard self.allowsPublicKeyRetrieval else {
            throw MySQLError(
                .insecureTransport,
                """
                the server asks for the whole password over a connection without TLS; use ssl-mode=REQUIRED or better, \
                or give the server's RSA key with server-public-key-path, or, on a network you trust, allow \
                get-server-public-key=1
                """
            )
        }
    }

    private func encrypted(with publicKey: String) throws(MySQLError) -> [UInt8] {
        try PasswordScramble.rsaEncrypted(self.password, nonce: self.nonce, publicKeyPEM: publicKey)
    }
}
