import NIOCore

/// The sending half of the packet layer.
enum PacketWriter {
    /// Puts headers around a payload, dividing it where it is too long for one packet.
    ///
    /// A payload whose length is a multiple of 2^24 - 1 is followed by an empty packet.
    /// - Returns: the bytes to send and the sequence number that follows.
    static func frame(_ payload: ByteBuffer, sequence: UInt8) -> (bytes: ByteBuffer, nextSequence: UInt8) {
        var rest = payload
        var sequence = sequence
        var framed = ByteBuffer()
        framed.reserveCapacity(payload.readableBytes + 8)
        while true {
            let length = min(rest.readableBytes, PacketFramer.fragmentBytesMax)
            framed.writeInteger(UInt32(length) | UInt32(sequence) << 24, endianness: .little)
            if var fragment = rest.readSlice(length: length) { framed.writeBuffer(&fragment) }
            sequence &+= 1
            if length < PacketFramer.fragmentBytesMax { return (framed, sequence) }
        }
    }
}
