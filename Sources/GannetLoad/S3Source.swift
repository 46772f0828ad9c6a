public import GannetAWS
public import NIOCore

/// An object in S3, pinned to the ETag that it had when it was found.
public struct S3Source: LoadSource {
    private let client: S3Client
    private let uri: S3URI
    private let object: S3Object

    /// Takes an object as a listing or a HEAD request showed it.
    public init(client: S3Client, bucket: String, object: S3Object) {
        self.client = client
        self.uri = S3URI(bucket: bucket, key: object.key)
        self.object = object
    }

    /// Finds the objects that a URI means: the one of that key, or every .csv below a prefix that ends with "/".
    ///
    /// - Throws: `AWSError`; `LoadError` with code `.source` where there is nothing to load.
    public static func find(_ uri: S3URI, client: S3Client) async throws -> [S3Source] {
        guard uri.key.isEmpty || uri.key.hasSuffix("/") else {
            return [S3Source(client: client, bucket: uri.bucket, object: try await client.headObject(uri))]
        }
        let objects = try await client.listObjects(uri).filter { $0.key.lowercased().hasSuffix(".csv") }
        guard !objects.isEmpty else {
            throw LoadError(.source, "there are no .csv objects below this prefix", source: uri.description)
        }
        return objects.map { S3Source(client: client, bucket: uri.bucket, object: $0) }
    }

    /// "s3://bucket/key".
    public var name: String { self.uri.description }
    /// The key's last part without ".csv".
    public var tableName: String? { FileSource.tableName(ofPath: self.object.key) }
    /// The object's size.
    public var byteCount: Int64? { self.object.byteCount }
    /// The object's ETag.
    public var identity: String? { self.object.eTag }

    /// Streams the object; broken connections are made again behind what has arrived.
    public func read(from offset: Int64) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        self.client.getObject(self.uri, from: offset, byteCount: self.object.byteCount, ifMatch: self.object.eTag)
    }
}
