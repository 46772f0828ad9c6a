/// A DECIMAL of up to 65 digits, exact: the digits as the server wrote them.
///
/// Equality and order are those of the number: 1.50 equals 1.5.
public struct MySQLDecimal: Sendable, CustomStringConvertible {
    /// The digits, with an optional sign in front and an optional point in between, such as "-12.50".
    public let description: String

    /// Takes text that is a sign, digits and at most one point; `nil` for anything else, such as exponents.
    public init?(_ text: String) {
        let digits =
            text.utf8.first == UInt8(ascii: "-") || text.utf8.first == UInt8(ascii: "+")
            ? text.utf8.dropFirst() : text.utf8[...]
        var digitCount = 0
        var pointCount = 0
        for byte in digits {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digitCount += 1
            case UInt8(ascii: "."): pointCount += 1
            default: return nil
            }
        }
        guard digitCount > 0, pointCount <= 1 else { return nil }
        self.description = text
    }

    /// Makes a whole number.
    public init(_ value: some BinaryInteger) {
        self.description = String(value)
    }

    /// Sign, digits before the point without leading zeros, digits behind it without trailing zeros.
    private var canonical: (isNegative: Bool, whole: Substring.UTF8View, fraction: Substring.UTF8View) {
        var rest = self.description.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let point = rest.firstIndex(of: UInt8(ascii: ".")) ?? rest.endIndex
        let whole = rest[..<point].drop { $0 == UInt8(ascii: "0") }
        var fraction = point < rest.endIndex ? rest[rest.index(after: point)...] : rest[point...]
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        return (isNegative && !(whole.isEmpty && fraction.isEmpty), whole, fraction)
    }
}

extension MySQLDecimal: Hashable, Comparable {
    /// Whether both are the same number.
    public static func == (left: MySQLDecimal, right: MySQLDecimal) -> Bool {
        let (a, b) = (left.canonical, right.canonical)
        return a.isNegative == b.isNegative && a.whole.elementsEqual(b.whole) && a.fraction.elementsEqual(b.fraction)
    }

    /// Hashes the number, not its spelling.
    public func hash(into hasher: inout Hasher) {
        let value = self.canonical
        hasher.combine(value.isNegative)
        for byte in value.whole { hasher.combine(byte) }
        hasher.combine(UInt8(ascii: "."))
        for byte in value.fraction { hasher.combine(byte) }
    }

    /// Orders by value.
    public static func < (left: MySQLDecimal, right: MySQLDecimal) -> Bool {
        let (a, b) = (left.canonical, right.canonical)
        guard a.isNegative == b.isNegative else { return a.isNegative }
        let (small, large) = a.isNegative ? (b, a) : (a, b)
        if small.whole.count != large.whole.count { return small.whole.count < large.whole.count }
        if !small.whole.elementsEqual(large.whole) { return small.whole.lexicographicallyPrecedes(large.whole) }
        return small.fraction.lexicographicallyPrecedes(large.fraction)
    }
}

extension MySQLDecimal: MySQLDecodable {
    /// Decodes DECIMAL and whole numbers.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> MySQLDecimal {
        if column.type == .newDecimal || column.type == .decimal {
            guard let text = bytes.string(), let value = MySQLDecimal(text) else { throw .mismatch(column, Self.self) }
            return value
        }
        if column.isUnsigned { return MySQLDecimal(try UInt64.decode(bytes, format: format, column: column)) }
        return MySQLDecimal(try Int64.decode(bytes, format: format, column: column))
    }
}
