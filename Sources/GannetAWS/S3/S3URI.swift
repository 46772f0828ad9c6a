/// "s3://bucket/key": a bucket with an object's key or the beginning of keys.
public struct S3URI: Sendable, Hashable, CustomStringConvertible {
    /// The bucket's name.
    public var bucket: String
    /// The key, or a prefix of keys; may be empty.
    public var key: String

    /// Makes a URI from its parts.
    public init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    /// Reads a URI; keys stand as they are, without percent-encoding.
    ///
    /// - Throws: `AWSError` with code `.invalidURI`.
    public init(_ text: String) throws(AWSError) {
        let rest = text.dropFirst(5)
        let bucket = rest.prefix { $0 != "/" }
        guard text.hasPrefix("s3://"), (3...63).contains(bucket.count),
            bucket.allSatisfy({ $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-" || $0 == ".") })
        else { throw AWSError(.invalidURI, "'\(text)' is not of the form s3://bucket/key") }
        self.init(bucket: String(bucket), key: String(rest.dropFirst(bucket.count + 1)))
    }

    /// "s3://bucket/key".
    public var description: String { "s3://\(self.bucket)/\(self.key)" }
}
