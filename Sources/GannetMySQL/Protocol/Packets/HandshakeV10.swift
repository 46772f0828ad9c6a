import NIOCore

/// The server's greeting.
///
/// Source: MySQL Source Code Documentation, `page_protocol_connection_phase_packets_protocol_handshake_v10`.
struct HandshakeV10: Equatable {
    /// Length of the nonce that every plugin uses; the greeting may carry a NUL behind it.
    static let nonceBytes = 20

    var serverVersion: String
    var connectionID: UInt32
    var nonce: [UInt8]
    var capabilities: Capabilities
    var status: ServerStatus
    var pluginName: String

    /// Parses the whole payload, version byte included.
    init(parsing payload: inout ByteBuffer) throws(MySQLError) {
        let version = try payload.readFixed(UInt8.self)
        guard version == 10 else {
            throw MySQLError(
                .unsupportedServer,
                "the server speaks handshake version \(version), not 10; is this the port of a MySQL server?"
            )
        }
        self.serverVersion = String(buffer: payload.readNullTerminated())
        self.connectionID = try payload.readFixed(UInt32.self)
        var nonce = Array(try payload.readExactly(8).readableBytesView)
        _ = try payload.readFixed(UInt8.self)
        var capabilities = UInt32(try payload.readFixed(UInt16.self))
        _ = try payload.readFixed(UInt8.self)
        self.status = ServerStatus(rawValue: try payload.readFixed(UInt16.self))
        capabilities |= UInt32(try payload.readFixed(UInt16.self)) << 16
        self.capabilities = Capabilities(rawValue: capabilities)
        let nonceLength = Int(try payload.readFixed(UInt8.self))
        // Ten bytes of filler; MariaDB keeps capabilities of its own in the last four.
        _ = try payload.readExactly(10)
        if self.capabilities.contains(.secureConnection) {
            let rest = min(max(13, nonceLength - 8), payload.readableBytes)
            nonce += Array(try payload.readExactly(rest).readableBytesView)
        }
        self.nonce = Array(nonce.prefix(Self.nonceBytes))
        // Some old servers leave out the NUL behind the plugin's name.
        self.pluginName = String(buffer: payload.readNullTerminated())
        guard self.capabilities.contains([.protocol41, .secureConnection]), self.nonce.count == Self.nonceBytes else {
            throw MySQLError(.unsupportedServer, "the server is older than MySQL 4.1, which this client does not speak")
        }
    }
}
