/// Keys that sign requests.
///
/// Never print themselves.
public struct AWSCredentials: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    let accessKeyID: String
    let secretAccessKey: String
    let sessionToken: String?

    /// Makes credentials from their parts.
    public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }

    /// Always "<redacted>".
    public var description: String { "<redacted>" }
    /// Always "<redacted>".
    public var debugDescription: String { "<redacted>" }
    /// Shows nothing to `dump`.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Who signs, where, and for which region.
public struct AWSConfiguration: Sendable {
    /// The keys.
    public var credentials: AWSCredentials
    /// Such as "eu-central-1".
    public var region: String
    /// A server other than AWS's own, such as "http://127.0.0.1:8333".
    public var s3Endpoint: String?

    /// Makes a configuration.
    public init(credentials: AWSCredentials, region: String, s3Endpoint: String? = nil) {
        self.credentials = credentials
        self.region = region
        self.s3Endpoint = s3Endpoint
    }

    /// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, `AWS_REGION` or `AWS_DEFAULT_REGION`
    /// (else us-east-1), `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`.
    ///
    /// - Throws: `AWSError` with code `.noCredentials`.
    public init(environment: [String: String]) throws(AWSError) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let accessKeyID = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") else {
            throw AWSError(
                .noCredentials,
                "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for a role)"
            )
        }
        self.init(
            credentials: AWSCredentials(
                accessKeyID: accessKeyID,
                secretAccessKey: secret,
                sessionToken: value("AWS_SESSION_TOKEN")
            ),
            region: value("AWS_REGION") ?? value("AWS_DEFAULT_REGION") ?? "us-east-1",
            s3Endpoint: value("AWS_ENDPOINT_URL_S3") ?? value("AWS_ENDPOINT_URL")
        )
    }
}
