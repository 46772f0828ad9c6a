import NIOCore

extension MySQLError.ServerError {
    /// Parses the bytes after 0xFF; the SQLSTATE is missing in errors that come instead of a greeting.
    ///
    /// Source: MySQL Source Code Documentation, `page_protocol_basic_err_packet`.
    init(parsing payload: inout ByteBuffer) throws(MySQLError) {
        self.init(number: try payload.readFixed(UInt16.self), sqlState: "HY000", message: "")
        if payload.getInteger(at: payload.readerIndex, as: UInt8.self) == UInt8(ascii: "#"), payload.readableBytes >= 6
        {
            payload.moveReaderIndex(forwardBy: 1)
            self.sqlState = String(buffer: try payload.readExactly(5))
        }
        self.message = String(buffer: payload)
    }
}
