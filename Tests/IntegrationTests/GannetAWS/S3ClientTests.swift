import Foundation
import GannetAWS
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(1))) struct S3ClientTests {
    private func client(secret: String? = nil) throws -> S3Client {
        var environment = ProcessInfo.processInfo.environment
        if let secret { environment["AWS_SECRET_ACCESS_KEY"] = secret }
        return S3Client(configuration: try AWSConfiguration(environment: environment))
    }

    /// Makes a bucket of the test's own.
    private func bucket(_ client: S3Client) async throws -> String {
        let bucket = "t-" + UUID().uuidString.lowercased()
        try await client.createBucket(bucket)
        try await client.createBucket(bucket)
        return bucket
    }

    private func read(_ client: S3Client, _ uri: S3URI, from offset: Int64, eTag: String? = nil) async throws -> [UInt8]
    {
        let object = try await client.headObject(uri)
        var bytes: [UInt8] = []
        let body = client.getObject(uri, from: offset, byteCount: object.byteCount, ifMatch: eTag ?? object.eTag)
        for try await part in body { bytes += part.readableBytesView }
        return bytes
    }

    @Test("Objects with awkward keys are written, listed and read from an offset")
    func roundTrip() async throws {
        let client = try self.client()
        let bucket = try await self.bucket(client)
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let keys = ["a/b c+d.csv", "a/é=&.csv", "a/z.csv"]
        for key in keys { try await client.putObject(S3URI(bucket: bucket, key: key), ByteBuffer(bytes: content)) }
        let listed = try await client.listObjects(S3URI(bucket: bucket, key: "a/"))
        #expect(Set(listed.map(\.key)) == Set(keys))
        #expect(listed.allSatisfy { $0.byteCount == 300_000 })
        for key in keys {
            let uri = S3URI(bucket: bucket, key: key)
            #expect(try await self.read(client, uri, from: 0) == content)
            #expect(try await self.read(client, uri, from: 123_456) == Array(content[123_456...]))
        }
    }

    @Test("An object that was replaced is an error, not a mixture")
    func changed() async throws {
        let client = try self.client()
        let uri = S3URI(bucket: try await self.bucket(client), key: "x.csv")
        try await client.putObject(uri, ByteBuffer(string: "one"))
        let eTag = try await client.headObject(uri).eTag
        try await client.putObject(uri, ByteBuffer(string: "two"))
        let error = await #expect(throws: AWSError.self) { try await self.read(client, uri, from: 0, eTag: eTag) }
        #expect(error?.code == .changed)
    }

    @Test("Missing things and wrong keys are told apart")
    func refused() async throws {
        let client = try self.client()
        let bucket = try await self.bucket(client)
        let missing = await #expect(throws: AWSError.self) {
            try await client.headObject(S3URI(bucket: bucket, key: "no"))
        }
        #expect(missing?.code == .notFound)
        let denied = await #expect(throws: AWSError.self) {
            try await self.client(secret: "hunter2").listObjects(S3URI(bucket: bucket, key: ""))
        }
        #expect(denied?.code == .denied)
        #expect(denied?.serviceCode == "SignatureDoesNotMatch")
        #expect(denied?.description.contains("hunter2") == false)
    }
}
