import NIOCore

// Source: MySQL Source Code Documentation, `page_protocol_basic_dt_integers` and `page_protocol_basic_dt_strings`.

extension ByteBuffer {
    /// Writes an integer in 1, 3, 4 or 9 bytes.
    mutating func writeLengthEncodedInteger(_ value: UInt64) {
        switch value {
        case 0..<0xFB:
            self.writeInteger(UInt8(truncatingIfNeeded: value))
        case 0xFB..<0x1_0000:
            self.writeInteger(UInt8(0xFC))
            self.writeInteger(UInt16(truncatingIfNeeded: value), endianness: .little)
        case 0x1_0000..<0x100_0000:
            self.writeInteger(UInt8(0xFD))
            self.writeInteger(UInt16(truncatingIfNeeded: value), endianness: .little)
            self.writeInteger(UInt8(truncatingIfNeeded: value >> 16))
        default:
            self.writeInteger(UInt8(0xFE))
            self.writeInteger(value, endianness: .little)
        }
    }

    /// Writes a string with its length in front.
    mutating func writeLengthEncodedString(_ text: String) {
        self.writeLengthEncodedInteger(UInt64(text.utf8.count))
        self.writeString(text)
    }

    /// Writes text and the NUL that ends it.
    mutating func writeNullTerminated(_ text: String) {
        self.writeString(text)
        self.writeInteger(UInt8(0))
    }

    /// Reads a little-endian integer of its full width.
    ///
    /// - Throws: `.malformedPacket` where fewer bytes are left.
    mutating func readFixed<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(MySQLError) -> Integer {
        guard let value = self.readInteger(endianness: .little, as: type) else { throw .truncated }
        return value
    }

    /// Reads a 3-byte little-endian integer.
    mutating func readFixed24() throws(MySQLError) -> UInt32 {
        let low = try self.readFixed(UInt16.self)
        return UInt32(low) | UInt32(try self.readFixed(UInt8.self)) << 16
    }

    /// Reads an integer in 1, 3, 4 or 9 bytes.
    mutating func readLengthEncodedInteger() throws(MySQLError) -> UInt64 {
        switch try self.readFixed(UInt8.self) {
        case let small where small < 0xFB: return UInt64(small)
        case 0xFC: return UInt64(try self.readFixed(UInt16.self))
        case 0xFD: return UInt64(try self.readFixed24())
        case 0xFE: return try self.readFixed(UInt64.self)
        default: throw MySQLError(.malformedPacket, "the server sent a length that is none")
        }
    }

    /// Reads a slice whose length stands in front of it.
    mutating func readLengthEncodedSlice() throws(MySQLError) -> ByteBuffer {
        let length = try self.readLengthEncodedInteger()
        guard length <= UInt64(self.readableBytes), let slice = self.readSlice(length: Int(length)) else {
            throw .truncated
        }
        return slice
    }

    /// Reads text whose length stands in front of it; invalid UTF-8 is repaired, because these are names and
    /// messages that must not make a result unreadable.
    mutating func readLengthEncodedString() throws(MySQLError) -> String {
        String(buffer: try self.readLengthEncodedSlice())
    }

    /// Reads exactly so many bytes.
    mutating func readExactly(_ length: Int) throws(MySQLError) -> ByteBuffer {
        guard let slice = self.readSlice(length: length) else { throw .truncated }
        return slice
    }

    /// Reads bytes up to a NUL, which is consumed, or to the end where there is none.
    mutating func readNullTerminated() -> ByteBuffer {
        let length = self.readableBytesView.firstIndex(of: 0).map { $0 - self.readerIndex } ?? self.readableBytes
        let slice = self.readSlice(length: length) ?? ByteBuffer()
        _ = self.readInteger(as: UInt8.self)
        return slice
    }
}

extension MySQLError {
    static var truncated: MySQLError {
        MySQLError(.malformedPacket, "the server sent a packet that ends too early")
    }
}
