import Testing

@testable import GannetMySQL

@Suite struct CertificateIdentityTests {
    @Test(
        "A name matches itself and its wildcard, in any case",
        arguments: [
            ("db.example.com", "db.example.com"), ("DB.example.com.", "db.EXAMPLE.com"), ("localhost", "localhost"),
            ("db.example.com", "*.example.com"),
        ]
    )
    func matching(_ host: String, _ pattern: String) {
        #expect(CertificateIdentity.matches(host: host, pattern: pattern))
    }

    @Test(
        "Nothing else does",
        arguments: [
            ("db.example.com", "example.com"), ("example.com", "*.example.com"), ("a.b.example.com", "*.example.com"),
            ("example.com", "*.com"), ("db.example.com", "*"), ("db.example.com", "d*.example.com"),
            ("db.example.com", "db.*.com"), ("127.0.0.1", "*.0.0.1.x"),
        ]
    )
    func different(_ host: String, _ pattern: String) {
        #expect(!CertificateIdentity.matches(host: host, pattern: pattern))
    }
}
