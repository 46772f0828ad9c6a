import NIOCore

/// The client's answer to the greeting, and the shortened form that asks for TLS.
///
/// Source: MySQL Source Code Documentation,
/// `page_protocol_connection_phase_packets_protocol_handshake_response`.
struct HandshakeResponse: Equatable {
    /// utf8mb4_general_ci, which every server since 5.5 and every MariaDB knows.
    static let collation: UInt8 = 45
    /// The largest packet the client accepts, as told to the server.
    static let packetBytesMax: UInt32 = 1 << 30

    var capabilities: Capabilities
    var user: String
    var authenticationData: [UInt8]
    var database: String?
    var pluginName: String
    var attributes: [String: String]

    /// The packet that is sent before TLS; its fields equal those of the full response.
    func encodedTLSRequest() -> ByteBuffer {
        var payload = ByteBuffer()
        payload.writeInteger(self.capabilities.rawValue, endianness: .little)
        payload.writeInteger(Self.packetBytesMax, endianness: .little)
        payload.writeInteger(Self.collation)
        payload.writeRepeatingByte(0, count: 23)
        return payload
    }

    /// The whole response.
    func encoded() -> ByteBuffer {
        var payload = self.encodedTLSRequest()
        payload.writeNullTerminated(self.user)
        if self.capabilities.contains(.pluginAuthLengthEncoded) {
            payload.writeLengthEncodedInteger(UInt64(self.authenticationData.count))
        } else {
            payload.writeInteger(UInt8(truncatingIfNeeded: self.authenticationData.count))
        }
        payload.writeBytes(self.authenticationData)
        if self.capabilities.contains(.connectWithDatabase) { payload.writeNullTerminated(self.database ?? "") }
        if self.capabilities.contains(.pluginAuth) { payload.writeNullTerminated(self.pluginName) }
        if self.capabilities.contains(.connectAttributes) {
            var pairs = ByteBuffer()
            for (name, value) in self.attributes.sorted(by: { $0.key < $1.key }) {
                pairs.writeLengthEncodedString(name)
                pairs.writeLengthEncodedString(value)
            }
            payload.writeLengthEncodedInteger(UInt64(pairs.readableBytes))
            payload.writeBuffer(&pairs)
        }
        return payload
    }
}
