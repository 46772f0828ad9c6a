import NIOCore
import Testing

@testable import GannetMySQL

@Suite struct OKPacketTests {
    struct Sample: CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var capabilities: Capabilities = [.protocol41, .sessionTrack]
        var expected: OKPacket
    }

    private static func ok(_ change: (inout OKPacket) -> Void) -> OKPacket {
        var ok = OKPacket()
        ok.status = .autocommit
        change(&ok)
        return ok
    }

    static let samples = [
        Sample(
            testDescription: "one row",
            bytes: [1, 0, 2, 0, 0, 0],
            expected: ok { $0.affectedRows = 1 }
        ),
        Sample(
            testDescription: "3-byte count, id and warnings",
            bytes: [0xFC, 0xFB, 0x00, 0xFD, 1, 0, 1, 2, 0, 3, 1],
            expected: ok {
                $0.affectedRows = 251
                $0.lastInsertID = 0x1_0001
                $0.warningCount = 259
            }
        ),
        Sample(
            testDescription: "info without session tracking runs to the end",
            bytes: [0, 0, 2, 0, 0, 0] + Array("Records: 3".utf8),
            capabilities: .protocol41,
            expected: ok { $0.info = "Records: 3" }
        ),
        Sample(
            testDescription: "info with session tracking has a length",
            bytes: [0, 0, 2, 0, 0, 0, 3, 0x61, 0x62, 0x63],
            expected: ok { $0.info = "abc" }
        ),
        Sample(
            testDescription: "a changed schema among changes of other kinds",
            bytes: [
                0, 0, 2, 0x40, 0, 0, 0, 18, 0, 5, 1, 0x61, 2, 0x6F, 0x6E, 1, 5, 4, 0x73, 0x68, 0x6F, 0x70, 9, 2, 1, 1,
            ],
            expected: ok {
                $0.status = [.autocommit, .sessionStateChanged]
                $0.changedSchema = "shop"
            }
        ),
    ]

    @Test("Is read", arguments: samples)
    func reads(_ sample: Sample) throws {
        var payload = ByteBuffer(bytes: sample.bytes)
        #expect(try OKPacket(parsing: &payload, capabilities: sample.capabilities) == sample.expected)
    }

    @Test("No truncation traps, and none within the fixed part passes", arguments: samples)
    func truncations(_ sample: Sample) {
        for length in 0..<sample.bytes.count {
            var payload = ByteBuffer(bytes: sample.bytes.prefix(length))
            let parsed = try? OKPacket(parsing: &payload, capabilities: sample.capabilities)
            if length < 6 { #expect(parsed == nil) }
        }
    }

    @Test("The old EOF carries warnings first, then the status")
    func oldEOF() throws {
        var payload = ByteBuffer(bytes: [2, 0, 0x0A, 0])
        let ok = try OKPacket(parsingEOF: &payload)
        #expect(ok.warningCount == 2)
        #expect(ok.status == [.autocommit, .moreResultsExist])
    }
}

@Suite struct ErrorPacketTests {
    @Test("With and without an SQLSTATE")
    func bothForms() throws {
        var full = ByteBuffer(bytes: [0x15, 0x04] + Array("#28000Access denied".utf8))
        let error = MySQLError.ServerError(number: 1045, sqlState: "28000", message: "Access denied")
        #expect(try MySQLError.ServerError(parsing: &full) == error)
        var early = ByteBuffer(bytes: [0x10, 0x04] + Array("Too many connections".utf8))
        #expect(try MySQLError.ServerError(parsing: &early).message == "Too many connections")
        var short = ByteBuffer(bytes: [0x10, 0x04] + Array("#280".utf8))
        #expect(try MySQLError.ServerError(parsing: &short).message == "#280")
    }

    @Test("Without a whole number it is malformed; bad UTF-8 is repaired")
    func malformed() throws {
        for length in 0..<2 {
            var payload = ByteBuffer(repeating: 1, count: length)
            #expect(throws: MySQLError.self) { try MySQLError.ServerError(parsing: &payload) }
        }
        var payload = ByteBuffer(bytes: [1, 0, 0xC3])
        #expect(try MySQLError.ServerError(parsing: &payload).message == "\u{FFFD}")
    }
}

