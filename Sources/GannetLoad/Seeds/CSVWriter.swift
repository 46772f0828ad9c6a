/// Appends CSV fields to one buffer; quotes a field only where RFC 4180 asks for it.
struct CSVWriter {
    var bytes: [UInt8] = []
    private var isAtStart = true

    mutating func raw(_ text: String) {
        self.bytes.append(contentsOf: text.utf8)
        self.isAtStart = false
    }

    mutating func endRecord() {
        self.bytes.append(0x0D)
        self.bytes.append(0x0A)
        self.isAtStart = true
    }

    /// An empty field without quotes.
    mutating func null() {
        self.separate()
    }

    mutating func text(_ text: String) {
        self.separate()
        let needsQuotes =
            text.isEmpty
            || text.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: ",") || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else {
            self.bytes.append(contentsOf: text.utf8)
            return
        }
        self.bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { self.bytes.append(byte) }
            self.bytes.append(byte)
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    mutating func integer(_ value: Int) {
        self.separate()
        self.digits(value, width: 1)
    }

    /// `1234` as 12.34.
    mutating func cents(_ value: Int) {
        self.separate()
        self.digits(value / 100, width: 1)
        self.bytes.append(UInt8(ascii: "."))
        self.digits(value % 100, width: 2)
    }

    /// `50` as 0.050.
    mutating func thousandths(_ value: Int) {
        self.separate()
        self.digits(value / 1000, width: 1)
        self.bytes.append(UInt8(ascii: "."))
        self.digits(value % 1000, width: 3)
    }

    /// Seconds since 1970 as "2024-02-29 12:00:00".
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    mutating func dateTime(_ seconds: Int) {
        self.separate()
        let shifted = seconds / 86_400 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let time = seconds % 86_400
        let fields = [
            (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4, "-"), (month, 2, "-"),
            (dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2, " "), (time / 3600, 2, ":"), (time / 60 % 60, 2, ":"),
            (time % 60, 2, ""),
        ]
        for (value, width, separator) in fields {
            self.digits(value, width: width)
            self.bytes.append(contentsOf: separator.utf8)
        }
    }

    private mutating func separate() {
        if !self.isAtStart { self.bytes.append(UInt8(ascii: ",")) }
        self.isAtStart = false
    }

    private mutating func digits(_ value: Int, width: Int) {
        var divisor = 1
        for _ in 1..<max(width, 1) { divisor *= 10 }
        while value / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            self.bytes.append(UInt8(truncatingIfNeeded: 48 + value / divisor % 10))
            divisor /= 10
        }
    }
}
