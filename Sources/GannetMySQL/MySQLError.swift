/// What went wrong, with everything a caller needs to decide what to do next.
///
/// `message` is one sentence for people. No field ever holds a password, a bound value or a row's content.
public struct MySQLError: Error, Sendable {
    /// The kind of failure, to switch on; new members may be added in any release.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case server
            case connectFailed
            case connectTimeout
            case connectionClosed
            case timeout
            case cancelled
            case malformedPacket
            case insecureTransport
            case tlsFailed
            case unsupportedAuthenticationPlugin
            case unsupportedServer
            case connectionBusy
            case invalidConfiguration
            case invalidArgument
            case unexpectedNull
            case typeMismatch
            case valueOutOfRange
            case columnNotFound
            case localInfileRefused
            case localInfileSourceFailed
            case packetTooLarge
            case poolClosed
            case poolTimeout
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The server answered with an ERR packet; see `serverError`.
        public static let server = Code(.server)
        /// No connection could be made: name not found, refused, unreachable.
        public static let connectFailed = Code(.connectFailed)
        /// The server did not finish a step of connecting in time.
        public static let connectTimeout = Code(.connectTimeout)
        /// The connection ended, by us or by the other side.
        public static let connectionClosed = Code(.connectionClosed)
        /// The statement's deadline passed.
        public static let timeout = Code(.timeout)
        /// The calling task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// The server sent bytes that the protocol does not allow.
        public static let malformedPacket = Code(.malformedPacket)
        /// Something secret would have had to cross a transport that is not secure enough.
        public static let insecureTransport = Code(.insecureTransport)
        /// TLS could not be set up or the server's certificate was not accepted.
        public static let tlsFailed = Code(.tlsFailed)
        /// The server asks for an authentication method that this client does not have.
        public static let unsupportedAuthenticationPlugin = Code(.unsupportedAuthenticationPlugin)
        /// The server is too old or speaks another protocol.
        public static let unsupportedServer = Code(.unsupportedServer)
        /// A command was started while another one on the same connection is still open.
        public static let connectionBusy = Code(.connectionBusy)
        /// A URL, option or file that configures the client is not usable.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// A value passed by the caller cannot be sent.
        public static let invalidArgument = Code(.invalidArgument)
        /// A column was NULL and the type asked for cannot hold that.
        public static let unexpectedNull = Code(.unexpectedNull)
        /// A column's type cannot be turned into the type asked for.
        public static let typeMismatch = Code(.typeMismatch)
        /// A column's value does not fit the type asked for.
        public static let valueOutOfRange = Code(.valueOutOfRange)
        /// The row has no such column.
        public static let columnNotFound = Code(.columnNotFound)
        /// The server asked for a local file that nobody offered.
        public static let localInfileRefused = Code(.localInfileRefused)
        /// The source of a LOAD DATA LOCAL statement threw.
        public static let localInfileSourceFailed = Code(.localInfileSourceFailed)
        /// A packet would exceed the server's `max_allowed_packet`; nothing was sent.
        public static let packetTooLarge = Code(.packetTooLarge)
        /// The client's `run()` has ended.
        public static let poolClosed = Code(.poolClosed)
        /// No connection became free in time.
        public static let poolTimeout = Code(.poolTimeout)

