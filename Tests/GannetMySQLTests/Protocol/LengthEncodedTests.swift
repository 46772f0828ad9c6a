import NIOCore
import Testing

@testable import GannetMySQL

@Suite struct LengthEncodedTests {
    struct Sample: CustomTestStringConvertible {
        var value: UInt64
        var bytes: [UInt8]

        var testDescription: String { "\(self.value)" }
    }

    static let samples = [
        Sample(value: 0, bytes: [0]),
        Sample(value: 250, bytes: [250]),
        Sample(value: 251, bytes: [0xFC, 251, 0]),
        Sample(value: 0xFFFF, bytes: [0xFC, 0xFF, 0xFF]),
        Sample(value: 0x1_0000, bytes: [0xFD, 0, 0, 1]),
        Sample(value: 0xFF_FFFF, bytes: [0xFD, 0xFF, 0xFF, 0xFF]),
        Sample(value: 0x100_0000, bytes: [0xFE, 0, 0, 0, 1, 0, 0, 0, 0]),
        Sample(value: .max, bytes: [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]),
    ]

    @Test("Numbers are written and read at each width's limits", arguments: samples)
    func integers(_ sample: Sample) throws {
        var buffer = ByteBuffer()
        buffer.writeLengthEncodedInteger(sample.value)
        #expect(Array(buffer.readableBytesView) == sample.bytes)
        #expect(try buffer.readLengthEncodedInteger() == sample.value)
        #expect(buffer.readableBytes == 0)
    }

    @Test("Every truncation is an error, none a trap", arguments: samples)
    func truncations(_ sample: Sample) {
        for length in 0..<sample.bytes.count {
            var buffer = ByteBuffer(bytes: sample.bytes.prefix(length))
            #expect(throws: MySQLError.self) { try buffer.readLengthEncodedInteger() }
        }
    }

    @Test("NULL and the error header are no lengths", arguments: [UInt8(0xFB), 0xFF])
    func reserved(_ first: UInt8) {
        var buffer = ByteBuffer(bytes: [first, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect { try buffer.readLengthEncodedInteger() } throws: { ($0 as? MySQLError)?.code == .malformedPacket }
    }

    @Test("A length beyond what is there is an error, however large", arguments: [UInt64(4), 0x1_0000, .max])
    func absurdLengths(_ length: UInt64) {
        var buffer = ByteBuffer()
        buffer.writeLengthEncodedInteger(length)
        buffer.writeString("abc")
        #expect { try buffer.readLengthEncodedSlice() } throws: { ($0 as? MySQLError)?.code == .malformedPacket }
    }

    @Test("Text up to a NUL, and without one up to the end")
    func nullTerminated() {
        var buffer = ByteBuffer(bytes: [0x61, 0x62, 0, 0x63])
        #expect(String(buffer: buffer.readNullTerminated()) == "ab")
        #expect(String(buffer: buffer.readNullTerminated()) == "c")
        #expect(buffer.readNullTerminated().readableBytes == 0)
    }
}
