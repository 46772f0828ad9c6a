import NIOCore
import Testing

@testable import GannetMySQL

@Suite struct HandshakeMachineTests {
    static func machine(_ change: (inout HandshakeMachine.Options) -> Void = { _ in }) -> HandshakeMachine {
        var options = HandshakeMachine.Options(
            user: "app",
            password: "secret",
            database: nil,
            tlsMode: .preferred,
            isUnixSocket: false,
            pinnedPublicKey: nil,
            allowsPublicKeyRetrieval: false,
            allowsLocalInfile: false,
            allowsMultipleStatements: false,
            attributes: [:]
        )
        change(&options)
        return HandshakeMachine(options: options)
    }

    /// A greeting with a nonce of 1…20.
    static func greeting(
        _ plugin: String = "caching_sha2_password",
        without missing: Capabilities = []
    ) -> ByteBuffer {
        let offered = Capabilities(rawValue: .max).subtracting(missing).rawValue
        var buffer = ByteBuffer(bytes: [10])
        buffer.writeNullTerminated("9.7.4")
        buffer.writeInteger(UInt32(8), endianness: .little)
        buffer.writeBytes(1...8)
        buffer.writeInteger(UInt8(0))
        buffer.writeInteger(UInt16(truncatingIfNeeded: offered), endianness: .little)
        buffer.writeBytes([255, 2, 0])
        buffer.writeInteger(UInt16(truncatingIfNeeded: offered >> 16), endianness: .little)
        buffer.writeInteger(UInt8(21))
        buffer.writeRepeatingByte(0, count: 10)
        buffer.writeBytes(9...20)
        buffer.writeInteger(UInt8(0))
        buffer.writeNullTerminated(plugin)
        return buffer
    }

    static func authSwitch(_ plugin: String, nonce: [UInt8] = [UInt8](1...20) + [0]) -> ByteBuffer {
        ByteBuffer(bytes: [0xFE] + Array(plugin.utf8) + [0] + nonce)
    }

    static let ok = ByteBuffer(bytes: [0, 0, 0, 2, 0, 0, 0])

    private static func sent(_ action: HandshakeMachine.Action) -> [UInt8] {
        switch action {
        case .send(let payload), .startTLS(let payload): Array(payload.readableBytesView)
        case .wait, .finish: []
        }
    }

    private static func capabilities(_ action: HandshakeMachine.Action) -> Capabilities {
        Capabilities(rawValue: self.sent(action).prefix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }

    @Test("Fast path without TLS")
    func plain() throws {
        var machine = Self.machine { $0.tlsMode = .disabled }
        let response = try machine.received(Self.greeting())
        #expect(!Self.capabilities(response).contains(.tls))
        #expect(Self.sent(response).dropFirst(32).starts(with: Array("app\0".utf8) + [32]))
        #expect(try machine.received(ByteBuffer(bytes: [1, 3])) == .wait)
        guard case .finish(let capabilities) = try machine.received(Self.ok) else {
            Issue.record("not finished")
            return
        }
        #expect(capabilities.contains([.protocol41, .deprecateEOF]))
        #expect(!capabilities.contains(.localFiles) && !capabilities.contains(.multiStatements))
    }

    @Test(
        "TLS comes before the user's name and the password",
        arguments: [
            MySQLConfiguration.TLSMode.preferred, .required, .verifyCA, .verifyIdentity,
        ]
    )
    func tls(_ mode: MySQLConfiguration.TLSMode) throws {
        var machine = Self.machine { $0.tlsMode = mode }
        let request = try machine.received(Self.greeting())
        guard case .startTLS(let payload) = request else {
            Issue.record("no TLS: \(request)")
            return
        }
        #expect(payload.readableBytes == 32)
        let response = try machine.tlsEstablished()
        #expect(Self.sent(response).prefix(32) == Self.sent(request)[...])
        #expect(Self.capabilities(response).contains(.tls))
        #expect(try machine.received(ByteBuffer(bytes: [1, 4])) == .send(ByteBuffer(string: "secret\0")))
        #expect(try machine.received(Self.ok) != .wait)
    }

    @Test("Only PREFERRED goes on without TLS")
    func downgrade() throws {
        for mode in [MySQLConfiguration.TLSMode.required, .verifyCA, .verifyIdentity] {
            var machine = Self.machine { $0.tlsMode = mode }
            #expect { try machine.received(Self.greeting(without: .tls)) } throws: {
                ($0 as? MySQLError)?.code == .tlsFailed
            }
        }
        var preferred = Self.machine()
        #expect(!Self.sent(try preferred.received(Self.greeting(without: .tls))).isEmpty)
        var socket = Self.machine { $0.isUnixSocket = true }
        guard case .send = try socket.received(Self.greeting()) else {
            Issue.record("TLS over a unix socket")
            return
        }
    }

