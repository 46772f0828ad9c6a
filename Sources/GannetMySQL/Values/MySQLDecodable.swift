/// A type that a column's value can be decoded into.
///
/// A conformance of your own usually decodes one of the built-in types and converts it.
public protocol MySQLDecodable: Sendable {
    /// Decodes a value that is not NULL from its bytes, without their length.
    ///
    /// - Throws: `.typeMismatch` where the column's type has no such value, `.valueOutOfRange` where this one does
    ///   not fit. Messages name the column, never the value.
    static func decode(_ bytes: Span<UInt8>, format: MySQLFormat, column: MySQLColumn) throws(MySQLError) -> Self

    /// Makes the value that stands for NULL.
    ///
    /// - Throws: `.unexpectedNull` unless the type is optional.
    static func decodeNull(column: MySQLColumn) throws(MySQLError) -> Self
}

extension MySQLDecodable {
    /// Throws: only optional types can hold NULL.
    public static func decodeNull(column: MySQLColumn) throws(MySQLError) -> Self {
        throw MySQLError(.unexpectedNull, "column '\(column.name)' is NULL; decode it as \(Self.self)?")
    }
}

extension Optional: MySQLDecodable where Wrapped: MySQLDecodable {
    /// Decodes the wrapped type.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> Wrapped? {
        try Wrapped.decode(bytes, format: format, column: column)
    }

    /// NULL is `nil`.
    public static func decodeNull(column: MySQLColumn) throws(MySQLError) -> Wrapped? {
        nil
    }
}

extension MySQLError {
    static func mismatch(_ column: MySQLColumn, _ type: Any.Type) -> MySQLError {
        MySQLError(.typeMismatch, "column '\(column.name)' (\(column.typeName)) cannot be decoded as \(type)")
    }

    static func outOfRange(_ column: MySQLColumn, _ type: Any.Type) -> MySQLError {
        MySQLError(.valueOutOfRange, "a value of column '\(column.name)' (\(column.typeName)) does not fit \(type)")
    }
}

extension MySQLColumn {
    /// The type's name for messages, such as "BIGINT UNSIGNED".
    var typeName: String {
        let text = !self.isBinary
        let name =
            switch self.type {
            case .tiny: "TINYINT"
            case .short: "SMALLINT"
            case .int24: "MEDIUMINT"
            case .long: "INT"
            case .longLong: "BIGINT"
            case .float: "FLOAT"
            case .double: "DOUBLE"
            case .decimal, .newDecimal: "DECIMAL"
            case .null: "NULL"
            case .timestamp: "TIMESTAMP"
            case .date: "DATE"
            case .time: "TIME"
            case .dateTime: "DATETIME"
            case .year: "YEAR"
            case .bit: "BIT"
            case .vector: "VECTOR"
            case .json: "JSON"
            case .enumeration: "ENUM"
            case .set: "SET"
            case .geometry: "GEOMETRY"
            case .tinyBlob, .mediumBlob, .longBlob, .blob: text ? "TEXT" : "BLOB"
            case .varString, .varChar: text ? "VARCHAR" : "VARBINARY"
            case .string: text ? "CHAR" : "BINARY"
            default: "type \(self.type.rawValue)"
            }
        return self.isUnsigned && self.isNumeric ? name + " UNSIGNED" : name
    }

    /// Whether the values are numbers.
    var isNumeric: Bool {
        switch self.type {
        case .tiny, .short, .int24, .long, .longLong, .float, .double, .decimal, .newDecimal: true
        default: false
        }
    }
}
