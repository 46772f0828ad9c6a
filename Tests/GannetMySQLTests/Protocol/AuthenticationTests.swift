import CryptoExtras
import NIOCore
import Testing

@testable import GannetMySQL

@Suite struct AuthenticationTests {
    static let nonce = [UInt8](1...20)
    static let clearPassword = Array("secret\0".utf8)

    /// Made with Python's hashlib from the formulas in the manual.
    static let nativeScramble: [UInt8] = [
        179, 43, 179, 165, 131, 225, 52, 12, 10, 17, 8, 213, 139, 27, 228, 151, 129, 173, 140, 47,
    ]
    static let sha2Scramble: [UInt8] = [
        116, 110, 190, 32, 93, 86, 160, 112, 122, 203, 62, 121, 110, 131, 78, 13, 215, 177, 214, 23, 67, 178, 107, 213,
        32, 44, 122, 98, 50, 48, 199, 201,
    ]

    static func exchange(
        _ plugin: String,
        password: String = "secret",
        security: TransportSecurity = .plain,
        pinnedPublicKey: String? = nil,
        allowsPublicKeyRetrieval: Bool = false
    ) throws -> AuthenticationExchange {
        try AuthenticationExchange(
            pluginName: plugin,
            password: password,
            nonce: Self.nonce,
            security: security,
            pinnedPublicKey: pinnedPublicKey,
            allowsPublicKeyRetrieval: allowsPublicKeyRetrieval
        )
    }

    @Test("Scrambles match the published formulas")
    func scrambles() throws {
        var native = try Self.exchange("mysql_native_password")
        #expect(try native.start() == Self.nativeScramble)
        var sha2 = try Self.exchange("caching_sha2_password")
        #expect(try sha2.start() == Self.sha2Scramble)
    }

    @Test("An empty password sends no hash", arguments: ["mysql_native_password", "caching_sha2_password"])
    func emptyPassword(_ plugin: String) throws {
        var exchange = try Self.exchange(plugin, password: "")
        #expect(try exchange.start() == [])
    }

    @Test("caching_sha2_password: the cache knew it")
    func fastPath() throws {
        var exchange = try Self.exchange("caching_sha2_password")
        _ = try exchange.start()
        #expect(try exchange.receivedMoreData([3]) == .wait)
        #expect(throws: MySQLError.self) { try exchange.receivedMoreData([3]) }
    }

    @Test(
        "caching_sha2_password: the whole password goes over TLS and unix sockets",
        arguments: [TransportSecurity.unixSocket, .tls(isVerified: true), .tls(isVerified: false)]
    )
    func fullPath(_ security: TransportSecurity) throws {
        var exchange = try Self.exchange("caching_sha2_password", security: security)
        _ = try exchange.start()
        #expect(try exchange.receivedMoreData([4]) == .send(Self.clearPassword))
    }

    @Test("Without TLS the whole password goes nowhere unless a key was given or allowed")
    func fullPathPlain() throws {
        var exchange = try Self.exchange("caching_sha2_password")
        _ = try exchange.start()
        #expect { try exchange.receivedMoreData([4]) } throws: { ($0 as? MySQLError)?.code == .insecureTransport }
        var allowed = try Self.exchange("caching_sha2_password", allowsPublicKeyRetrieval: true)
        _ = try allowed.start()
        #expect(try allowed.receivedMoreData([4]) == .send([2]))
        #expect(throws: MySQLError.self) { try allowed.receivedMoreData(Array("no key".utf8)) }
    }

    @Test("The RSA path encrypts password and NUL, combined with the twenty-byte nonce", arguments: [true, false])
    func rsa(_ isPinned: Bool) throws {
        let key = try _RSA.Encryption.PrivateKey(keySize: .bits2048)
        let pem = key.publicKey.pemRepresentation
        // Longer than the nonce, so that its repetition is seen.
        let password = "a password that is longer than the nonce"
        var exchange = try Self.exchange(
            "caching_sha2_password",
            password: password,
            pinnedPublicKey: isPinned ? pem : nil,
            allowsPublicKeyRetrieval: !isPinned
        )
        _ = try exchange.start()
        var action = try exchange.receivedMoreData([4])
        if !isPinned {
            #expect(action == .send([2]))
            action = try exchange.receivedMoreData(Array(pem.utf8))
        }
        guard case .send(let encrypted) = action else { throw MySQLError(.malformedPacket, "nothing was sent") }
        let plain = try Array(key.decrypt(encrypted, padding: .PKCS1_OAEP))
        let readable = plain.enumerated().map { $1 ^ Self.nonce[$0 % 20] }
        #expect(readable == Array(password.utf8) + [0])

        let long = String(repeating: "x", count: 300)
        #expect(throws: MySQLError.self) {
            try PasswordScramble.rsaEncrypted(long, nonce: Self.nonce, publicKeyPEM: pem)
        }
        #expect(throws: MySQLError.self) {
            try PasswordScramble.rsaEncrypted("x", nonce: [], publicKeyPEM: pem)
        }
    }

    @Test("mysql_clear_password needs somebody who proved who they are")
    func clearPassword() throws {
        for security in [TransportSecurity.plain, .tls(isVerified: false)] {
            var exchange = try Self.exchange("mysql_clear_password", security: security)
            #expect { try exchange.start() } throws: { ($0 as? MySQLError)?.code == .insecureTransport }
        }
        for security in [TransportSecurity.unixSocket, .tls(isVerified: true)] {
            var exchange = try Self.exchange("mysql_clear_password", security: security)
            #expect(try exchange.start() == Self.clearPassword)
        }
    }

    @Test("sha256_password: in clear over TLS, by key otherwise, a NUL for no password")
    func sha256() throws {
        var secure = try Self.exchange("sha256_password", security: .tls(isVerified: false))
        #expect(try secure.start() == Self.clearPassword)
        var plain = try Self.exchange("sha256_password")
        #expect { try plain.start() } throws: { ($0 as? MySQLError)?.code == .insecureTransport }
        var allowed = try Self.exchange("sha256_password", allowsPublicKeyRetrieval: true)
        #expect(try allowed.start() == [1])
        var socket = try Self.exchange("sha256_password", security: .unixSocket)
        #expect(try socket.start() == [1])
        var empty = try Self.exchange("sha256_password", password: "")
        #expect(try empty.start() == [0])
    }

    @Test("Unknown plugins are named in the error")
    func unknownPlugin() {
        #expect { try Self.exchange("authentication_ldap_sasl") } throws: { error in
            guard let error = error as? MySQLError else { return false }
            return error.code == .unsupportedAuthenticationPlugin && error.message.contains("authentication_ldap_sasl")
        }
    }

    @Test("Data at the wrong time is an error", arguments: [[], [UInt8(3)], [4], [5], [0x2D, 0x2D]])
    func hostileOrder(_ data: [UInt8]) throws {
        var native = try Self.exchange("mysql_native_password")
        #expect(throws: MySQLError.self) { try native.receivedMoreData(data) }
        _ = try native.start()
        #expect(throws: MySQLError.self) { try native.receivedMoreData(data) }
    }
}
