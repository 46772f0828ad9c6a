/// A value of any of MySQL's types, exact.
public enum MySQLValue: Hashable, Sendable {
    /// NULL.
    case null
    /// TINYINT to BIGINT, signed.
    case int(Int64)
    /// TINYINT to BIGINT, unsigned.
    case uint(UInt64)
    /// FLOAT.
    case float(Float)
    /// DOUBLE.
    case double(Double)
    /// DECIMAL.
    case decimal(MySQLDecimal)
    /// CHAR, VARCHAR, TEXT, ENUM and SET.
    case string(String)
    /// BINARY, VARBINARY and BLOB; text in a character set other than UTF-8 as well.
    case bytes([UInt8])
    /// DATE.
    case date(MySQLDate)
    /// DATETIME and TIMESTAMP.
    case dateTime(MySQLDateTime)
    /// TIME.
    case time(MySQLTime)
    /// YEAR.
    case year(UInt16)
    /// BIT: the bits in big-endian bytes, as the server sends them.
    case bit([UInt8])
    /// JSON as the server's text.
    case json(String)
    /// GEOMETRY: four bytes of SRID, little-endian, then well-known binary.
    case geometry([UInt8])
    /// VECTOR.
    case vector([Float])
}

extension MySQLValue: MySQLDecodable {
    /// Decodes any column in the type it has.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> MySQLValue {
        switch column.type {
        case .tiny, .short, .int24, .long, .longLong:
            if column.isUnsigned { return .uint(try UInt64.decode(bytes, format: format, column: column)) }
            return .int(try Int64.decode(bytes, format: format, column: column))
        case .float: return .float(try Float.decode(bytes, format: format, column: column))
        case .double: return .double(try Double.decode(bytes, format: format, column: column))
        case .newDecimal, .decimal: return .decimal(try MySQLDecimal.decode(bytes, format: format, column: column))
        case .date: return .date(try MySQLDate.decode(bytes, format: format, column: column))
        case .dateTime, .timestamp:
            return .dateTime(try MySQLDateTime.decode(bytes, format: format, column: column))
        case .time: return .time(try MySQLTime.decode(bytes, format: format, column: column))
        case .year: return .year(try UInt16.decode(bytes, format: format, column: column))
        case .bit: return .bit(bytes.array())
        case .json: return .json(try String.decode(bytes, format: format, column: column))
        case .geometry: return .geometry(bytes.array())
        case .vector: return .vector(try [Float].decode(bytes, format: format, column: column))
        case .null: return .null
        default:
            guard !column.isBinary, let text = bytes.string() else { return .bytes(bytes.array()) }
            return .string(text)
        }
    }

    /// NULL is `.null`.
    public static func decodeNull(column: MySQLColumn) throws(MySQLError) -> MySQLValue {
        .null
    }
}

extension Array where Element == Float {
    /// Decodes VECTOR: little-endian 32-bit floats.
    ///
    /// Source: MySQL Reference Manual, "The VECTOR Type".
    fileprivate static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> [Float] {
        guard bytes.count % 4 == 0 else {
            throw MySQLError(.malformedPacket, "a vector in column '\(column.name)' is not a whole number of floats")
        }
        return stride(from: 0, to: bytes.count, by: 4).map { offset in
            Float(bitPattern: UInt32(truncatingIfNeeded: bytes.extracting(offset..<offset + 4).littleEndian()))
        }
    }
}

extension MySQLValue: CustomStringConvertible {
    /// The value as MySQL's text protocol writes it; bytes in hexadecimal, NULL as "NULL".
    public var description: String {
        switch self {
        case .null: "NULL"
        case .int(let value): "\(value)"
        case .uint(let value): "\(value)"
        case .float(let value): "\(value)"
        case .double(let value): "\(value)"
        case .decimal(let value): value.description
        case .string(let value), .json(let value): value
        case .bytes(let value), .bit(let value), .geometry(let value): Self.hexadecimal(value)
        case .date(let value): value.description
        case .dateTime(let value): value.description
        case .time(let value): value.description
        case .year(let value): value < 1000 ? String("000\(value)".suffix(4)) : "\(value)"
        case .vector(let value): "[" + value.map { "\($0)" }.joined(separator: ",") + "]"
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        "0x" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }
}
