// Both formats of the date and time types.
// Source: MySQL Source Code Documentation, `page_protocol_binary_resultset`, "binary encoded values": a DATETIME is 0,
// 4, 7 or 11 bytes long, a TIME 0, 8 or 12.

extension MySQLDate: MySQLDecodable {
    /// Decodes DATE, and the date of a DATETIME or TIMESTAMP at midnight.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> MySQLDate {
        let value = try MySQLDateTime.decode(bytes, format: format, column: column)
        guard value == MySQLDateTime(date: value.date) else { throw .mismatch(column, MySQLDate.self) }
        return value.date
    }
}

extension MySQLDateTime: MySQLDecodable {
    /// Decodes DATE, DATETIME and TIMESTAMP.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> MySQLDateTime {
        guard column.type == .dateTime || column.type == .timestamp || column.type == .date else {
            throw .mismatch(column, Self.self)
        }
        guard let value = format == .binary ? self.init(binary: bytes) : self.init(text: bytes) else {
            throw MySQLError(.malformedPacket, "the server sent a date in column '\(column.name)' that is none")
        }
        return value
    }

    private init?(binary bytes: Span<UInt8>) {
        guard bytes.count > 0 else {
            self.init(date: MySQLDate(year: 0, month: 0, day: 0))
            return
        }
        guard bytes.count == 4 || bytes.count == 7 || bytes.count == 11 else { return nil }
        let date = MySQLDate(
            year: UInt16(truncatingIfNeeded: bytes.extracting(0..<2).littleEndian()),
            month: bytes[2],
            day: bytes[3]
        )
        self.init(date: date)
        if bytes.count >= 7 {
            self.hour = bytes[4]
            self.minute = bytes[5]
            self.second = bytes[6]
        }
        if bytes.count == 11 {
            self.microsecond = UInt32(truncatingIfNeeded: bytes.extracting(7..<11).littleEndian())
        }
        guard self.isPlausible else { return nil }
    }

    /// Parses "YYYY-MM-DD", optionally with " HH:MM:SS" and up to six digits of fraction.
    init?(text bytes: Span<UInt8>) {
        var fields = FieldParser()
        guard let year = fields.number(digits: 4...4, in: bytes), fields.skip("-", in: bytes),
            let month = fields.number(digits: 2...2, in: bytes),
            fields.skip("-", in: bytes), let day = fields.number(digits: 2...2, in: bytes)
        else { return nil }
        self.init(
            date: MySQLDate(
                year: UInt16(truncatingIfNeeded: year),
                month: UInt8(truncatingIfNeeded: month),
                day: UInt8(truncatingIfNeeded: day)
            )
        )
        if fields.offset < bytes.count {
            guard fields.skip(" ", in: bytes) || fields.skip("T", in: bytes),
                let hour = fields.number(digits: 2...2, in: bytes), fields.skip(":", in: bytes),
                let minute = fields.number(digits: 2...2, in: bytes), fields.skip(":", in: bytes),
                let second = fields.number(digits: 2...2, in: bytes),
                let microsecond = fields.fraction(in: bytes), fields.offset == bytes.count
            else { return nil }
            self.hour = UInt8(truncatingIfNeeded: hour)
            self.minute = UInt8(truncatingIfNeeded: minute)
            self.second = UInt8(truncatingIfNeeded: second)
            self.microsecond = microsecond
        }
        guard self.isPlausible else { return nil }
    }

    private var isPlausible: Bool {
        self.date.year <= 9999 && self.date.month <= 12 && self.date.day <= 31 && self.hour <= 23 && self.minute <= 59
            && self.second <= 59 && self.microsecond <= 999_999
    }
}

extension MySQLTime: MySQLDecodable {
    /// Decodes TIME.
    public static func decode(
        _ bytes: Span<UInt8>,
        format: MySQLFormat,
        column: MySQLColumn
    ) throws(MySQLError) -> MySQLTime {
        guard column.type == .time else { throw .mismatch(column, Self.self) }
        guard let value = format == .binary ? self.init(binary: bytes) : self.init(text: bytes) else {
            throw MySQLError(.malformedPacket, "the server sent a time in column '\(column.name)' that is none")
        }
        return value
    }

    private init?(binary bytes: Span<UInt8>) {
        guard bytes.count > 0 else {
            self.init(microseconds: 0)
            return
        }
        guard bytes.count == 8 || bytes.count == 12 else { return nil }
        let days = bytes.extracting(1..<5).littleEndian()
        let microsecond = bytes.count == 12 ? bytes.extracting(8..<12).littleEndian() : 0
        guard days <= 34, bytes[5] <= 23, bytes[6] <= 59, bytes[7] <= 59, microsecond <= 999_999 else { return nil }
        self.init(
            isNegative: bytes[0] != 0,
            hours: UInt32(days) * 24 + UInt32(bytes[5]),
            minutes: bytes[6],
            seconds: bytes[7],
            microseconds: UInt32(microsecond)
        )
    }

    /// Parses "[-]H…H:MM:SS" with up to six digits of fraction.
    init?(text bytes: Span<UInt8>) {
        var fields = FieldParser()
        let isNegative = fields.skip("-", in: bytes)
        guard let hours = fields.number(digits: 1...3, in: bytes), fields.skip(":", in: bytes),
            let minutes = fields.number(digits: 2...2, in: bytes),
            fields.skip(":", in: bytes), let seconds = fields.number(digits: 2...2, in: bytes),
            let microseconds = fields.fraction(in: bytes),
            fields.offset == bytes.count, hours <= 838, minutes <= 59, seconds <= 59
        else { return nil }
        self.init(
            isNegative: isNegative,
            hours: hours,
            minutes: UInt8(truncatingIfNeeded: minutes),
            seconds: UInt8(truncatingIfNeeded: seconds),
            microseconds: microseconds
        )
    }
}

/// Reads fixed fields of digits from left to right.
private struct FieldParser {
    private(set) var offset = 0

    mutating func skip(_ character: Unicode.Scalar, in bytes: Span<UInt8>) -> Bool {
        guard self.offset < bytes.count, UInt32(bytes[self.offset]) == character.value else { return false }
        self.offset += 1
        return true
    }

    mutating func number(digits: ClosedRange<Int>, in bytes: Span<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        var count = 0
        while count < digits.upperBound, self.offset < bytes.count {
            let digit = bytes[self.offset] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            value = value * 10 + UInt32(digit)
            self.offset += 1
            count += 1
        }
        return digits.contains(count) ? value : nil
    }

    /// Microseconds from ".1" to ".123456"; 0 where there is no fraction; `nil` where there is a point without digits.
    mutating func fraction(in bytes: Span<UInt8>) -> UInt32? {
        guard self.skip(".", in: bytes) else { return 0 }
        let start = self.offset
        guard var value = self.number(digits: 1...6, in: bytes) else { return nil }
        for _ in (self.offset - start)..<6 { value *= 10 }
        return value
    }
}
