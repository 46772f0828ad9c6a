/// Whether a field's bytes are a value of a type, exactly: nothing that the server would round, cut or guess.
enum FieldCheck {
    static func isInteger(_ bytes: UnsafeRawBufferPointer, min: Int64, max: UInt64) -> Bool {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative || bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...]
        guard !digits.isEmpty else { return false }
        var magnitude: UInt64 = 0
        for byte in digits {
            let digit = byte &- 48
            guard digit <= 9 else { return false }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return false }
            magnitude = sum
        }
        return isNegative ? magnitude <= min.magnitude && (min < 0 || magnitude == 0) : magnitude <= max
    }

    static func isDecimal(_ bytes: UnsafeRawBufferPointer, precision: Int, scale: Int, isUnsigned: Bool) -> Bool {
        let isNegative = bytes.first == UInt8(ascii: "-")
        let digits = isNegative || bytes.first == UInt8(ascii: "+") ? bytes.dropFirst() : bytes[...]
        var wholeDigits = 0
        var fractionDigits = 0
        var digitCount = 0
        var isFraction = false
        for byte in digits {
            if byte == UInt8(ascii: "."), !isFraction {
                isFraction = true
                continue
            }
            guard (48...57).contains(byte) else { return false }
            digitCount += 1
            if isFraction {
                // Trailing zeros may exceed the scale: nothing is lost with them.
                fractionDigits += 1
                if fractionDigits > scale, byte != 48 { return false }
            } else if wholeDigits > 0 || byte != 48 {
                wholeDigits += 1
            }
        }
        return digitCount > 0 && wholeDigits <= precision - scale && !(isNegative && isUnsigned)
    }

    /// How many characters valid UTF-8 has; `nil` where it is not valid.
    static func characterCount(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var count = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte < 0x80 {
                index += 1
                count += 1
                continue
            }
            let length: Int
            let smallest: UInt32
            var scalar: UInt32
            switch byte {
            case 0xC2...0xDF: (length, smallest, scalar) = (2, 0x80, UInt32(byte & 0x1F))
            case 0xE0...0xEF: (length, smallest, scalar) = (3, 0x800, UInt32(byte & 0x0F))
            case 0xF0...0xF4: (length, smallest, scalar) = (4, 0x1_0000, UInt32(byte & 0x07))
            default: return nil
            }
            guard index + length <= bytes.count else { return nil }
            for step in 1..<length {
                guard bytes[index + step] & 0xC0 == 0x80 else { return nil }
                scalar = scalar << 6 | UInt32(bytes[index + step] & 0x3F)
            }
            guard scalar >= smallest, scalar <= 0x10_FFFF, !(0xD800...0xDFFF).contains(scalar) else { return nil }
            index += length
            count += 1
        }
        return count
    }

    /// "YYYY-MM-DD"; with `fractionDigits` also "YYYY-MM-DD hh:mm:ss[.f]", where digits beyond must be zeros.
    static func isDateTime(_ bytes: UnsafeRawBufferPointer, fractionDigits: Int?) -> Bool {
        guard bytes.count >= 10, let year = Self.number(bytes, 0, 4), bytes[4] == UInt8(ascii: "-"),
            let month = Self.number(bytes, 5, 2), bytes[7] == UInt8(ascii: "-"), let day = Self.number(bytes, 8, 2),
            (1...12).contains(month), day >= 1, day <= Self.days(year, month)
        else { return false }
        guard let fractionDigits else { return bytes.count == 10 }
        if bytes.count == 10 { return true }
        guard bytes.count >= 19, bytes[10] == UInt8(ascii: " ") || bytes[10] == UInt8(ascii: "T"),
            let hour = Self.number(bytes, 11, 2), hour <= 23
        else { return false }
        return Self.isMinutesAndSeconds(UnsafeRawBufferPointer(rebasing: bytes[13...]), fractionDigits)
    }

    /// "[-]h…h:mm:ss[.f]" up to 838:59:59.
    static func isTime(_ bytes: UnsafeRawBufferPointer, fractionDigits: Int) -> Bool {
        let body = bytes.first == UInt8(ascii: "-") ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst()) : bytes
        guard let colon = body.firstIndex(of: UInt8(ascii: ":")), (1...3).contains(colon),
            let hours = Self.number(body, 0, colon), hours <= 838
        else { return false }
        return Self.isMinutesAndSeconds(UnsafeRawBufferPointer(rebasing: body[colon...]), fractionDigits)
    }

    /// ":mm:ss[.f]".
    private static func isMinutesAndSeconds(_ bytes: UnsafeRawBufferPointer, _ fractionDigits: Int) -> Bool {
        guard bytes.count >= 6, bytes[0] == UInt8(ascii: ":"), let minute = Self.number(bytes, 1, 2), minute <= 59,
            bytes[3] == UInt8(ascii: ":"), let second = Self.number(bytes, 4, 2), second <= 59
        else { return false }
        guard bytes.count > 6 else { return true }
        guard bytes[6] == UInt8(ascii: "."), bytes.count > 7 else { return false }
        for (index, byte) in bytes[7...].enumerated() {
            guard (48...57).contains(byte), index < fractionDigits || byte == 48 else { return false }
        }
        return true
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for index in start..<start + count {
            let digit = bytes[index] &- 48
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    private static func days(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