        /// The code's name, as it is written in Swift.
        public var description: String { self.kind.rawValue }
    }

    /// An ERR packet's content.
    ///
    /// Source: MySQL Source Code Documentation, `page_protocol_basic_err_packet`.
    public struct ServerError: Hashable, Sendable {
        /// The error number, such as 1062 for a duplicate key.
        public var number: UInt16
        /// Five characters; "HY000" where the server sent none.
        public var sqlState: String
        /// The server's text, in the server's language.
        public var message: String

        /// Makes a server error from its three parts.
        public init(number: UInt16, sqlState: String, message: String) {
            self.number = number
            self.sqlState = sqlState
            self.message = message
        }
    }

    /// Longest statement kept, in bytes of UTF-8.
    static let statementBytesMax = 512

    /// The kind of failure.
    public var code: Code
    /// One sentence: what happened, where, what to do next.
    public var message: String
    /// The server's own error, for code `.server`.
    public var serverError: ServerError?
    /// Address of the server, such as "db.example.com:3306" or a socket's path.
    public var server: String?
    /// The SQL with its literals replaced by `?`, at most 512 bytes.
    public var statement: String?
    /// The error of a lower layer.
    public var underlying: (any Error)?
    /// Whether trying the whole unit of work again may succeed: deadlock, lock wait, failover, no connection.
    public var isTransient: Bool
    /// Whether the connection can still be used.
    public var connectionUsable: Bool
    /// Whether the statement may have taken effect although it did not report success.
    public var mayHaveExecuted: Bool

    /// Makes an error; `isTransient` and `connectionUsable` follow from the code unless given.
    public init(
        _ code: Code,
        _ message: String,
        serverError: ServerError? = nil,
        server: String? = nil,
        statement: String? = nil,
        underlying: (any Error)? = nil,
        isTransient: Bool? = nil,
        connectionUsable: Bool? = nil,
        mayHaveExecuted: Bool = false
    ) {
        self.code = code
        self.message = message
        self.serverError = serverError
        self.server = server
        self.statement = statement
        self.underlying = underlying
        self.isTransient = isTransient ?? Self.isTransient(code, serverError)
        self.connectionUsable = connectionUsable ?? Self.leavesConnectionUsable(code, serverError)
        self.mayHaveExecuted = mayHaveExecuted
    }

    /// Makes the error for an ERR packet: the message names the server's number and text.
    public init(_ serverError: ServerError) {
        self.init(
            .server,
            "\(serverError.message) (\(serverError.number), SQLSTATE \(serverError.sqlState))",
            serverError: serverError
        )
    }

    private static func isTransient(_ code: Code, _ serverError: ServerError?) -> Bool {
        if let serverError { return transientServerErrors.contains(serverError.number) }
        let transient: Set<Code> = [.connectFailed, .connectTimeout, .connectionClosed, .poolTimeout]
        return transient.contains(code)
    }

    private static func leavesConnectionUsable(_ code: Code, _ serverError: ServerError?) -> Bool {
        if let serverError { return !fatalServerErrors.contains(serverError.number) }
        let usable: Set<Code> = [
            .connectionBusy, .invalidArgument, .unexpectedNull, .typeMismatch, .valueOutOfRange, .columnNotFound,
            .localInfileRefused, .localInfileSourceFailed, .packetTooLarge,
        ]
        return usable.contains(code)
    }

    /// Server errors after which the same work may succeed on a new attempt.
    ///
    /// Source: MySQL Server Error Message Reference. 1040 too many connections, 1053 shutdown, 1152–1161 network,
    /// 1203 too many user connections, 1205 lock wait, 1213 deadlock, 1290/1836 read-only after a failover,
    /// 1317 is not here: somebody meant it. 3058 user-lock deadlock, 3101 Group Replication rollback,
    /// 3572 NOWAIT, 4031 idle too long.
    private static let transientServerErrors: Set<UInt16> = [
        1040, 1053, 1152, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1290, 1836, 1927, 2006, 2013, 3058, 3101, 3572,
        4031,
    ]

    /// Server errors after which the server has closed, or is about to close, the connection, and read-only errors,
    /// which mean that the connection leads to the wrong server.
    private static let fatalServerErrors: Set<UInt16> = [
        1040, 1053, 1129, 1130, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1203, 1290, 1836, 1927, 2006, 2013, 4031,
    ]
}

extension MySQLError: CustomStringConvertible, CustomDebugStringConvertible {
    /// The message, then the server's address and the statement where they are known.
    public var description: String {
        var text = self.message
        if let server { text += " [server \(server)]" }
        if let statement { text += " [statement: \(statement)]" }
        return text
    }

    /// The code in front of the description.
    public var debugDescription: String { "MySQLError.\(self.code): \(self.description)" }
}