@Suite struct ColumnDefinitionTests {
    static func definition(name: String = "total", charset: UInt16 = 63) -> [UInt8] {
        var buffer = ByteBuffer()
        for text in ["def", "shop", "o", "orders", name, "sum_total"] { buffer.writeLengthEncodedString(text) }
        buffer.writeInteger(UInt8(12))
        buffer.writeInteger(charset, endianness: .little)
        buffer.writeInteger(UInt32(20), endianness: .little)
        buffer.writeBytes([0xF6, 0x21, 0x00, 2, 0, 0])
        return Array(buffer.readableBytesView)
    }

    @Test("Every field lands in its place")
    func fields() throws {
        var payload = ByteBuffer(bytes: Self.definition())
        let expected = MySQLColumn(
            name: "total",
            originalName: "sum_total",
            table: "o",
            originalTable: "orders",
            schema: "shop",
            type: .newDecimal,
            charsetID: 63,
            length: 20,
            rawFlags: 0x21,
            decimals: 2
        )
        let column = try MySQLColumn(parsing: &payload)
        #expect(column == expected)
        #expect(column.isUnsigned && column.isNotNull && column.isBinary)
    }

    @Test("Every truncation up to the last field is an error")
    func truncations() {
        let bytes = Self.definition()
        for length in 0..<bytes.count - 2 {
            var payload = ByteBuffer(bytes: bytes.prefix(length))
            #expect(throws: MySQLError.self) { try MySQLColumn(parsing: &payload) }
        }
    }
}

@Suite struct CommandTests {
    @Test("EXECUTE carries the NULL bitmap from its first bit, types and values")
    func execute() {
        var bindings = MySQLBindings()
        bindings.appendNull()
        bindings.appendInteger(-2)
        for _ in 0..<7 { bindings.appendNull() }
        let payload = Command.execute(statementID: 0x0102_0304, bindings).encoded()
        var expected: [UInt8] = [0x17, 4, 3, 2, 1, 0, 1, 0, 0, 0, 0b1111_1101, 0b1, 1]
        expected += [6, 0, 8, 0] + [6, 0, 6, 0, 6, 0, 6, 0, 6, 0, 6, 0, 6, 0]
        expected += [0xFE] + [UInt8](repeating: 0xFF, count: 7)
        #expect(Array(payload.readableBytesView) == expected)
    }

    @Test("EXECUTE without parameters has neither bitmap nor types")
    func executeNothing() {
        let payload = Command.execute(statementID: 1, MySQLBindings()).encoded()
        #expect(Array(payload.readableBytesView) == [0x17, 1, 0, 0, 0, 0, 1, 0, 0, 0])
    }

    @Test("The other commands")
    func simple() {
        #expect(Array(Command.query("é").encoded().readableBytesView) == [3, 0xC3, 0xA9])
        #expect(Array(Command.prepare("x").encoded().readableBytesView) == [0x16, 0x78])
        #expect(Array(Command.closeStatement(258).encoded().readableBytesView) == [0x19, 2, 1, 0, 0])
        #expect(Array(Command.quit.encoded().readableBytesView) == [1])
        #expect(Array(Command.ping.encoded().readableBytesView) == [0x0E])
        #expect(Array(Command.resetConnection.encoded().readableBytesView) == [0x1F])
    }

    @Test("The answer to PREPARE, and its truncations")
    func prepareResponse() throws {
        let bytes: [UInt8] = [1, 0, 0, 0, 2, 0, 3, 0, 0, 0, 0]
        var payload = ByteBuffer(bytes: bytes)
        let prepared = try PrepareResponse(parsing: &payload)
        #expect(prepared.statementID == 1)
        #expect(prepared.columnCount == 2)
        #expect(prepared.parameterCount == 3)
        for length in 0..<8 {
            var payload = ByteBuffer(bytes: bytes.prefix(length))
            #expect(throws: MySQLError.self) { try PrepareResponse(parsing: &payload) }
        }
    }
}
