import NIOCore
import Testing

@testable import GannetMySQL

@Suite struct CommandMachineTests {
    static let modern: Capabilities = [.protocol41, .deprecateEOF, .sessionTrack, .multiResults]
    static let old: Capabilities = [.protocol41, .multiResults]
    static let column = ByteBuffer(bytes: ColumnDefinitionTests.definition())
    static let eof = ByteBuffer(bytes: [0xFE, 0, 0, 2, 0])

    static func ok(header: UInt8 = 0, rows: UInt8 = 0, more: Bool = false) -> ByteBuffer {
        ByteBuffer(bytes: [header, rows, 0, more ? 0x0A : 2, 0, 0, 0])
    }

    private static func packet(_ rows: UInt8, more: Bool) -> OKPacket {
        var ok = OKPacket()
        ok.affectedRows = UInt64(rows)
        ok.status = more ? [.autocommit, .moreResultsExist] : .autocommit
        return ok
    }

    private static func columns(_ count: Int) throws -> [MySQLColumn] {
        try (0..<count).map { _ in
            var column = Self.column
            return try MySQLColumn(parsing: &column)
        }
    }

    static func machine(_ command: Command = .query("x"), _ capabilities: Capabilities = modern) -> CommandMachine {
        CommandMachine(command: command, capabilities: capabilities)
    }

    @Test("OK ends the command")
    func okay() throws {
        var machine = Self.machine()
        #expect(try machine.received(Self.ok(rows: 3)) == .result(Self.packet(3, more: false)))
        #expect(machine.isFinished)
        #expect(throws: MySQLError.self) { try machine.received(Self.ok()) }
    }

    @Test("Rows, with and without the old EOF packets", arguments: [true, false], [true, false])
    func rows(_ isModern: Bool, _ isPrepared: Bool) throws {
        let command = isPrepared ? Command.execute(statementID: 1, MySQLBindings()) : .query("x")
        var machine = Self.machine(command, isModern ? Self.modern : Self.old)
        #expect(try machine.received(ByteBuffer(bytes: [2])) == .wait)
        #expect(try machine.received(Self.column) == .wait)
        let begin = CommandMachine.Action.columns(try Self.columns(2), isPrepared ? .binary : .text)
        if isModern {
            #expect(try machine.received(Self.column) == begin)
            #expect(machine.isReadingRows)
            #expect(try machine.received(Self.ok(header: 0xFE)) == .endOfRows(Self.packet(0, more: false)))
        } else {
            #expect(try machine.received(Self.column) == .wait)
            #expect(!machine.isReadingRows)
            #expect(try machine.received(Self.eof) == begin)
            #expect(try machine.received(Self.eof) == .endOfRows(Self.packet(0, more: false)))
        }
        #expect(machine.isFinished)
    }

    @Test("A CALL: two result sets and the OK that ends it")
    func call() throws {
        var machine = Self.machine()
        for _ in 0..<2 {
            #expect(try machine.received(ByteBuffer(bytes: [1])) == .wait)
            #expect(try machine.received(Self.column) == .columns(try Self.columns(1), .text))
            #expect(
                try machine.received(Self.ok(header: 0xFE, more: true)) == .endOfRows(Self.packet(0, more: true))
            )
            #expect(!machine.isFinished && !machine.isReadingRows)
        }
        #expect(try machine.received(Self.ok()) == .result(Self.packet(0, more: false)))
        #expect(machine.isFinished)
    }

    @Test("An error ends everything, wherever it comes", arguments: 0...4)
    func errors(_ packetCount: Int) throws {
        let before = [ByteBuffer(bytes: [2]), Self.column, Self.column, Self.ok(header: 0xFE, more: true)]
        var machine = Self.machine()
        for packet in before.prefix(packetCount) { _ = try machine.received(packet) }
        let error = ByteBuffer(bytes: [0xFF, 0x25, 0x05] + Array("#70100Interrupted".utf8))
        let expected = MySQLError.ServerError(number: 1317, sqlState: "70100", message: "Interrupted")
        #expect(try machine.received(error) == .fail(expected))
        #expect(machine.isFinished)
    }

    @Test("A file is asked for, also after another result, and the answer follows")
    func localInfile() throws {
        var machine = Self.machine()
        _ = try machine.received(Self.ok(more: true))
        let request = ByteBuffer(bytes: [0xFB] + Array("/etc/passwd".utf8))
        #expect(try machine.received(request) == .sendLocalData(requestedName: "/etc/passwd"))
        #expect(try machine.received(Self.ok(rows: 2)) == .result(Self.packet(2, more: false)))
    }

    @Test(
        "PREPARE counts parameters, columns and the old EOF packets",
        arguments: [(0, 0, 0, 0), (2, 0, 2, 3), (0, 3, 3, 4), (2, 1, 3, 5)]
    )
    func prepare(_ parameters: Int, _ columns: Int, _ modernCount: Int, _ oldCount: Int) throws {
        let bytes: [UInt8] = [0, 9, 0, 0, 0, UInt8(columns), 0, UInt8(parameters), 0, 0, 0, 0]
        for (capabilities, count) in [(Self.modern, modernCount), (Self.old, oldCount)] {
            var machine = Self.machine(.prepare("x"), capabilities)
            var action = try machine.received(ByteBuffer(bytes: bytes))
            for _ in 0..<count {
                #expect(action == .wait)
                action = try machine.received(Self.column)
            }
            guard case .prepared(let prepared) = action else {
                Issue.record("not prepared: \(action)")
                return
            }
            #expect(prepared.statementID == 9 && prepared.parameterCount == parameters)
            #expect(machine.isFinished)
        }
    }

    @Test(
        "Nonsense is an error",
        arguments: [
            [], [0xFE], [0xFC], [0xFC, 0, 0], [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xFD, 0, 0, 1],
            [0], [0, 0xFB],
        ] as [[UInt8]]
    )
    func nonsense(_ bytes: [UInt8]) {
        var machine = Self.machine()
        #expect { try machine.received(ByteBuffer(bytes: bytes)) } throws: {
            ($0 as? MySQLError)?.code == .malformedPacket
        }
    }

    @Test("What is not EOF where EOF must be is an error")
    func missingEOF() throws {
        var machine = Self.machine(.query("x"), Self.old)
        _ = try machine.received(ByteBuffer(bytes: [1]))
        _ = try machine.received(Self.column)
        #expect(throws: MySQLError.self) { try machine.received(Self.column) }
        var rows = Self.machine()
        _ = try rows.received(ByteBuffer(bytes: [1]))
        _ = try rows.received(Self.column)
        #expect(throws: MySQLError.self) { try rows.received(ByteBuffer()) }
    }

    @Test("Any byte in any state is an action or an error, never a trap", arguments: [modern, old])
    func anyByte(_ capabilities: Capabilities) {
        let before = [ByteBuffer(bytes: [2]), Self.column, Self.column, Self.ok(header: 0xFE, more: true)]
        let tails: [[UInt8]] = [[], [0], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]
        for (byte, tail) in (UInt8.min...UInt8.max).flatMap({ byte in tails.map { (byte, $0) } }) {
            for command in [Command.query("x"), .prepare("x"), .ping] {
                for count in 0...before.count {
                    var machine = Self.machine(command, capabilities)
                    for packet in before.prefix(count) { _ = try? machine.received(packet) }
                    _ = try? machine.received(ByteBuffer(bytes: [byte] + tail))
                    _ = try? machine.received(ByteBuffer(bytes: [byte] + tail))
                }
            }
        }
    }
}
