import NIOCore

/// The server's answer to a command that returns no rows, and the end of a result set.
///
/// Source: MySQL Source Code Documentation, `page_protocol_basic_ok_packet`.
struct OKPacket: Equatable, Sendable {
    var affectedRows: UInt64 = 0
    /// The first `AUTO_INCREMENT` value generated; 0 if none was.
    var lastInsertID: UInt64 = 0
    var status: ServerStatus = []
    /// Capped at 65,535 by the server.
    var warningCount: UInt16 = 0
    /// Human-readable, such as "Records: 3  Duplicates: 0  Warnings: 0".
    var info = ""
    /// The schema that the session changed to, where it did.
    var changedSchema: String?

    init() {}

    /// Parses the bytes after the header byte (0x00, or 0xFE with `CLIENT_DEPRECATE_EOF`).
    init(parsing payload: inout ByteBuffer, capabilities: Capabilities) throws(MySQLError) {
        self.affectedRows = try payload.readLengthEncodedInteger()
        self.lastInsertID = try payload.readLengthEncodedInteger()
        self.status = ServerStatus(rawValue: try payload.readFixed(UInt16.self))
        self.warningCount = try payload.readFixed(UInt16.self)
        guard payload.readableBytes > 0 else { return }
        guard capabilities.contains(.sessionTrack) else {
            self.info = String(buffer: payload)
            return
        }
        self.info = try payload.readLengthEncodedString()
        guard self.status.contains(.sessionStateChanged), payload.readableBytes > 0 else { return }
        var changes = try payload.readLengthEncodedSlice()
        while changes.readableBytes > 0 {
            let type = try changes.readFixed(UInt8.self)
            var content = try changes.readLengthEncodedSlice()
            if type == Self.schemaChange { self.changedSchema = try content.readLengthEncodedString() }
        }
    }

    /// Parses the bytes after 0xFE of the old EOF packet.
    ///
    /// Source: MySQL Source Code Documentation, `page_protocol_basic_eof_packet`.
    init(parsingEOF payload: inout ByteBuffer) throws(MySQLError) {
        self.warningCount = try payload.readFixed(UInt16.self)
        self.status = ServerStatus(rawValue: try payload.readFixed(UInt16.self))
    }

    /// SESSION_TRACK_SCHEMA.
    private static let schemaChange: UInt8 = 1
}
