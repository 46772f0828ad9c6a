import NIOCore

// The receiving half of the packet layer: bytes in, whole payloads or runs of rows out.
//
// A packet is a 3-byte length, a sequence number and a payload; a payload of 2^24 - 1 bytes goes on in the next
// packet. Rows are not taken out one by one: `nextRows` finds how many whole row packets lie in the buffer and hands
// them over as one slice, headers included.
// Source: MySQL Source Code Documentation, `page_protocol_basic_packets`.

/// Divides received bytes into packets, checking sequence numbers.
struct PacketFramer {
    /// What lies at the front of the buffer while rows are expected.
    enum Rows {
        /// Whole row packets, with headers.
        case packets(ByteBuffer)
        /// The joined payload of one very large row.
        case single(ByteBuffer)
        /// The next packet is not a row: the end of the rows or an error.
        case other(ByteBuffer)
    }

    /// Length that says "the payload goes on in the next packet".
    static let fragmentBytesMax = 0xFF_FFFF
    static let headerBytes = 4
    /// The largest payload accepted; `max_allowed_packet` cannot exceed 1 GiB, rows may be a little longer.
    static let payloadBytesMax = 2 << 30

    private var buffer = ByteBuffer()
    /// Whether `buffer` was made here and nothing was handed out of it, so that it can grow where it is.
    private var ownsBuffer = false
    private var expectedSequence: UInt8 = 0

    /// How many bytes wait to be taken.
    var bufferedBytes: Int { self.buffer.readableBytes }

    /// Adds bytes from the socket.
    mutating func append(_ bytes: ByteBuffer) {
        if self.buffer.readableBytes == 0 {
            self.buffer = bytes
            self.ownsBuffer = false
        } else if self.ownsBuffer {
            // A payload of many reads: growing by doubling keeps its cost linear.
            self.buffer.writeImmutableBuffer(bytes)
        } else {
            // Earlier slices share the storage, so the unread tail is copied into storage of its own.
            var joined = ByteBuffer()
            joined.reserveCapacity(self.buffer.readableBytes + max(bytes.readableBytes, self.bytesMissing))
            joined.writeImmutableBuffer(self.buffer)
            joined.writeImmutableBuffer(bytes)
            self.buffer = joined
            self.ownsBuffer = true
        }
    }

    /// Says that the next packet begins the answer to a packet with the given number.
    mutating func expectSequence(_ sequence: UInt8) {
        self.expectedSequence = sequence
    }

    /// The number that the next packet must carry, which is also what the client's next packet carries.
    var nextSequence: UInt8 { self.expectedSequence }

    /// Takes the next whole payload, or `nil` where more bytes are needed.
    ///
    /// - Throws: `.malformedPacket` on a wrong sequence number, unless the packet is an error, or on an absurd length.
    mutating func nextPayload() throws(MySQLError) -> ByteBuffer? {
        var fragments: [Range<Int>] = []
        var offset = self.buffer.readerIndex
        var total = 0
        while true {
            guard let header = self.header(at: offset) else { return nil }
            let start = offset + Self.headerBytes
            guard start + header.length <= self.buffer.writerIndex else { return nil }
            total += header.length
            guard total <= Self.payloadBytesMax else {
                throw MySQLError(.malformedPacket, "the server sent a packet of more than 2 GiB")
            }
            fragments.append(start..<start + header.length)
            offset = start + header.length
            if header.length < Self.fragmentBytesMax { break }
        }
        try self.checkSequences(fragments)
        if fragments.count == 1, let only = fragments.first {
            self.buffer.moveReaderIndex(to: only.lowerBound)
            self.ownsBuffer = false
            return self.buffer.readSlice(length: only.count)
        }
        var joined = ByteBuffer()
        joined.reserveCapacity(total)
        for fragment in fragments {
            joined.writeBytes(
                self.buffer.viewBytes(at: fragment.lowerBound, length: fragment.count) ?? ByteBufferView()
            )
        }
        self.buffer.moveReaderIndex(to: offset)
        return joined
    }

    /// Takes as many whole row packets as are there, or what stands in their place; `nil` where more bytes are needed.
    mutating func nextRows() throws(MySQLError) -> Rows? {
        let available = self.buffer.readableBytes
        let firstSequence = self.expectedSequence
        // Offset behind the last whole row, and the sequence number expected there.
        let (end, sequence, isInOrder) = self.buffer.withUnsafeReadableBytes { bytes in
            var offset = 0
            var sequence = firstSequence
            while available - offset > Self.headerBytes {
                let length =
                    Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 | Int(bytes[offset + 2]) << 16
                let first = bytes[offset + Self.headerBytes]
                guard length > 0, length < Self.fragmentBytesMax, first < 0xFE,
                    length <= available - offset - Self.headerBytes
                else { break }
                guard bytes[offset + 3] == sequence else { return (offset, sequence, false) }
                sequence &+= 1
                offset += Self.headerBytes + length
            }
            return (offset, sequence, true)
        }
        guard isInOrder || end > 0 else { throw Self.outOfOrder }
        if end > 0, let rows = self.buffer.readSlice(length: end) {
            self.expectedSequence = sequence
            self.ownsBuffer = false
            return .packets(rows)
        }
        guard let header = self.header(at: self.buffer.readerIndex), let payload = try self.nextPayload() else {
            return nil
        }
        return header.length == Self.fragmentBytesMax ? .single(payload) : .other(payload)
    }

    /// How many bytes the packet in front still lacks, as far as its header tells.
    private var bytesMissing: Int {
        guard let header = self.header(at: self.buffer.readerIndex) else { return 0 }
        return max(header.length + Self.headerBytes - self.buffer.readableBytes, 0)
    }

    private func header(at offset: Int) -> (length: Int, sequence: UInt8)? {
        guard let word = self.buffer.getInteger(at: offset, endianness: .little, as: UInt32.self) else { return nil }
        return (Int(word & 0xFF_FFFF), UInt8(truncatingIfNeeded: word >> 24))
    }

    private mutating func checkSequences(_ fragments: [Range<Int>]) throws(MySQLError) {
        for fragment in fragments {
            let sequence = self.header(at: fragment.lowerBound - Self.headerBytes)?.sequence
            // An error may come out of turn: the server was told to stop, or gave up reading what we sent.
            let isError =
                self.buffer.getInteger(at: fragment.lowerBound, as: UInt8.self) == 0xFF && fragments.count == 1
            guard sequence == self.expectedSequence || isError else { throw Self.outOfOrder }
            self.expectedSequence = (sequence ?? 0) &+ 1
        }
    }

    private static var outOfOrder: MySQLError {
        MySQLError(.malformedPacket, "the server sent a packet out of order")
    }
}
