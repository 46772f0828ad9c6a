// One sequential pass over the bytes finds the fields of one record; nothing is allocated for a record beyond the
// reused list of fields. Quotes follow RFC 4180: a quote opens a field only at its start, is doubled inside, and after
// the closing one comes a delimiter or the record's end.

/// Finds the fields of CSV records.
struct CSVScanner {
    /// Where a field lies in the scanned bytes.
    struct Field {
        var range: Range<Int>
        /// Whether it was in quotes, which `range` leaves out.
        var isQuoted: Bool
        /// Whether quotes inside are doubled.
        var hasDoubledQuotes: Bool
    }

    /// What a scan came to.
    enum Outcome: Equatable {
        /// A record is in `fields`; the next one begins at this offset.
        case record(end: Int)
        /// The bytes end inside a record; scan again from its start with more of them.
        case incomplete
        /// No record is left.
        case end
    }

    /// The longest record accepted, so that an unclosed quote does not read a whole file into memory.
    static let recordBytesMax = 64 * 1024 * 1024

    let delimiter: UInt8
    /// The fields of the last record.
    private(set) var fields: [Field] = []
    /// The line that the next record begins on, counted from 1.
    private(set) var line: Int
    /// The line that the last record began on.
    private(set) var recordLine = 1

    init(delimiter: UInt8 = UInt8(ascii: ","), line: Int = 1) {
        self.delimiter = delimiter
        self.line = line
    }

    /// Scans the record that begins at `start`; blank lines are passed over.
    ///
    /// - Throws: `.malformedCSV` with the line.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, from start: Int, isLast: Bool) throws(LoadError) -> Outcome {
        var offset = start
        // An incomplete record is scanned again from its start, so lines are only counted once it is whole.
        let firstLine = self.line
        var isWhole = false
        defer { if !isWhole { self.line = firstLine } }
        while offset < bytes.count, bytes[offset] == 0x0A || bytes[offset] == 0x0D {
            if bytes[offset] == 0x0A { self.line += 1 }
            offset += 1
        }
        guard offset < bytes.count else { return isLast ? .end : .incomplete }
        self.fields.removeAll(keepingCapacity: true)
        var lines = 0
        while true {
            if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
                guard let next = try self.scanQuoted(bytes, &offset, &lines, isLast: isLast, recordStart: start) else {
                    return .incomplete
                }
                if next { continue }
            } else {
                let fieldStart = offset
                while offset < bytes.count, bytes[offset] != self.delimiter, bytes[offset] != 0x0A,
                    bytes[offset] != 0x0D
                {
                    offset += 1
                }
                if offset == bytes.count, !isLast {
                    try self.checkLength(bytes.count - start)
                    return .incomplete
                }
                self.fields.append(Field(range: fieldStart..<offset, isQuoted: false, hasDoubledQuotes: false))
                if offset < bytes.count, bytes[offset] == self.delimiter {
                    offset += 1
                    continue
                }
            }
            // A lone CR at the very end of the bytes may be half of a CRLF.
            if offset < bytes.count, bytes[offset] == 0x0D {
                if offset + 1 == bytes.count, !isLast { return .incomplete }
                offset += 1
            }
            if offset < bytes.count, bytes[offset] == 0x0A { offset += 1 }
            self.recordLine = self.line
            self.line += lines + 1
            isWhole = true
            return .record(end: offset)
        }
    }

    /// Takes a quoted field; returns whether another field follows, or `nil` where the bytes end too early.
    private mutating func scanQuoted(
        _ bytes: UnsafeRawBufferPointer,
        _ offset: inout Int,
        _ lines: inout Int,
        isLast: Bool,
        recordStart: Int
    ) throws(LoadError) -> Bool? {
        offset += 1
        let fieldStart = offset
        var hasDoubledQuotes = false
        while true {
            while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
                if bytes[offset] == 0x0A { lines += 1 }
                offset += 1
            }
            guard offset < bytes.count else {
                try self.checkLength(bytes.count - recordStart)
                guard !isLast else {
                    throw LoadError(.malformedCSV, "a quote opens here and is never closed", line: self.line)
                }
                return nil
            }
            if offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "\"") {
                hasDoubledQuotes = true
                offset += 2
                continue
            }
            if offset + 1 == bytes.count, !isLast { return nil }
            self.fields.append(
                Field(range: fieldStart..<offset, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
            )
            offset += 1
            guard offset < bytes.count else { return false }
            if bytes[offset] == self.delimiter {
                offset += 1
                return true
            }
            guard bytes[offset] == 0x0A || bytes[offset] == 0x0D else {
                throw LoadError(
                    .malformedCSV,
                    "field \(self.fields.count) goes on after its closing quote; write a quote inside a field twice",
                    line: self.line + lines
                )
            }
            return false
        }
    }

    private func checkLength(_ count: Int) throws(LoadError) {
        guard count > Self.recordBytesMax else { return }
        throw LoadError(
            .malformedCSV,
            "the record that begins here has more than 64 MiB; is a quote not closed?",
            line: self.line
        )
    }
}
