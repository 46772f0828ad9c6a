import Crypto
import Foundation

// AWS Signature Version 4, in the headers of a request. S3's paths are encoded once and not normalised.
// Source: AWS General Reference, "Signature Version 4 signing process", and Amazon S3 API Reference, "Signature
// Calculations for the Authorization Header".

/// Signs requests to one service in one region.
struct SigV4 {
    /// Stands in place of the payload's hash: TLS or the caller's own checks protect it.
    static let unsignedPayload = "UNSIGNED-PAYLOAD"

    let credentials: AWSCredentials
    let region: String
    let service: String

    /// The headers to add: `x-amz-date`, `x-amz-content-sha256`, `x-amz-security-token` and `authorization`.
    ///
    /// `path` is encoded already; `query` is not. `headers` have lower-case names and are signed, all of them.
    func headers(
        method: String,
        host: String,
        path: String,
        query: [(String, String)],
        headers: [(String, String)] = [],
        payloadHash: String = SigV4.unsignedPayload,
        date: Date
    ) -> [(String, String)] {
        let timestamp = Self.timestamp(date)
        let day = String(timestamp.prefix(8))
        var added = [("x-amz-content-sha256", payloadHash), ("x-amz-date", timestamp)]
        if let token = self.credentials.sessionToken { added.append(("x-amz-security-token", token)) }
        let signed = ([("host", host)] + headers + added).sorted { $0.0 < $1.0 }
        let names = signed.map(\.0).joined(separator: ";")
        let canonical = [
            method, path, Self.canonicalQuery(query),
            signed.map { "\($0.0):\($0.1.trimmingCharacters(in: .whitespaces))\n" }.joined(), names, payloadHash,
        ].joined(separator: "\n")
        let scope = "\(day)/\(self.region)/\(self.service)/aws4_request"
        let toSign = ["AWS4-HMAC-SHA256", timestamp, scope, Self.hex(SHA256.hash(data: Data(canonical.utf8)))]
            .joined(separator: "\n")
        var key = SymmetricKey(data: Data("AWS4\(self.credentials.secretAccessKey)".utf8))
        for part in [day, self.region, self.service, "aws4_request"] {
            key = SymmetricKey(data: Data(HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key)))
        }
        let signature = Self.hex(HMAC<SHA256>.authenticationCode(for: Data(toSign.utf8), using: key))
        let authorization =
            "AWS4-HMAC-SHA256 Credential=\(self.credentials.accessKeyID)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
        return added + [("authorization", authorization)]
    }

    /// Sorted and encoded, as it is signed and as it is sent.
    static func canonicalQuery(_ query: [(String, String)]) -> String {
        query.map { (Self.encode($0.0), Self.encode($0.1)) }.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// Percent-encodes everything but unreserved characters (RFC 3986, section 2.3); `/` too, unless it is kept.
    static func encode(_ text: String, keepsSlash: Bool = false) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/") where keepsSlash: encoded += "/"
            default: encoded += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// "20150830T123600Z".
    private static func timestamp(_ date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        func padded(_ value: Int?, _ width: Int) -> String {
            let digits = String(value ?? 0)
            return String(repeating: "0", count: max(width - digits.count, 0)) + digits
        }
        return padded(parts.year, 4) + padded(parts.month, 2) + padded(parts.day, 2) + "T" + padded(parts.hour, 2)
            + padded(parts.minute, 2) + padded(parts.second, 2) + "Z"
    }
}
