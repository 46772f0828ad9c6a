import NIOCore
import Testing

@testable import GannetMySQL

@Suite struct HandshakePacketTests {
    /// Captured from MySQL 9.7.4.
    static let mysql: [UInt8] = [
        10, 57, 46, 55, 46, 52, 45, 50, 0, 212, 1, 0, 0, 6, 34, 4, 37, 48, 9, 34, 90, 0, 255, 255, 255, 2, 0, 255, 223,
        21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 22, 62, 98, 119, 123, 126, 68, 113, 21, 79, 87, 121, 0, 99, 97, 99, 104, 105,
        110, 103, 95, 115, 104, 97, 50, 95, 112, 97, 115, 115, 119, 111, 114, 100, 0,
    ]

    /// MariaDB: a prefixed version, no LONG_PASSWORD, its own capabilities in the filler.
    static let mariadb: [UInt8] =
        [10] + Array("5.5.5-10.11.19-MariaDB\0".utf8) + [7, 0, 0, 0] + [UInt8](repeating: 1, count: 8)
        + [0, 0xFE, 0xF7, 45, 2, 0, 0xFF, 0x81, 21] + [0, 0, 0, 0, 0, 0, 0x1D, 0, 0, 0]
        + [UInt8](repeating: 2, count: 12) + [0] + Array("mysql_native_password\0".utf8)

    @Test("MySQL's greeting: twenty bytes of nonce, without the NUL")
    func mysqlGreeting() throws {
        var payload = ByteBuffer(bytes: Self.mysql)
        let greeting = try HandshakeV10(parsing: &payload)
        #expect(greeting.serverVersion == "9.7.4-2")
        #expect(greeting.connectionID == 468)
        #expect(greeting.pluginName == "caching_sha2_password")
        #expect(
            greeting.nonce == [
                6, 34, 4, 37, 48, 9, 34, 90, 22, 62, 98, 119, 123, 126, 68, 113, 21, 79, 87, 121,
            ]
        )
        #expect(greeting.capabilities.isSuperset(of: [.tls, .deprecateEOF, .sessionTrack, .pluginAuthLengthEncoded]))
        #expect(greeting.status == .autocommit)
    }

    @Test("MariaDB's greeting")
    func mariadbGreeting() throws {
        var payload = ByteBuffer(bytes: Self.mariadb)
        let greeting = try HandshakeV10(parsing: &payload)
        #expect(greeting.pluginName == "mysql_native_password")
        #expect(greeting.nonce == [UInt8](repeating: 1, count: 8) + [UInt8](repeating: 2, count: 12))
        let version = MySQLServerVersion(greeting.serverVersion)
        #expect(version.isMariaDB)
        #expect((version.major, version.minor, version.patch) == (10, 11, 19))
    }

    @Test("The NUL behind the plugin's name may be missing")
    func missingNull() throws {
        var payload = ByteBuffer(bytes: Self.mysql.dropLast())
        #expect(try HandshakeV10(parsing: &payload).pluginName == "caching_sha2_password")
    }

    @Test("A greeting cut before its plugin is an error, none a trap", arguments: [mysql, mariadb])
    func truncations(_ bytes: [UInt8]) throws {
        let nameBytes = 22
        for length in 0..<bytes.count {
            var payload = ByteBuffer(bytes: bytes.prefix(length))
            // From the plugin's name on, and without the NUL that ends the nonce, nothing that matters is missing.
            if length >= bytes.count - nameBytes - 1 {
                _ = try HandshakeV10(parsing: &payload)
            } else {
                #expect(throws: MySQLError.self) { try HandshakeV10(parsing: &payload) }
            }
        }
    }

    @Test("Any declared nonce length is survived")
    func nonceLength() throws {
        var bytes = Self.mysql
        for length in UInt8.min...UInt8.max {
            bytes[29] = length
            var payload = ByteBuffer(bytes: bytes)
            #expect(try HandshakeV10(parsing: &payload).nonce.count == 20)
        }
    }

    @Test("Other protocol versions are named", arguments: [UInt8(9), 11, 72])
    func otherVersions(_ version: UInt8) {
        var payload = ByteBuffer(bytes: [version, 0x54, 0x54, 0x50])
        #expect { try HandshakeV10(parsing: &payload) } throws: { ($0 as? MySQLError)?.code == .unsupportedServer }
    }

    @Test("The TLS request is the head of the full response")
    func tlsRequest() {
        let response = HandshakeResponse(
            capabilities: [.protocol41, .tls, .pluginAuth, .pluginAuthLengthEncoded, .connectAttributes],
            user: "jürgen",
            authenticationData: [UInt8](repeating: 3, count: 300),
            database: "not announced",
            pluginName: "caching_sha2_password",
            attributes: ["b": "2", "a": "1"]
        )
        let request = Array(response.encodedTLSRequest().readableBytesView)
        let full = Array(response.encoded().readableBytesView)
        #expect(request.count == 32)
        #expect(Array(full.prefix(32)) == request)
        var expected: [UInt8] = Array("jürgen\0".utf8)
        expected += [0xFC, 44, 1] + [UInt8](repeating: 3, count: 300)
        expected += Array("caching_sha2_password\0".utf8)
        expected += [8, 1, 97, 1, 49, 1, 98, 1, 50]
        #expect(Array(full.dropFirst(32)) == expected)
    }

    @Test(
        "Versions are compared by their numbers",
        arguments: [
            ("5.7.44-log", [5, 7, 44], false), ("8.0.36", [8, 0, 36], false), ("9.7.4-2", [9, 7, 4], false),
            ("26.7.0", [26, 7, 0], false), ("11.4.2-MariaDB-ubu2404", [11, 4, 2], true),
            ("5.5.5-10.11.19-MariaDB-0+deb12u1", [10, 11, 19], true), ("", [0, 0, 0], false),
            ("8", [8, 0, 0], false), ("99999999999999999999.1", [0, 1, 0], false),
        ]
    )
    func versions(_ text: String, _ numbers: [Int], _ isMariaDB: Bool) {
        let version = MySQLServerVersion(text)
        #expect([version.major, version.minor, version.patch] == numbers)
        #expect(version.isMariaDB == isMariaDB)
        #expect(version.description == text)
    }
}
