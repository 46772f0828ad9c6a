public import NIOCore

/// A type whose values can be bound to a statement's parameters.
public protocol MySQLEncodable: Sendable {
    /// Appends the value, or NULL, as exactly one parameter.
    func encode(into bindings: inout MySQLBindings)
}

extension MySQLEncodable where Self: FixedWidthInteger & SignedInteger {
    /// Appends the number as BIGINT.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendInteger(Int64(truncatingIfNeeded: self))
    }
}

extension MySQLEncodable where Self: FixedWidthInteger & UnsignedInteger {
    /// Appends the number as BIGINT UNSIGNED.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendUnsigned(UInt64(truncatingIfNeeded: self))
    }
}

extension Int: MySQLEncodable {}
extension Int8: MySQLEncodable {}
extension Int16: MySQLEncodable {}
extension Int32: MySQLEncodable {}
extension Int64: MySQLEncodable {}
extension UInt: MySQLEncodable {}
extension UInt8: MySQLEncodable {}
extension UInt16: MySQLEncodable {}
extension UInt32: MySQLEncodable {}
extension UInt64: MySQLEncodable {}

extension Bool: MySQLEncodable {
    /// Appends 1 or 0.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendInteger(self ? 1 : 0)
    }
}

extension Float: MySQLEncodable {
    /// Appends the number as FLOAT.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendFloat(self)
    }
}

extension Double: MySQLEncodable {
    /// Appends the number as DOUBLE.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendDouble(self)
    }
}

extension String: MySQLEncodable {
    /// Appends the text.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendString(self)
    }
}

extension Array: MySQLEncodable where Element == UInt8 {
    /// Appends the bytes as a BLOB.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendBytes(self)
    }
}

extension ByteBuffer: MySQLEncodable {
    /// Appends the readable bytes as a BLOB.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendBytes(self.readableBytesView)
    }
}

extension MySQLDate: MySQLEncodable {
    /// Appends the date as DATE.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendDateTime(MySQLDateTime(date: self), type: .date)
    }
}

extension MySQLDateTime: MySQLEncodable {
    /// Appends the date and time as DATETIME.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendDateTime(self)
    }
}

extension MySQLTime: MySQLEncodable {
    /// Appends the span as TIME.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendTime(self)
    }
}

extension MySQLDecimal: MySQLEncodable {
    /// Appends the digits as text, which the server converts exactly.
    public func encode(into bindings: inout MySQLBindings) {
        bindings.appendString(self.description)
    }
}

extension Optional: MySQLEncodable where Wrapped: MySQLEncodable {
    /// Appends the value, or NULL.
    public func encode(into bindings: inout MySQLBindings) {
        switch self {
        case .some(let value): value.encode(into: &bindings)
        case .none: bindings.appendNull()
        }
    }
}

extension MySQLValue: MySQLEncodable {
    /// Appends the value in the type it has.
    public func encode(into bindings: inout MySQLBindings) {
        switch self {
        case .null: bindings.appendNull()
        case .int(let value): bindings.appendInteger(value)
        case .uint(let value): bindings.appendUnsigned(value)
        case .float(let value): bindings.appendFloat(value)
        case .double(let value): bindings.appendDouble(value)
        case .decimal(let value): value.encode(into: &bindings)
        case .string(let value), .json(let value): bindings.appendString(value)
        case .bytes(let value), .bit(let value), .geometry(let value): bindings.appendBytes(value)
        case .date(let value): value.encode(into: &bindings)
        case .dateTime(let value): value.encode(into: &bindings)
        case .time(let value): value.encode(into: &bindings)
        case .year(let value): bindings.appendInteger(Int64(value))
        case .vector(let value):
            bindings.appendBytes(
                value.flatMap { float in (0..<4).map { UInt8(truncatingIfNeeded: float.bitPattern >> ($0 * 8)) } }
            )
        }
    }
}
