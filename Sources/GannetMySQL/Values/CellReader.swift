/// Walks the values of one row, in order, without copying.
///
/// Every length is checked against what is there, so that hostile bytes end in `.malformedPacket`.
/// Source: MySQL Source Code Documentation, `page_protocol_com_query_response_text_resultset_row` and
/// `page_protocol_binary_resultset`.
struct CellReader {
    /// Where the next value begins.
    private var offset: Int
    private var columnIndex = 0
    private let format: MySQLFormat
    /// Binary rows: where the NULL bitmap begins.
    ///
    /// Its first two bits are unused.
    private let bitmapOffset: Int

    /// Starts at the first value of a row's payload.
    init(format: MySQLFormat, columnCount: Int, row: Span<UInt8>) throws(MySQLError) {
        self.format = format
        switch format {
        case .text:
            self.bitmapOffset = 0
            self.offset = 0
        case .binary:
            self.bitmapOffset = 1
            self.offset = 1 + (columnCount + 9) / 8
            guard row.count >= self.offset, row[0] == 0 else { throw Self.malformed }
        }
    }

    /// The range of the next value's bytes in the row, or `nil` for NULL.
    ///
    /// For binary rows, `type` gives the length of values that carry none of their own.
    @inline(__always)
    mutating func next(type: MySQLColumnType, in row: Span<UInt8>) throws(MySQLError) -> Range<Int>? {
        switch self.format {
        case .text:
            guard self.offset < row.count else { throw Self.malformed }
            let first = row[self.offset]
            if first == 0xFB {
                self.offset &+= 1
                return nil
            }
            if first < 0xFB {
                return try self.take(Int(first), after: 1, in: row)
            }
            return try self.takeLong(first, in: row)
        case .binary:
            let bit = self.columnIndex &+ 2
            self.columnIndex &+= 1
            if row[self.bitmapOffset &+ bit &>> 3] & (1 &<< UInt8(truncatingIfNeeded: bit & 7)) != 0 { return nil }
            return try self.takeBinary(type, in: row)
        }
    }

    private mutating func takeBinary(_ type: MySQLColumnType, in row: Span<UInt8>) throws(MySQLError) -> Range<Int> {
        switch type {
        case .tiny: return try self.take(1, after: 0, in: row)
        case .short, .year: return try self.take(2, after: 0, in: row)
        case .long, .int24, .float: return try self.take(4, after: 0, in: row)
        case .longLong, .double: return try self.take(8, after: 0, in: row)
        case .null: return try self.take(0, after: 0, in: row)
        default:
            guard self.offset < row.count else { throw Self.malformed }
            let first = row[self.offset]
            return first < 0xFB ? try self.take(Int(first), after: 1, in: row) : try self.takeLong(first, in: row)
        }
    }

    private mutating func takeLong(_ first: UInt8, in row: Span<UInt8>) throws(MySQLError) -> Range<Int> {
        let width =
            switch first {
            case 0xFC: 2
            case 0xFD: 3
            case 0xFE: 8
            default: 0
            }
        guard width > 0, row.count - self.offset > width else { throw Self.malformed }
        var length: UInt64 = 0
        for index in 0..<width {
            length |= UInt64(row[self.offset + 1 + index]) << UInt64(8 * index)
        }
        guard length <= UInt64(row.count) else { throw Self.malformed }
        return try self.take(Int(length), after: 1 + width, in: row)
    }

    @inline(__always)
    private mutating func take(_ length: Int, after header: Int, in row: Span<UInt8>) throws(MySQLError) -> Range<Int> {
        let start = self.offset &+ header
        guard length <= row.count &- start else { throw Self.malformed }
        self.offset = start &+ length
        return Range(uncheckedBounds: (start, start &+ length))
    }

    private static var malformed: MySQLError {
        MySQLError(.malformedPacket, "the server sent a row that is shorter than its columns say")
    }
}
