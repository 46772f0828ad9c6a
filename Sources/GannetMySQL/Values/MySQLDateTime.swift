/// A DATE: also the zero date and partial dates such as 2024-00-00, which MySQL allows.
///
/// Source: MySQL Reference Manual, "The DATE, DATETIME, and TIMESTAMP Types".
public struct MySQLDate: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 0–9999.
    public var year: UInt16
    /// 0–12.
    public var month: UInt8
    /// 0–31.
    public var day: UInt8

    /// Makes a date from its fields, which are not checked against the calendar.
    public init(year: UInt16, month: UInt8, day: UInt8) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// "2024-02-29".
    public var description: String {
        "\(padded(Int(self.year), 4))-\(padded(Int(self.month), 2))-\(padded(Int(self.day), 2))"
    }

    /// Earlier is smaller; missing parts count as 0.
    public static func < (left: MySQLDate, right: MySQLDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

/// A DATETIME or TIMESTAMP: a date and a time of day without a time zone, to the microsecond.
public struct MySQLDateTime: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The date; may be zero or partial.
    public var date: MySQLDate
    /// 0–23.
    public var hour: UInt8
    /// 0–59.
    public var minute: UInt8
    /// 0–59.
    public var second: UInt8
    /// 0–999,999.
    public var microsecond: UInt32

    /// Makes a date and time from its fields, which are not checked against the calendar.
    public init(date: MySQLDate, hour: UInt8 = 0, minute: UInt8 = 0, second: UInt8 = 0, microsecond: UInt32 = 0) {
        self.date = date
        self.hour = hour
        self.minute = minute
        self.second = second
        self.microsecond = microsecond
    }

    /// "2024-02-29 23:59:59", with ".000001" where there are microseconds.
    public var description: String {
        let time = "\(padded(Int(self.hour), 2)):\(padded(Int(self.minute), 2)):\(padded(Int(self.second), 2))"
        return "\(self.date) \(time)\(fraction(self.microsecond))"
    }

    /// Earlier is smaller.
    public static func < (left: MySQLDateTime, right: MySQLDateTime) -> Bool {
        if left.date != right.date { return left.date < right.date }
        return (left.hour, left.minute, left.second, left.microsecond)
            < (right.hour, right.minute, right.second, right.microsecond)
    }
}

/// A TIME: a signed span of −838:59:59.999999 to 838:59:59.999999, not a time of day.
public struct MySQLTime: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Microseconds; negative for negative spans.
    public var microseconds: Int64

    /// Makes a span from microseconds.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Makes a span from its fields.
    ///
    /// Hours may exceed 23; minutes and seconds are below 60 and microseconds below 1,000,000.
    public init(isNegative: Bool = false, hours: UInt32, minutes: UInt8, seconds: UInt8, microseconds: UInt32 = 0) {
        let total = (Int64(hours) * 3600 + Int64(minutes) * 60 + Int64(seconds)) * 1_000_000 + Int64(microseconds)
        self.microseconds = isNegative ? -total : total
    }

    /// The span as a `Duration`.
    public var duration: Duration { .microseconds(self.microseconds) }

    /// "-838:59:59", with ".000001" where there are microseconds.
    public var description: String {
        let magnitude = self.microseconds.magnitude
        let seconds = magnitude / 1_000_000
        let clock =
            "\(padded(Int(seconds / 3600), 2)):\(padded(Int(seconds / 60 % 60), 2)):\(padded(Int(seconds % 60), 2))"
        return (self.microseconds < 0 ? "-" : "") + clock + fraction(UInt32(magnitude % 1_000_000))
    }

    /// Shorter is smaller; negative spans come first.
    public static func < (left: MySQLTime, right: MySQLTime) -> Bool {
        left.microseconds < right.microseconds
    }
}

private func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
}

private func fraction(_ microseconds: UInt32) -> String {
    microseconds == 0 ? "" : ".\(padded(Int(microseconds), 6))"
}
