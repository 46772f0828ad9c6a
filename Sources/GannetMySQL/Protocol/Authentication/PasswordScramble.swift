import Crypto
import CryptoExtras
import Foundation

/// The hashes and the encryption that keep passwords off the wire.
enum PasswordScramble {
    /// SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))).
    ///
    /// Source: MySQL Source Code Documentation, `page_protocol_connection_phase_authentication_methods_native_password_authentication`.
    static func native(_ password: String, nonce: [UInt8]) -> [UInt8] {
        let once = Array(Insecure.SHA1.hash(data: Array(password.utf8)))
        let twice = Array(Insecure.SHA1.hash(data: once))
        return Self.exclusiveOr(once, Array(Insecure.SHA1.hash(data: nonce + twice)))
    }

    /// SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce).
    ///
    /// Source: MySQL Source Code Documentation, `page_caching_sha2_authentication_exchanges`.
    static func cachingSHA2(_ password: String, nonce: [UInt8]) -> [UInt8] {
        let once = Array(SHA256.hash(data: Array(password.utf8)))
        let twice = Array(SHA256.hash(data: once))
        return Self.exclusiveOr(once, Array(SHA256.hash(data: twice + nonce)))
    }

    /// RSA-OAEP with SHA-1 over the NUL-terminated password XOR the nonce, repeated.
    ///
    /// - Throws: `.malformedPacket` where the key is none; `.invalidArgument` where the password is too long for it.
    static func rsaEncrypted(_ password: String, nonce: [UInt8], publicKeyPEM: String) throws(MySQLError) -> [UInt8] {
        guard let key = try? _RSA.Encryption.PublicKey(pemRepresentation: publicKeyPEM) else {
            // The library's reason says nothing to a user; that it is not a PEM key does.
            throw MySQLError(.malformedPacket, "the server's RSA public key is not a key in PEM form")
        }
        guard !nonce.isEmpty else { throw MySQLError(.malformedPacket, "the server sent no nonce") }
        let plain = (Array(password.utf8) + [0]).enumerated().map { index, byte in byte ^ nonce[index % nonce.count] }
        do {
            return Array(try key.encrypt(plain, padding: .PKCS1_OAEP))
        } catch {
            throw MySQLError(.invalidArgument, "the password is too long for the server's RSA key; use TLS")
        }
    }

    private static func exclusiveOr(_ left: [UInt8], _ right: [UInt8]) -> [UInt8] {
        zip(left, right).map { $0 ^ $1 }
    }
}
