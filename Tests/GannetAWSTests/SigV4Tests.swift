import Foundation
import Testing

@testable import GannetAWS

@Suite struct SigV4Tests {
    private static let credentials = AWSCredentials(
        accessKeyID: "AKIAIOSFODNN7EXAMPLE",
        secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    )
    private static let emptyHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    private static let date = Date(timeIntervalSince1970: 1_369_353_600)  // 2013-05-24 00:00:00 UTC

    private func signature(path: String, query: [(String, String)] = [], headers: [(String, String)] = []) -> String? {
        SigV4(credentials: Self.credentials, region: "us-east-1", service: "s3").headers(
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: path,
            query: query,
            headers: headers,
            payloadHash: Self.emptyHash,
            date: Self.date
        ).last?.1.components(separatedBy: "Signature=").last
    }

    /// Source: Amazon S3 API Reference, "Signature Calculations for the Authorization Header", its three GET examples.
    @Test("Gives the signatures of AWS's published examples")
    func publishedExamples() {
        #expect(
            self.signature(path: "/test.txt", headers: [("range", "bytes=0-9")])
                == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
        #expect(
            self.signature(path: "/", query: [("lifecycle", "")])
                == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
        )
        #expect(
            self.signature(path: "/", query: [("prefix", "J"), ("max-keys", "2")])
                == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
        )
    }

    @Test(
        "Keys are encoded once, with their slashes",
        arguments: [
            ("a b/ü+=&.csv", "a%20b/%C3%BC%2B%3D%26.csv"), ("a/../b", "a/../b"),
        ]
    )
    func encoding(_ key: String, _ encoded: String) {
        #expect(SigV4.encode(key, keepsSlash: true) == encoded)
    }

    @Test("Credentials print nothing")
    func redaction() {
        #expect("\(Self.credentials)" == "<redacted>")
        #expect(!String(reflecting: Self.credentials).contains("wJalr"))
    }
}

@Suite struct S3URITests {
    @Test(
        "Reads bucket and key",
        arguments: [
            ("s3://my-bucket/a/b.csv", "my-bucket", "a/b.csv"), ("s3://my-bucket", "my-bucket", ""),
            ("s3://my.bucket/", "my.bucket", ""),
        ]
    )
    func reads(_ text: String, _ bucket: String, _ key: String) throws {
        let uri = try S3URI(text)
        #expect(uri.bucket == bucket)
        #expect(uri.key == key)
    }

    @Test("Refuses what is no URI", arguments: ["", "s3:/x/y", "http://b/k", "s3://", "s3://B_ucket/k", "s3://ab/k"])
    func refuses(_ text: String) {
        #expect(throws: AWSError.self) { try S3URI(text) }
    }

    @Test(
        "Entities are resolved, and broken ones do no harm",
        arguments: [
            ("a&amp;b&lt;&gt;&quot;&apos;", "a&b<>\"'"), ("&#233;&#xE9;", "éé"), ("&nope;&#x110000;", ""),
            ("a & b", "a & b"),
        ]
    )
    func entities(_ xml: String, _ text: String) {
        #expect(XMLScanner.unescape(xml[...]) == text)
    }
}
