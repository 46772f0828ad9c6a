import NIOCore
import Testing

@testable import GannetMySQL

@Suite struct PacketFramerTests {
    static func packet(_ sequence: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let count = payload.count
        return [UInt8(count & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count >> 16 & 0xFF), sequence] + payload
    }

    static func framer(_ bytes: [UInt8], expecting sequence: UInt8 = 0) -> PacketFramer {
        var framer = PacketFramer()
        framer.expectSequence(sequence)
        framer.append(ByteBuffer(bytes: bytes))
        return framer
    }

    /// Takes all rows, as lists of payloads, and the packet that ends them.
    static func takeRows(_ framer: inout PacketFramer) throws -> (rows: [[UInt8]], end: [UInt8]?) {
        var rows: [[UInt8]] = []
        while let taken = try framer.nextRows() {
            switch taken {
            case .packets(var bytes):
                while let header = bytes.readInteger(endianness: .little, as: UInt32.self) {
                    rows.append(bytes.readBytes(length: Int(header & 0xFF_FFFF)) ?? [])
                }
            case .single(let payload): rows.append(Array(payload.readableBytesView))
            case .other(let payload): return (rows, Array(payload.readableBytesView))
            }
        }
        return (rows, nil)
    }

    @Test("Two packets in any two chunks are two payloads")
    func splits() throws {
        let bytes = Self.packet(0, [1, 2, 3]) + Self.packet(1, [4])
        for cut in 0...bytes.count {
            var framer = Self.framer(Array(bytes.prefix(cut)))
            var payloads: [[UInt8]] = []
            while let payload = try framer.nextPayload() { payloads.append(Array(payload.readableBytesView)) }
            framer.append(ByteBuffer(bytes: bytes.dropFirst(cut)))
            while let payload = try framer.nextPayload() { payloads.append(Array(payload.readableBytesView)) }
            #expect(payloads == [[1, 2, 3], [4]])
            #expect(framer.bufferedBytes == 0)
            #expect(framer.nextSequence == 2)
        }
    }

    @Test("Byte for byte, a payload arrives whole; what was handed out before keeps its bytes")
    func trickle() throws {
        var framer = PacketFramer()
        var taken: [ByteBuffer] = []
        let payloads: [[UInt8]] = (0..<5).map { number in [UInt8](repeating: UInt8(number), count: 300) }
        for (number, payload) in payloads.enumerated() {
            for byte in Self.packet(UInt8(number), payload) {
                framer.append(ByteBuffer(bytes: [byte]))
                if let payload = try framer.nextPayload() { taken.append(payload) }
            }
        }
        #expect(taken.map { Array($0.readableBytesView) } == payloads)
    }

    @Test("A sequence number wraps after 255")
    func wraps() throws {
        var framer = Self.framer(Self.packet(255, [1]) + Self.packet(0, [2]), expecting: 255)
        #expect(try framer.nextPayload()?.readableBytes == 1)
        #expect(try framer.nextPayload()?.readableBytes == 1)
    }

    @Test("A packet out of order is an error, unless it is itself an error")
    func order() throws {
        var framer = Self.framer(Self.packet(3, [0]))
        #expect { try framer.nextPayload() } throws: { ($0 as? MySQLError)?.code == .malformedPacket }
        var withError = Self.framer(Self.packet(3, [0xFF, 1, 2]))
        #expect(try withError.nextPayload()?.readableBytes == 3)
        var rows = Self.framer(Self.packet(0, [1, 65]) + Self.packet(9, [1, 66]))
        #expect(throws: MySQLError.self) { _ = try Self.takeRows(&rows) }
    }

    @Test("Rows end at EOF, at an error and nowhere else", arguments: [[UInt8(0xFE), 0, 0, 2, 0], [0xFF, 1, 2]])
    func rowsEnd(_ end: [UInt8]) throws {
        // 0xFB is NULL, 0xFC a two-byte length: both begin rows.
        let expected: [[UInt8]] = [[1, 65], [0xFB], [0xFC, 1, 0, 66], [0xFD, 1, 0, 0, 67]]
        var bytes: [UInt8] = []
        for (number, row) in expected.enumerated() { bytes += Self.packet(UInt8(number), row) }
        bytes += Self.packet(4, end)
        for cut in 0...bytes.count {
            var framer = Self.framer(Array(bytes.prefix(cut)))
            var (rows, last) = try Self.takeRows(&framer)
            if last == nil {
                framer.append(ByteBuffer(bytes: bytes.dropFirst(cut)))
                let rest = try Self.takeRows(&framer)
                rows += rest.rows
                last = rest.end
            }
            #expect(rows == expected)
            #expect(last == end)
        }
    }

    @Test("An empty packet among rows is not a row")
    func emptyRow() throws {
        var framer = Self.framer(Self.packet(0, []))
        #expect(try Self.takeRows(&framer).end == [])
    }

    @Test("Payloads around the fragment limit are joined, also as rows", arguments: [-1, 0, 1])
    func fragments(_ offset: Int) throws {
        let count = PacketFramer.fragmentBytesMax + offset
        var payload = [UInt8](repeating: 7, count: count)
        payload[count - 1] = 9
        let (framed, next) = PacketWriter.frame(ByteBuffer(bytes: payload), sequence: 0)
        #expect(next == (offset < 0 ? 1 : 2))
        #expect(framed.readableBytes == count + 4 * Int(next))

        var framer = PacketFramer()
        var rest = framed
        while let chunk = rest.readSlice(length: min(1 << 20, rest.readableBytes)), chunk.readableBytes > 0 {
            #expect(try framer.nextPayload() == nil)
            framer.append(chunk)
        }
        #expect(try framer.nextPayload() == ByteBuffer(bytes: payload))

        var rows = PacketFramer()
        rows.append(framed)
        rows.append(ByteBuffer(bytes: Self.packet(next, [0xFE, 0, 0, 2, 0])))
        let taken = try Self.takeRows(&rows)
        #expect(taken.rows == [payload])
        #expect(taken.end?.count == 5)
    }

    @Test("Small payloads are framed with one header", arguments: [0, 1, 255])
    func smallFrames(_ count: Int) {
        let (framed, next) = PacketWriter.frame(ByteBuffer(repeating: 5, count: count), sequence: 255)
        #expect(Array(framed.readableBytesView) == Self.packet(255, [UInt8](repeating: 5, count: count)))
        #expect(next == 0)
    }
}
