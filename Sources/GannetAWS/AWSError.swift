/// What an AWS service, or the way to it, refused.
///
/// Never holds a key or a signature.
public struct AWSError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, to switch on.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case notFound
            case denied
            case changed
            case noCredentials
            case invalidURI
            case unavailable
            case unexpected
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// No such bucket or object.
        public static let notFound = Code(.notFound)
        /// The keys are wrong, or are not allowed to do this.
        public static let denied = Code(.denied)
        /// The object is not the one that was begun with.
        public static let changed = Code(.changed)
        /// No credentials were found.
        public static let noCredentials = Code(.noCredentials)
        /// A name is not an S3 URI.
        public static let invalidURI = Code(.invalidURI)
        /// The service could not be reached, or kept failing.
        public static let unavailable = Code(.unavailable)
        /// Any other answer.
        public static let unexpected = Code(.unexpected)
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence: what happened and what to do next.
    public var message: String
    /// The service's own code, such as "NoSuchKey".
    public var serviceCode: String?
    /// HTTP status, where there was an answer.
    public var statusCode: Int?
    /// What was asked for, such as "s3://bucket/key".
    public var resource: String?

    init(
        _ code: Code,
        _ message: String,
        serviceCode: String? = nil,
        statusCode: Int? = nil,
        resource: String? = nil
    ) {
        self.code = code
        self.message = message
        self.serviceCode = serviceCode
        self.statusCode = statusCode
        self.resource = resource
    }

    /// "s3://bucket/key: message (NoSuchKey)".
    public var description: String {
        let place = self.resource.map { "\($0): " } ?? ""
        let detail = self.serviceCode.map { " (\($0))" } ?? ""
        return place + self.message + detail
    }
}
