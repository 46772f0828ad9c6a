/// What client and server can do, agreed on in the handshake.
///
/// Source: MySQL Source Code Documentation, `group__group__cs__capabilities__flags`.
struct Capabilities: OptionSet, Hashable, Sendable {
    var rawValue: UInt32

    static let longPassword = Self(rawValue: 1 << 0)
    static let foundRows = Self(rawValue: 1 << 1)
    static let longFlag = Self(rawValue: 1 << 2)
    static let connectWithDatabase = Self(rawValue: 1 << 3)
    static let localFiles = Self(rawValue: 1 << 7)
    static let protocol41 = Self(rawValue: 1 << 9)
    static let tls = Self(rawValue: 1 << 11)
    static let transactions = Self(rawValue: 1 << 13)
    static let secureConnection = Self(rawValue: 1 << 15)
    static let multiStatements = Self(rawValue: 1 << 16)
    static let multiResults = Self(rawValue: 1 << 17)
    static let preparedMultiResults = Self(rawValue: 1 << 18)
    static let pluginAuth = Self(rawValue: 1 << 19)
    static let connectAttributes = Self(rawValue: 1 << 20)
    static let pluginAuthLengthEncoded = Self(rawValue: 1 << 21)
    static let sessionTrack = Self(rawValue: 1 << 23)
    static let deprecateEOF = Self(rawValue: 1 << 24)

    /// What this client always wants, where the server has it.
    static let wanted: Capabilities = [
        .longFlag, .protocol41, .transactions, .secureConnection, .multiResults, .preparedMultiResults, .pluginAuth,
        .connectAttributes, .pluginAuthLengthEncoded, .sessionTrack, .deprecateEOF,
    ]
}

/// The server's state, sent with each result.
///
/// Source: MySQL Source Code Documentation, `SERVER_STATUS_flags_enum`.
struct ServerStatus: OptionSet, Hashable, Sendable {
    var rawValue: UInt16

    static let inTransaction = Self(rawValue: 0x0001)
    static let autocommit = Self(rawValue: 0x0002)
    static let moreResultsExist = Self(rawValue: 0x0008)
    static let noBackslashEscapes = Self(rawValue: 0x0200)
    static let outParameters = Self(rawValue: 0x1000)
    static let sessionStateChanged = Self(rawValue: 0x4000)
}
