/// How to reach a server and who to be there.
public struct MySQLConfiguration: Sendable {
    /// Where the server listens.
    public enum Endpoint: Hashable, Sendable, CustomStringConvertible {
        /// A host name or IP address (v4 or v6, without brackets), and a port.
        case tcp(host: String, port: Int)
        /// A socket in the file system, on this machine.
        case unixSocket(path: String)

        /// "host:port", "[::1]:port" or the path.
        public var description: String {
            switch self {
            case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
            case .unixSocket(let path): path
            }
        }
    }

    /// How TLS is used, in the sense of the `--ssl-mode` option of MySQL's own programs.
    ///
    /// Source: MySQL Reference Manual, "Command Options for Encrypted Connections".
    public enum TLSMode: String, Sendable, CaseIterable {
        /// Never TLS.
        case disabled = "DISABLED"
        /// TLS where the server offers it, else none; certificates are not checked.
        case preferred = "PREFERRED"
        /// TLS or no connection; certificates are not checked.
        case required = "REQUIRED"
        /// As `required`, and the server's certificate must chain up to a trusted CA.
        case verifyCA = "VERIFY_CA"
        /// As `verifyCA`, and the certificate must name the host that was asked for.
        case verifyIdentity = "VERIFY_IDENTITY"

        /// Finds a mode by MySQL's name for it, in any case.
        public init?(named name: some StringProtocol) {
            self.init(rawValue: name.uppercased())
        }
    }

    /// The port MySQL listens on unless told otherwise.
    public static let defaultPort = 3306

    /// Where the server listens.
    public var endpoint: Endpoint
    /// The account's user name.
    public var user: String
    /// The account's password; `nil` is an empty one.
    public var password: MySQLPassword?
    /// The schema to start in.
    public var database: String?
    /// How TLS is used; over a unix socket it is not used below `required`.
    public var tlsMode: TLSMode
    /// A PEM file with the CA certificates to trust instead of the system's.
    public var caFile: String?
    /// A PEM file with the client's certificate chain.
    public var certificateFile: String?
    /// A PEM file with the client certificate's private key.
    public var privateKeyFile: String?
    /// A PEM file with the server's RSA public key, for a password exchange without TLS.
    public var serverPublicKeyFile: String?
    /// Whether the server may be asked for its RSA key over an unprotected transport.
    ///
    /// Somebody who controls the network can answer with a key of their own and learn the password.
    public var allowsPublicKeyRetrieval: Bool
    /// Bound on everything from name resolution to the last authentication packet.
    public var connectTimeout: Duration
    /// Bound on each statement; `nil` is none.
    public var queryTimeout: Duration?
    /// Whether `loadLocal` may be used; where `false`, the server is not even told of the capability.
    public var allowsLocalInfile: Bool
    /// Whether one text query may hold several statements.
    public var allowsMultipleStatements: Bool
    /// Sent to the server and shown in `performance_schema.session_connect_attrs`.
    public var connectionAttributes: [String: String]
    /// How many prepared statements a connection keeps.
    public var statementCacheCapacity: Int

    /// Makes a configuration; everything but endpoint and user has MySQL's customary default.
    public init(
        endpoint: Endpoint,
        user: String,
        password: MySQLPassword? = nil,
        database: String? = nil,
        tlsMode: TLSMode = .preferred,
        caFile: String? = nil
    ) {
        self.endpoint = endpoint
        self.user = user
        self.password = password
        self.database = database
        self.tlsMode = tlsMode
        self.caFile = caFile
        self.certificateFile = nil
        self.privateKeyFile = nil
        self.serverPublicKeyFile = nil
        self.allowsPublicKeyRetrieval = false
        self.connectTimeout = .seconds(10)
        self.queryTimeout = nil
        self.allowsLocalInfile = false
        self.allowsMultipleStatements = false
        self.connectionAttributes = [:]
        self.statementCacheCapacity = 128
    }
}
