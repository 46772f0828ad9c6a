import NIOSSL

/// Whether a certificate was made for the host that was asked for.
///
/// NIOSSL also accepts a certificate for the *address* that the name led to. Whoever answers the name's look-up with
/// an address of their own may well have a certificate for that address, so for names only names count here.
/// Source: RFC 6125, section 6.4.
enum CertificateIdentity {
    /// Checks a certificate that NIOSSL has accepted already.
    static func covers(host: String, certificate: NIOSSLCertificate) -> Bool {
        var names: [String] = []
        var hasAlternatives = false
        for name in certificate._subjectAlternativeNames() {
            hasAlternatives = true
            if name.nameType == .dnsName { names.append(String(decoding: name.contents, as: UTF8.self)) }
        }
        // Without any alternative NIOSSL has compared the common name, and nothing else.
        return !hasAlternatives || names.contains { Self.matches(host: host, pattern: $0) }
    }

    /// Compares a host with a certificate's name, whose leftmost label may be `*`.
    static func matches(host: String, pattern: String) -> Bool {
        let host = Self.labels(host)
        let pattern = Self.labels(pattern)
        guard host.count == pattern.count, let first = pattern.first else { return false }
        guard first == "*" else { return host == pattern }
        // A wildcard for a whole top-level domain is nobody's name.
        return pattern.count > 2 && host.dropFirst() == pattern.dropFirst()
    }

    private static func labels(_ name: String) -> [String] {
        let rooted = name.hasSuffix(".") ? String(name.dropLast()) : name
        return rooted.lowercased().split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
    }
}
