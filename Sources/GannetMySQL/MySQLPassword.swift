/// A password, or a way to get one.
///
/// Never prints itself.
///
/// A provider is asked for each new connection, so that rotating credentials (RDS IAM tokens, a secrets manager)
/// are always fresh.
public struct MySQLPassword: Sendable, ExpressibleByStringLiteral {
    private enum Source {
        case fixed(String)
        case provider(@Sendable () async throws -> String)
    }

    private let source: Source

    /// Makes a fixed password.
    public init(_ password: String) {
        self.source = .fixed(password)
    }

    /// Makes a fixed password from a literal, for tests and examples.
    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// Makes a password that is asked for anew at each connect.
    public init(provider: @escaping @Sendable () async throws -> String) {
        self.source = .provider(provider)
    }

    /// The password to use now.
    ///
    /// - Throws: what the provider throws; a fixed password throws nothing.
    package func resolve() async throws -> String {
        switch self.source {
        case .fixed(let password): password
        case .provider(let provider): try await provider()
        }
    }
}

extension MySQLPassword: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always "<redacted>".
    public var description: String { "<redacted>" }
    /// Always "<redacted>".
    public var debugDescription: String { "<redacted>" }
    /// Shows nothing to `dump`.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
