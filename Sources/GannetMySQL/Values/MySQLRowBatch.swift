import NIOCore

/// Rows that came from the server together, decoded without leaving the caller's task.
///
/// The batch is one slice of the receive buffer holding whole row packets, headers included; iterating walks them.
public struct MySQLRowBatch: Sendable, Sequence {
    /// How the bytes are divided into rows.
    enum Framing: Sendable {
        /// Consecutive packets of less than 16 MiB − 1, each with its 4-byte header.
        case packets
        /// The joined payload of one row of 16 MiB − 1 or more, without a header.
        case single
    }

    let bytes: ByteBuffer
    let framing: Framing
    let layout: MySQLRowLayout

    init(bytes: ByteBuffer, framing: Framing, layout: MySQLRowLayout) {
        self.bytes = bytes
        self.framing = framing
        self.layout = layout
    }

    /// The columns, in the order of the values.
    public var columns: [MySQLColumn] { self.layout.columns }

    /// Starts at the batch's first row.
    public func makeIterator() -> Iterator {
        Iterator(rest: self.bytes, framing: self.framing, layout: self.layout)
    }

    /// Decodes the leading columns of every row, without making a `MySQLRow` for each.
    ///
    /// - Throws: what decoding throws, and what `body` throws.
    public func forEach<each Value: MySQLDecodable>(
        _ types: (repeat each Value).Type,
        _ body: (repeat each Value) throws -> Void
    ) throws {
        let span = self.bytes.readableBytesUInt8Span
        guard self.framing == .packets else {
            let values = try self.layout.decode(span, as: types)
            return try body(repeat each values)
        }
        var offset = 0
        while span.count - offset >= 4 {
            let length = Int(span[offset]) | Int(span[offset + 1]) << 8 | Int(span[offset + 2]) << 16
            guard length <= span.count - offset - 4 else { break }
            let values = try self.layout.decode(span.extracting(offset + 4..<offset + 4 + length), as: types)
            try body(repeat each values)
            offset += 4 + length
        }
    }

    /// Walks the rows of a batch.
    public struct Iterator: IteratorProtocol {
        var rest: ByteBuffer
        let framing: Framing
        let layout: MySQLRowLayout

        /// The next row, or `nil` after the last.
        public mutating func next() -> MySQLRow? {
            guard self.rest.readableBytes > 0 else { return nil }
            switch self.framing {
            case .single:
                let payload = self.rest
                self.rest.moveReaderIndex(to: self.rest.writerIndex)
                return MySQLRow(payload: payload, layout: self.layout)
            case .packets:
                guard let header = self.rest.readInteger(endianness: .little, as: UInt32.self),
                    let payload = self.rest.readSlice(length: Int(header & 0xFF_FFFF))
                else { return nil }
                return MySQLRow(payload: payload, layout: self.layout)
            }
        }
    }
}
