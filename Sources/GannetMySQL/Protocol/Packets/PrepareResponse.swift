import NIOCore

/// The first packet of the answer to COM_STMT_PREPARE.
///
/// Source: MySQL Source Code Documentation, `page_protocol_com_stmt_prepare`.
struct PrepareResponse: Hashable, Sendable {
    var statementID: UInt32
    var columnCount: Int
    var parameterCount: Int

    /// Parses the bytes after the header byte 0x00.
    init(parsing payload: inout ByteBuffer) throws(MySQLError) {
        self.statementID = try payload.readFixed(UInt32.self)
        self.columnCount = Int(try payload.readFixed(UInt16.self))
        self.parameterCount = Int(try payload.readFixed(UInt16.self))
    }
}
