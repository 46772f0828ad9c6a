public import NIOCore

extension String: MySQLDecodable {
    /// Decodes text, ENUM, SET, JSON and DECIMAL as they are, and numbers and times in MySQL's text form.
    ///
    /// Binary columns (character set 63) are a mismatch: decode `[UInt8]`.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> String {
        switch column.type {
        case .string, .varString, .varChar, .blob, .tinyBlob, .mediumBlob, .longBlob, .enumeration, .set:
            guard !column.isBinary, let text = bytes.string() else { throw .mismatch(column, String.self) }
            return text
        case .json, .newDecimal, .decimal:
            guard let text = bytes.string() else { throw .mismatch(column, String.self) }
            return text
        case .bit, .geometry, .vector, .null:
            throw .mismatch(column, String.self)
        default:
            if format == .text {
                guard let text = bytes.string() else { throw .mismatch(column, String.self) }
                return text
            }
            return try MySQLValue.decode(bytes, format: format, column: column).description
        }
    }
}

extension Array: MySQLDecodable where Element == UInt8 {
    /// Decodes the bytes of strings, blobs, BIT, GEOMETRY, VECTOR and JSON as they came.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> [UInt8] {
        guard column.holdsBytes else { throw .mismatch(column, [UInt8].self) }
        return bytes.array()
    }
}

extension ByteBuffer: MySQLDecodable {
    /// Decodes what `[UInt8]` does, into a buffer of its own.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> ByteBuffer {
        guard column.holdsBytes else { throw .mismatch(column, ByteBuffer.self) }
        return bytes.withUnsafeBufferPointer { ByteBuffer(bytes: $0) }
    }
}

extension MySQLColumn {
    /// Whether values travel as bytes of any length in both formats.
    fileprivate var holdsBytes: Bool {
        switch self.type {
        case .string, .varString, .varChar, .blob, .tinyBlob, .mediumBlob, .longBlob, .enumeration, .set, .json, .bit,
            .geometry, .vector, .newDecimal, .decimal:
            true
        default: false
        }
    }
}
