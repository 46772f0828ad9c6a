import NIOCore

/// A request in the command phase.
///
/// Source: MySQL Source Code Documentation, `page_protocol_command_phase`.
enum Command: Equatable {
    case quit
    case query(String)
    case ping
    case resetConnection
    case prepare(String)
    case execute(statementID: UInt32, MySQLBindings)
    case closeStatement(UInt32)

    /// The payload to send.
    func encoded() -> ByteBuffer {
        var payload = ByteBuffer()
        switch self {
        case .quit: payload.writeInteger(UInt8(0x01))
        case .query(let sql):
            payload.reserveCapacity(sql.utf8.count + 1)
            payload.writeInteger(UInt8(0x03))
            payload.writeString(sql)
        case .ping: payload.writeInteger(UInt8(0x0E))
        case .resetConnection: payload.writeInteger(UInt8(0x1F))
        case .prepare(let sql):
            payload.writeInteger(UInt8(0x16))
            payload.writeString(sql)
        case .execute(let statementID, let bindings):
            payload.writeInteger(UInt8(0x17))
            payload.writeInteger(statementID, endianness: .little)
            payload.writeInteger(UInt8(0))  // no cursor
            payload.writeInteger(UInt32(1), endianness: .little)  // iteration count, always 1
            if bindings.count > 0 {
                var bitmap = [UInt8](repeating: 0, count: (bindings.count + 7) / 8)
                for (index, isNull) in bindings.isNull.enumerated() where isNull {
                    bitmap[index / 8] |= 1 << UInt8(index % 8)
                }
                payload.writeBytes(bitmap)
                payload.writeInteger(UInt8(1))  // types follow
                payload.writeBytes(bindings.typeBytes)
                payload.writeImmutableBuffer(bindings.valueBytes)
            }
        case .closeStatement(let statementID):
            payload.writeInteger(UInt8(0x19))
            payload.writeInteger(statementID, endianness: .little)
        }
        return payload
    }

    /// Whether the server answers at all.
    var hasResponse: Bool {
        switch self {
        case .quit, .closeStatement: false
        case .query, .ping, .resetConnection, .prepare, .execute: true
        }
    }
}
