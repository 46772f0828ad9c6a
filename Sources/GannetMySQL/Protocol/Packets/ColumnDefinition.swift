import NIOCore

extension MySQLColumn {
    /// Parses a ColumnDefinition41 packet.
    ///
    /// Source: MySQL Source Code Documentation, `page_protocol_com_query_response_text_resultset_column_definition`.
    init(parsing payload: inout ByteBuffer) throws(MySQLError) {
        _ = try payload.readLengthEncodedSlice()  // catalog, always "def"
        let schema = try payload.readLengthEncodedString()
        let table = try payload.readLengthEncodedString()
        let originalTable = try payload.readLengthEncodedString()
        let name = try payload.readLengthEncodedString()
        let originalName = try payload.readLengthEncodedString()
        guard try payload.readLengthEncodedInteger() >= 12 else { throw .truncated }
        let charsetID = try payload.readFixed(UInt16.self)
        let length = try payload.readFixed(UInt32.self)
        let type = MySQLColumnType(rawValue: try payload.readFixed(UInt8.self))
        let rawFlags = try payload.readFixed(UInt16.self)
        self.init(
            name: name,
            originalName: originalName,
            table: table,
            originalTable: originalTable,
            schema: schema,
            type: type,
            charsetID: charsetID,
            length: length,
            rawFlags: rawFlags,
            decimals: try payload.readFixed(UInt8.self)
        )
    }
}
