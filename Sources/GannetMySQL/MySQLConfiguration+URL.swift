// A small parser of our own: Foundation's URL refuses some passwords that people have and would echo them in errors.

extension MySQLConfiguration {
    /// Reads `mysql://user:password@host:port/database?ssl-mode=VERIFY_IDENTITY&ssl-ca=ca.pem`.
    ///
    /// Every part is percent-decoded. IPv6 addresses stand in brackets. Parameters carry the names of the options
    /// of MySQL's own programs: `ssl-mode`, `ssl-ca`, `ssl-cert`, `ssl-key`, `socket`, `connect-timeout` (seconds),
    /// `get-server-public-key` (0 or 1), `server-public-key-path`.
    ///
    /// - Throws: `MySQLError` with code `.invalidConfiguration`; the message never repeats the URL, which may hold a
    ///   password.
    public init(url: String) throws(MySQLError) {
        guard let rest = Self.dropPrefix("mysql://", of: url) else {
            throw Self.invalid("a server URL starts with mysql://, as in mysql://user@host:3306/database")
        }
        let (beforeQuery, query) = Self.split(rest, at: "?")
        // What stands behind a bare '?' or '/' in a password must not be echoed as a parameter or a database.
        guard query?.contains("@") != true,
            beforeQuery.split(separator: "/").dropFirst().allSatisfy({ !$0.contains("@") })
        else {
            throw Self.invalid("in the server URL's user and password write '?' as %3F, '/' as %2F and '@' as %40")
        }
        let (authority, path) = Self.split(beforeQuery, at: "/")
        let (userInfo, hostAndPort) = Self.splitLast(authority, at: "@")
        let (user, password) = Self.split(userInfo ?? "", at: ":")
        let (host, port) = try Self.hostAndPort(hostAndPort)

        self.init(
            endpoint: .tcp(host: host.isEmpty ? "localhost" : host, port: port),
            user: try Self.decode(user, part: "user"),
            password: try password.map { password throws(MySQLError) in
                MySQLPassword(try Self.decode(password, part: "password"))
            }
        )
        guard !self.user.isEmpty else {
            throw Self.invalid("the server URL names no user; write mysql://user@host/database")
        }
        if let path, !path.isEmpty {
            guard !path.contains("/") else {
                throw Self.invalid("the server URL's path holds one database name, and '/' in it is written %2F")
            }
            self.database = try Self.decode(path, part: "database")
        }
        for parameter in (query ?? "").split(separator: "&") {
            let (name, value) = Self.split(parameter, at: "=")
            try self.apply(parameter: String(name), value: try Self.decode(value ?? "", part: "value of \(name)"))
        }
    }

    private mutating func apply(parameter name: String, value: String) throws(MySQLError) {
        switch name {
        case "ssl-mode":
            guard let mode = TLSMode(named: value) else {
                let known = TLSMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.invalid("ssl-mode=\(value) is not known; use one of \(known)")
            }
            self.tlsMode = mode
        case "ssl-ca": self.caFile = value
        case "ssl-cert": self.certificateFile = value
        case "ssl-key": self.privateKeyFile = value
        case "socket": self.endpoint = .unixSocket(path: value)
        case "server-public-key-path": self.serverPublicKeyFile = value
        case "get-server-public-key":
            guard value == "0" || value == "1" else {
                throw Self.invalid("get-server-public-key is 0 or 1, not \(value)")
            }
            self.allowsPublicKeyRetrieval = value == "1"
        case "connect-timeout":
            guard let seconds = Int(value), (1...3600).contains(seconds) else {
                throw Self.invalid("connect-timeout is a whole number of seconds from 1 to 3600, not \(value)")
            }
            self.connectTimeout = .seconds(seconds)
        default:
            throw Self.invalid(
                """
                the server URL's parameter '\(name)' is not known; known are ssl-mode, ssl-ca, ssl-cert, ssl-key, \
                socket, connect-timeout, get-server-public-key and server-public-key-path
                """
            )
        }
    }

    // MARK: - Parts

    private static func hostAndPort(_ text: Substring) throws(MySQLError) -> (host: String, port: Int) {
        var host = text
        var portText: Substring?
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else {
                throw invalid("the server URL's IPv6 address has no closing ']'")
            }
            host = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            guard rest.isEmpty || rest.first == ":" else {
                throw invalid("after the server URL's IPv6 address comes ':' and a port, or nothing")
            }
            portText = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            (host, portText) = split(text, at: ":")
        }
        guard let portText else { return (try decode(host, part: "host"), defaultPort) }
        guard let port = Int(portText), (1...65_535).contains(port) else {
            throw invalid("the server URL's port is a number from 1 to 65535")
        }
        return (try decode(host, part: "host"), port)
    }

    private static func decode(_ text: Substring, part: String) throws(MySQLError) -> String {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(hexDigit), let low = rest.popFirst().flatMap(hexDigit) else {
                throw invalid("the server URL's \(part) has a '%' that two hexadecimal digits do not follow; write %25")
            }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw invalid("the server URL's \(part) is not UTF-8 after percent-decoding")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func dropPrefix(_ prefix: String, of text: String) -> Substring? {
        text.prefix(prefix.count).lowercased() == prefix ? text.dropFirst(prefix.count) : nil
    }

    private static func split(_ text: Substring, at separator: Character) -> (Substring, Substring?) {
        guard let index = text.firstIndex(of: separator) else { return (text, nil) }
        return (text[..<index], text[text.index(after: index)...])
    }

    private static func splitLast(_ text: Substring, at separator: Character) -> (Substring?, Substring) {
        guard let index = text.lastIndex(of: separator) else { return (nil, text) }
        return (text[..<index], text[text.index(after: index)...])
    }

    private static func invalid(_ message: String) -> MySQLError {
        MySQLError(.invalidConfiguration, message)
    }
}
