import NIOCore

/// The parameters of a prepared statement, already in the binary protocol's form.
///
/// Source: MySQL Source Code Documentation, `page_protocol_com_stmt_execute`.
public struct MySQLBindings: Sendable, Hashable {
    /// Set in a type's second byte for unsigned integers.
    private static let unsignedFlag: UInt8 = 0x80

    /// Whether each parameter is NULL.
    private(set) var isNull: [Bool] = []
    /// Two bytes a parameter: type and flags.
    private(set) var typeBytes: [UInt8] = []
    /// The values that are not NULL, one after the other.
    private(set) var valueBytes = ByteBuffer()

    /// Makes an empty list.
    public init() {}

    /// How many parameters there are.
    public var count: Int { self.isNull.count }

    /// Appends any value that can be sent.
    public mutating func append(_ value: some MySQLEncodable) {
        value.encode(into: &self)
    }

    /// Appends another list's parameters.
    public mutating func append(contentsOf other: MySQLBindings) {
        self.isNull += other.isNull
        self.typeBytes += other.typeBytes
        self.valueBytes.writeImmutableBuffer(other.valueBytes)
    }

    /// Appends NULL.
    public mutating func appendNull() {
        self.isNull.append(true)
        self.typeBytes += [MySQLColumnType.null.rawValue, 0]
    }

    /// Appends a signed integer; always as BIGINT, because `LIMIT ?` refuses other numbers.
    public mutating func appendInteger(_ value: Int64) {
        self.add(.longLong)
        self.valueBytes.writeInteger(value, endianness: .little)
    }

    /// Appends an unsigned integer.
    public mutating func appendUnsigned(_ value: UInt64) {
        self.add(.longLong, flags: Self.unsignedFlag)
        self.valueBytes.writeInteger(value, endianness: .little)
    }

    /// Appends a single-precision number.
    public mutating func appendFloat(_ value: Float) {
        self.add(.float)
        self.valueBytes.writeInteger(value.bitPattern, endianness: .little)
    }

    /// Appends a double-precision number.
    public mutating func appendDouble(_ value: Double) {
        self.add(.double)
        self.valueBytes.writeInteger(value.bitPattern, endianness: .little)
    }

    /// Appends text in the connection's character set, utf8mb4.
    public mutating func appendString(_ value: String) {
        self.add(.varString)
        self.writeLength(value.utf8.count)
        self.valueBytes.writeString(value)
    }

    /// Appends bytes that are not text.
    public mutating func appendBytes(_ value: some Collection<UInt8>) {
        self.add(.blob)
        self.writeLength(value.count)
        self.valueBytes.writeBytes(value)
    }

    /// Appends a DATETIME; microseconds travel only where there are any.
    public mutating func appendDateTime(_ value: MySQLDateTime, type: MySQLColumnType = .dateTime) {
        self.add(type)
        let hasTime = value != MySQLDateTime(date: value.date)
        let length: UInt8 = value.microsecond != 0 ? 11 : (hasTime ? 7 : 4)
        self.valueBytes.writeInteger(length)
        self.valueBytes.writeInteger(value.date.year, endianness: .little)
        self.valueBytes.writeBytes([value.date.month, value.date.day])
        if length >= 7 { self.valueBytes.writeBytes([value.hour, value.minute, value.second]) }
        if length == 11 { self.valueBytes.writeInteger(value.microsecond, endianness: .little) }
    }

    /// Appends a TIME.
    public mutating func appendTime(_ value: MySQLTime) {
        self.add(.time)
        let magnitude = value.microseconds.magnitude
        let microsecond = UInt32(magnitude % 1_000_000)
        let seconds = magnitude / 1_000_000
        self.valueBytes.writeInteger(UInt8(microsecond == 0 ? 8 : 12))
        self.valueBytes.writeInteger(UInt8(value.microseconds < 0 ? 1 : 0))
        self.valueBytes.writeInteger(UInt32(truncatingIfNeeded: seconds / 86_400), endianness: .little)
        self.valueBytes.writeInteger(UInt8(seconds / 3600 % 24))
        self.valueBytes.writeInteger(UInt8(seconds / 60 % 60))
        self.valueBytes.writeInteger(UInt8(seconds % 60))
        if microsecond != 0 { self.valueBytes.writeInteger(microsecond, endianness: .little) }
    }

    private mutating func add(_ type: MySQLColumnType, flags: UInt8 = 0) {
        self.isNull.append(false)
        self.typeBytes += [type.rawValue, flags]
    }

    private mutating func writeLength(_ length: Int) {
        self.valueBytes.writeLengthEncodedInteger(UInt64(length))
    }
}