    @Test("A packet between the TLS request and TLS is refused")
    func injection() throws {
        var machine = Self.machine()
        _ = try machine.received(Self.greeting())
        #expect { try machine.received(Self.ok) } throws: { ($0 as? MySQLError)?.code == .malformedPacket }
        var early = Self.machine()
        #expect(throws: MySQLError.self) { try early.tlsEstablished() }
    }

    @Test("Only what the server offers is asked for, and only what the user allowed")
    func negotiation() throws {
        var machine = Self.machine {
            $0.tlsMode = .disabled
            $0.database = "shop"
            $0.allowsLocalInfile = true
            $0.allowsMultipleStatements = true
        }
        let all = Self.capabilities(try machine.received(Self.greeting()))
        #expect(all.isSuperset(of: [.connectWithDatabase, .localFiles, .multiStatements, .deprecateEOF]))
        #expect(!all.contains(.longPassword), "MariaDB takes the bit as the sign of an old client")
        var old = Self.machine { $0.tlsMode = .disabled }
        let few = Self.capabilities(try old.received(Self.greeting(without: [.deprecateEOF, .sessionTrack])))
        #expect(few.isDisjoint(with: [.deprecateEOF, .sessionTrack, .localFiles, .multiStatements]))
    }

    @Test("A server without plugins gets the native scramble")
    func withoutPlugins() throws {
        var machine = Self.machine { $0.tlsMode = .disabled }
        let response = Self.sent(try machine.received(Self.greeting("", without: .pluginAuth)))
        #expect(response.dropFirst(32 + 4 + 1).starts(with: AuthenticationTests.nativeScramble))
    }

    @Test("A long password needs the length-encoded form")
    func longData() throws {
        for missing in [Capabilities.pluginAuthLengthEncoded, []] {
            var machine = Self.machine {
                $0.tlsMode = .required
                $0.password = String(repeating: "p", count: 1000)
            }
            _ = try machine.received(Self.greeting("sha256_password", without: missing))
            if missing.isEmpty {
                #expect(Self.sent(try machine.tlsEstablished()).count > 1000)
            } else {
                #expect(throws: MySQLError.self) { try machine.tlsEstablished() }
            }
        }
    }

    @Test("The method is switched on request, but not for ever, and not to anything")
    func switches() throws {
        var machine = Self.machine { $0.tlsMode = .disabled }
        _ = try machine.received(Self.greeting())
        let native = HandshakeMachine.Action.send(ByteBuffer(bytes: AuthenticationTests.nativeScramble))
        for _ in 0..<HandshakeMachine.switchCountMax {
            #expect(try machine.received(Self.authSwitch("mysql_native_password")) == native)
        }
        #expect { try machine.received(Self.authSwitch("mysql_native_password")) } throws: {
            ($0 as? MySQLError)?.code == .malformedPacket
        }
        for request in [ByteBuffer(bytes: [0xFE]), Self.authSwitch("dialog"), Self.authSwitch("mysql_clear_password")] {
            var machine = Self.machine { $0.tlsMode = .disabled }
            _ = try machine.received(Self.greeting())
            #expect(throws: MySQLError.self) { try machine.received(request) }
        }
    }

    @Test("A greeting that names the clear-text method is not answered with the password")
    func clearGreeting() throws {
        var machine = Self.machine { $0.isUnixSocket = true }
        let response = Self.sent(try machine.received(Self.greeting("mysql_clear_password")))
        #expect(!String(decoding: response, as: UTF8.self).contains("secret"))
        #expect(
            try machine.received(Self.authSwitch("mysql_clear_password", nonce: []))
                == .send(ByteBuffer(string: "secret\0"))
        )
    }

    @Test("Errors are the server's, instead of a greeting too")
    func serverErrors() throws {
        var machine = Self.machine()
        let full = ByteBuffer(bytes: [0xFF, 0x10, 0x04] + Array("Too many connections".utf8))
        #expect { try machine.received(full) } throws: { ($0 as? MySQLError)?.serverError?.number == 1040 }
        var denied = Self.machine { $0.tlsMode = .disabled }
        _ = try denied.received(Self.greeting())
        let error = ByteBuffer(bytes: [0xFF, 0x15, 0x04] + Array("#28000Access denied".utf8))
        #expect { try denied.received(error) } throws: { ($0 as? MySQLError)?.serverError?.sqlState == "28000" }
    }

    @Test("Any byte in any state is an action or an error, never a trap")
    func anyByte() throws {
        let tails: [[UInt8]] = [[], [0], [3], [4, 5, 6, 7, 8, 9, 10]]
        for (byte, tail) in (UInt8.min...UInt8.max).flatMap({ byte in tails.map { (byte, $0) } }) {
            let packet = ByteBuffer(bytes: [byte] + tail)
            var fresh = Self.machine { $0.tlsMode = .disabled }
            _ = try? fresh.received(packet)
            var greeted = Self.machine { $0.allowsPublicKeyRetrieval = true }
            _ = try? greeted.received(Self.greeting(without: .tls))
            for _ in 0..<10 { _ = try? greeted.received(packet) }
            _ = try? greeted.received(ByteBuffer())
        }
    }
}
