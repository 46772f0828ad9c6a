/// A column's type as the protocol numbers it.
///
/// Source: MySQL Source Code Documentation, `field_types.h`.
public struct MySQLColumnType: RawRepresentable, Hashable, Sendable {
    /// The number in the column definition.
    public var rawValue: UInt8

    /// Makes a type from its number; unknown numbers are kept.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// DECIMAL of servers before 5.0.
    public static let decimal = Self(rawValue: 0x00)
    /// TINYINT, BOOLEAN.
    public static let tiny = Self(rawValue: 0x01)
    /// SMALLINT.
    public static let short = Self(rawValue: 0x02)
    /// INT.
    public static let long = Self(rawValue: 0x03)
    /// FLOAT.
    public static let float = Self(rawValue: 0x04)
    /// DOUBLE.
    public static let double = Self(rawValue: 0x05)
    /// NULL without a type.
    public static let null = Self(rawValue: 0x06)
    /// TIMESTAMP.
    public static let timestamp = Self(rawValue: 0x07)
    /// BIGINT.
    public static let longLong = Self(rawValue: 0x08)
    /// MEDIUMINT.
    public static let int24 = Self(rawValue: 0x09)
    /// DATE.
    public static let date = Self(rawValue: 0x0A)
    /// TIME.
    public static let time = Self(rawValue: 0x0B)
    /// DATETIME.
    public static let dateTime = Self(rawValue: 0x0C)
    /// YEAR.
    public static let year = Self(rawValue: 0x0D)
    /// VARCHAR, as parameters are typed.
    public static let varChar = Self(rawValue: 0x0F)
    /// BIT.
    public static let bit = Self(rawValue: 0x10)
    /// VECTOR (MySQL 9.0).
    public static let vector = Self(rawValue: 0xF2)
    /// JSON.
    public static let json = Self(rawValue: 0xF5)
    /// DECIMAL.
    public static let newDecimal = Self(rawValue: 0xF6)
    /// ENUM; result sets say `string` with a flag instead.
    public static let enumeration = Self(rawValue: 0xF7)
    /// SET; result sets say `string` with a flag instead.
    public static let set = Self(rawValue: 0xF8)
    /// TINYBLOB, TINYTEXT.
    public static let tinyBlob = Self(rawValue: 0xF9)
    /// MEDIUMBLOB, MEDIUMTEXT.
    public static let mediumBlob = Self(rawValue: 0xFA)
    /// LONGBLOB, LONGTEXT.
    public static let longBlob = Self(rawValue: 0xFB)
    /// BLOB, TEXT.
    public static let blob = Self(rawValue: 0xFC)
    /// VARCHAR, VARBINARY.
    public static let varString = Self(rawValue: 0xFD)
    /// CHAR, BINARY, ENUM, SET.
    public static let string = Self(rawValue: 0xFE)
    /// GEOMETRY and its subtypes.
    public static let geometry = Self(rawValue: 0xFF)
}

/// What the server says of a result set's column.
///
/// Source: MySQL Source Code Documentation, `page_protocol_com_query_response_text_resultset_column_definition`.
public struct MySQLColumn: Hashable, Sendable {
    /// Flags of a column definition.
    struct Flags: OptionSet, Hashable, Sendable {
        var rawValue: UInt16

        static let notNull = Self(rawValue: 0x0001)
        static let unsigned = Self(rawValue: 0x0020)
        static let enumeration = Self(rawValue: 0x0100)
        static let set = Self(rawValue: 0x0800)
    }

    /// The collation number that marks bytes rather than text.
    static let binaryCharset: UInt16 = 63

    /// The name the statement gives it; names may repeat.
    public var name: String
    /// The name in its table; empty for expressions.
    public var originalName: String
    /// The table's alias in the statement.
    public var table: String
    /// The table's own name.
    public var originalTable: String
    /// The table's schema.
    public var schema: String
    /// The protocol's type.
    public var type: MySQLColumnType
    /// The collation's number; 63 is binary.
    public var charsetID: UInt16
    /// The longest value, in bytes (characters times the widest character).
    public var length: UInt32
    /// The flags of the column definition.
    public var rawFlags: UInt16
    /// Digits behind the point: 0–30; 31 where there is no fixed number.
    public var decimals: UInt8

    /// Makes a column definition.
    public init(
        name: String,
        originalName: String = "",
        table: String = "",
        originalTable: String = "",
        schema: String = "",
        type: MySQLColumnType,
        charsetID: UInt16 = 63,
        length: UInt32 = 0,
        rawFlags: UInt16 = 0,
        decimals: UInt8 = 0
    ) {
        self.name = name
        self.originalName = originalName
        self.table = table
        self.originalTable = originalTable
        self.schema = schema
        self.type = type
        self.charsetID = charsetID
        self.length = length
        self.rawFlags = rawFlags
        self.decimals = decimals
    }

    /// Whether the values are unsigned numbers.
    public var isUnsigned: Bool { Flags(rawValue: self.rawFlags).contains(.unsigned) }
    /// Whether the column is declared NOT NULL.
    public var isNotNull: Bool { Flags(rawValue: self.rawFlags).contains(.notNull) }
    /// Whether string values are bytes rather than text: character set 63 decides, not the BINARY flag.
    public var isBinary: Bool { self.charsetID == Self.binaryCharset }
}

/// How a row's values are written: by the text protocol, or by the binary protocol of prepared statements.
public enum MySQLFormat: Hashable, Sendable {
    /// Every value as a length-encoded string.
    case text
    /// Numbers and times as little-endian structures, the rest as length-encoded strings.
    case binary
}
