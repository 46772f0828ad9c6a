// Integers, floating point and booleans. Text is parsed on the bytes; nothing is allocated.

extension Span<UInt8> {
    /// The little-endian integer that fills the span; at most 8 bytes.
    @inline(__always)
    func littleEndian() -> UInt64 {
        var value: UInt64 = 0
        for index in self.indices {
            value |= UInt64(self[index]) &<< UInt64(truncatingIfNeeded: index &* 8)
        }
        return value
    }

    /// The big-endian integer that fills the span; at most 8 bytes.
    func bigEndian() -> UInt64 {
        var value: UInt64 = 0
        for index in self.indices { value = value &<< 8 | UInt64(self[index]) }
        return value
    }

    /// Parses an optional sign and decimal digits, and nothing else; `nil` where that is not what is there, or where
    /// the magnitude exceeds 64 bits.
    @inline(__always)
    func parseInteger() -> (isNegative: Bool, magnitude: UInt64)? {
        guard self.count > 0 else { return nil }
        let isNegative = self[0] == UInt8(ascii: "-")
        var magnitude: UInt64 = 0
        var index = isNegative || self[0] == UInt8(ascii: "+") ? 1 : 0
        guard index < self.count else { return nil }
        while index < self.count {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            magnitude = sum
            index &+= 1
        }
        return (isNegative, magnitude)
    }

    /// The bytes as a string, if they are UTF-8.
    func string() -> String? {
        self.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
    }

    /// A copy of the bytes.
    func array() -> [UInt8] {
        self.withUnsafeBufferPointer { [UInt8]($0) }
    }
}

extension MySQLDecodable where Self: FixedWidthInteger {
    /// Decodes whole numbers, YEAR and BIT; DECIMAL and text where they hold just an integer.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> Self {
        switch (column.type, format) {
        case (.bit, _):
            guard bytes.count <= 8, let value = Self(exactly: bytes.bigEndian()) else {
                throw .outOfRange(column, Self.self)
            }
            return value
        case (.tiny, .binary), (.short, .binary), (.long, .binary), (.int24, .binary), (.longLong, .binary),
            (.year, .binary):
            let raw = bytes.littleEndian()
            if column.isUnsigned || column.type == .year {
                guard let value = Self(exactly: raw) else { throw .outOfRange(column, Self.self) }
                return value
            }
            let shift = UInt64(64 - bytes.count * 8)
            guard let value = Self(exactly: Int64(bitPattern: raw &<< shift) &>> Int64(shift)) else {
                throw .outOfRange(column, Self.self)
            }
            return value
        case (.float, _), (.double, _), (.date, _), (.time, _), (.dateTime, _), (.timestamp, _), (.geometry, _),
            (.vector, _), (.json, _), (.null, _):
            throw .mismatch(column, Self.self)
        case (_, _):
            return try self.parse(bytes, column: column)
        }
    }

    @inline(__always)
    private static func parse(_ bytes: Span<UInt8>, column: MySQLColumn) throws(MySQLError) -> Self {
        guard let (isNegative, magnitude) = bytes.parseInteger() else {
            guard column.isNumeric else { throw .mismatch(column, Self.self) }
            throw .outOfRange(column, Self.self)
        }
        if !isNegative {
            guard let value = Self(exactly: magnitude) else { throw .outOfRange(column, Self.self) }
            return value
        }
        // 0 - magnitude, so that Int64.min needs no special case.
        guard magnitude <= UInt64(Int64.max) + 1, let value = Self(exactly: 0 &- Int64(bitPattern: magnitude)) else {
            throw .outOfRange(column, Self.self)
        }
        return value
    }
}

extension Int: MySQLDecodable {}
extension Int8: MySQLDecodable {}
extension Int16: MySQLDecodable {}
extension Int32: MySQLDecodable {}
extension Int64: MySQLDecodable {}
extension UInt: MySQLDecodable {}
extension UInt8: MySQLDecodable {}
extension UInt16: MySQLDecodable {}
extension UInt32: MySQLDecodable {}
extension UInt64: MySQLDecodable {}

extension Bool: MySQLDecodable {
    /// Decodes whole numbers and BIT as MySQL does: 0 is false, everything else true.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> Bool {
        if column.isUnsigned || column.type == .bit {
            return try UInt64.decode(bytes, format: format, column: column) != 0
        }
        return try Int64.decode(bytes, format: format, column: column) != 0
    }
}

extension Double: MySQLDecodable {
    /// Decodes every kind of number; DECIMAL and BIGINT are rounded to the nearest double.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> Double {
        switch (column.type, format) {
        case (.double, .binary): return Double(bitPattern: bytes.littleEndian())
        case (.float, .binary): return Double(Float(bitPattern: UInt32(truncatingIfNeeded: bytes.littleEndian())))
        case (.double, .text), (.float, .text), (.newDecimal, _), (.decimal, _):
            guard let text = bytes.string(), let value = Double(text) else { throw .mismatch(column, Double.self) }
            return value
        case (_, _):
            if column.isUnsigned { return Double(try UInt64.decode(bytes, format: format, column: column)) }
            return Double(try Int64.decode(bytes, format: format, column: column))
        }
    }
}

extension Float: MySQLDecodable {
    /// Decodes FLOAT exactly in the binary protocol; the text protocol carries six digits.
    ///
    /// DOUBLE is a mismatch.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> Float {
        guard column.type == .float else { throw .mismatch(column, Float.self) }
        if format == .binary { return Float(bitPattern: UInt32(truncatingIfNeeded: bytes.littleEndian())) }
        guard let text = bytes.string(), let value = Float(text) else { throw .mismatch(column, Float.self) }
        return value
    }
}
