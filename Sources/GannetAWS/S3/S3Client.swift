import AsyncHTTPClient
import Foundation
public import NIOCore
import NIOHTTP1

/// An object in a listing.
public struct S3Object: Sendable, Hashable {
    /// The whole key.
    public var key: String
    /// Size in bytes.
    public var byteCount: Int64
    /// Changes when the content does; with its quotes.
    public var eTag: String
}

/// The part of S3 that loading needs: list, read ranges, write.
///
/// Requests are tried again, with growing random pauses, after 5xx answers and broken connections; a broken download
/// goes on where it broke, and only while the object is still the same.
public struct S3Client: Sendable {
    private static let attemptCountMax = 6
    private static let errorBytesMax = 64 * 1024
    private static let listBytesMax = 16 * 1024 * 1024

    private let configuration: AWSConfiguration
    private let signer: SigV4

    /// Makes a client; nothing is connected yet.
    public init(configuration: AWSConfiguration) {
        self.configuration = configuration
        self.signer = SigV4(credentials: configuration.credentials, region: configuration.region, service: "s3")
    }

    /// The objects whose keys begin as the URI's does, in the order of their keys.
    ///
    /// Source: Amazon S3 API Reference, `ListObjectsV2`.
    public func listObjects(_ uri: S3URI) async throws -> [S3Object] {
        var objects: [S3Object] = []
        var token: String?
        repeat {
            var query = [("list-type", "2"), ("prefix", uri.key), ("encoding-type", "url")]
            if let token { query.append(("continuation-token", token)) }
            let response = try await self.send("GET", S3URI(bucket: uri.bucket, key: ""), query: query)
            let body = try await response.body.collect(upTo: Self.listBytesMax)
            let page = XMLScanner(text: String(buffer: body))
            for contents in page.contents(of: "Contents") {
                let item = XMLScanner(text: String(contents))
                guard let key = item.first("Key").flatMap(Self.decodeKey),
                    let size = item.first("Size").flatMap(Int64.init),
                    let eTag = item.first("ETag")
                else {
                    throw AWSError(
                        .unexpected,
                        "the listing has an entry without key, size or ETag",
                        resource: uri.description
                    )
                }
                objects.append(S3Object(key: key, byteCount: size, eTag: eTag))
            }
            token = page.first("IsTruncated") == "true" ? page.first("NextContinuationToken") : nil
        } while token != nil
        return objects
    }

    /// Listings are asked for in URL encoding, which writes a space as "+".
    private static func decodeKey(_ key: String) -> String? {
        key.replacing("+", with: "%20").removingPercentEncoding
    }

    /// Size and ETag of one object.
    ///
    /// Source: Amazon S3 API Reference, `HeadObject`.
    public func headObject(_ uri: S3URI) async throws -> S3Object {
        let response = try await self.send("HEAD", uri)
        guard let size = response.headers.first(name: "content-length").flatMap(Int64.init),
            let eTag = response.headers.first(name: "etag")
        else { throw AWSError(.unexpected, "the answer has no length or no ETag", resource: uri.description) }
        return S3Object(key: uri.key, byteCount: size, eTag: eTag)
    }

    /// An object's bytes from an offset on, while it is still the one with this ETag.
    ///
    /// Source: Amazon S3 API Reference, `GetObject`.
    public func getObject(
        _ uri: S3URI,
        from offset: Int64,
        byteCount: Int64,
        ifMatch eTag: String
    ) -> AsyncThrowingStream<ByteBuffer, any Error> {
        let download = Download(client: self, uri: uri, offset: offset, byteCount: byteCount, eTag: eTag)
        return AsyncThrowingStream { try await download.next() }
    }

    /// Writes an object whole.
    ///
    /// Source: Amazon S3 API Reference, `PutObject`.
    public func putObject(_ uri: S3URI, _ bytes: ByteBuffer) async throws {
        _ = try await self.send("PUT", uri, body: bytes)
    }

    /// Makes a bucket; one that is ours already is fine.
    ///
    /// Source: Amazon S3 API Reference, `CreateBucket`.
    public func createBucket(_ bucket: String) async throws {
        do {
            _ = try await self.send("PUT", S3URI(bucket: bucket, key: ""))
        } catch let error as AWSError where error.serviceCode == "BucketAlreadyOwnedByYou" {
            return
        }
    }

    // MARK: - Requests

    /// Where a request goes: path style for other servers and for names with dots, else the bucket's own host.
    private func address(_ uri: S3URI) throws(AWSError) -> (base: String, host: String, path: String) {
        let key = SigV4.encode(uri.key, keepsSlash: true)
        if let endpoint = self.configuration.s3Endpoint {
            let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
            guard let url = URL(string: base), let host = url.host(percentEncoded: false) else {
                throw AWSError(.invalidURI, "the S3 endpoint '\(endpoint)' is not a URL")
            }
            return (base, url.port.map { "\(host):\($0)" } ?? host, "/\(uri.bucket)/\(key)")
        }
        let regional = "s3.\(self.configuration.region).amazonaws.com"
        if uri.bucket.contains(".") { return ("https://\(regional)", regional, "/\(uri.bucket)/\(key)") }
        return ("https://\(uri.bucket).\(regional)", "\(uri.bucket).\(regional)", "/\(key)")
    }

    fileprivate func send(
        _ method: String,
        _ uri: S3URI,
        query: [(String, String)] = [],
        headers: [(String, String)] = [],
        body: ByteBuffer? = nil
    ) async throws -> HTTPClientResponse {
        let (base, host, path) = try self.address(uri)
        var lastError: AWSError?
        for attempt in 0..<Self.attemptCountMax {
            if attempt > 0 {
                try await Task.sleep(for: .milliseconds(Int.random(in: 50...(100 << attempt))))
            }
            let suffix = query.isEmpty ? "" : "?" + SigV4.canonicalQuery(query)
            var request = HTTPClientRequest(url: base + path + suffix)
            request.method = HTTPMethod(rawValue: method)
            let signed = self.signer.headers(
                method: method,
                host: host,
                path: path,
                query: query,
                headers: headers,
                date: Date()
            )
            for (name, value) in headers + signed { request.headers.add(name: name, value: value) }
            if let body { request.body = .bytes(body) }
            let response: HTTPClientResponse
            do {
                response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                lastError = AWSError(.unavailable, "\(host) cannot be reached: \(error)", resource: uri.description)
                continue
            }
            if (200..<300).contains(response.status.code) { return response }
            let error = try await Self.error(response, uri)
            guard response.status.code >= 500 || error.serviceCode == "SlowDown" else { throw error }
            lastError = error
        }
        throw lastError ?? AWSError(.unavailable, "the request failed", resource: uri.description)
    }

    private static func error(_ response: HTTPClientResponse, _ uri: S3URI) async throws -> AWSError {
        // A body that cannot be read tells nothing; the status still does.
        let body = try? await response.body.collect(upTo: Self.errorBytesMax)
        let serviceCode = body.flatMap { XMLScanner(text: String(buffer: $0)).first("Code") }
        let (code, message): (AWSError.Code, String) =
            switch (Int(response.status.code), serviceCode) {
            case (404, "NoSuchBucket"): (.notFound, "there is no such bucket")
            case (404, _): (.notFound, "there is no such object; is the key right?")
            case (403, "SignatureDoesNotMatch"): (.denied, "the secret key is not the one of this access key")
            case (403, "InvalidAccessKeyId"): (.denied, "the access key is not known")
            case (403, _): (.denied, "these credentials are not allowed to do this")
            case (412, _): (.changed, "the object was changed while it was read; start again")
            case (301, _), (400, "AuthorizationHeaderMalformed"):
                (.unexpected, "the bucket is in another region; set AWS_REGION to it")
            case (let status, _): (status >= 500 ? .unavailable : .unexpected, "S3 answered with status \(status)")
            }
        return AWSError(
            code,
            message,
            serviceCode: serviceCode,
            statusCode: Int(response.status.code),
            resource: uri.description
        )
    }

    // MARK: - Downloads

    /// Reads an object, going on behind what has arrived when a connection breaks.
    private actor Download {
        private let client: S3Client
        private let uri: S3URI
        private let eTag: String
        private let end: Int64
        private var offset: Int64
        private var body: HTTPClientResponse.Body.AsyncIterator?
        private var breakCount = 0

        init(client: S3Client, uri: S3URI, offset: Int64, byteCount: Int64, eTag: String) {
            self.client = client
            self.uri = uri
            self.offset = offset
            self.end = byteCount
            self.eTag = eTag
        }

        func next() async throws -> ByteBuffer? {
            while self.offset < self.end {
                if self.body == nil {
                    let response = try await self.client.send(
                        "GET",
                        self.uri,
                        headers: [("if-match", self.eTag), ("range", "bytes=\(self.offset)-\(self.end - 1)")]
                    )
                    self.body = response.body.makeAsyncIterator()
                }
                var broken: (any Error)?
                do {
                    var body = self.body
                    let bytes = try await body?.next(isolation: #isolation)
                    self.body = body
                    if let bytes {
                        self.offset += Int64(bytes.readableBytes)
                        return bytes
                    }
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    broken = error
                }
                // The body ended before the object did, with or without an error.
                self.body = nil
                self.breakCount += 1
                guard self.breakCount < S3Client.attemptCountMax else {
                    throw AWSError(
                        .unavailable,
                        "the download broke off \(self.breakCount) times, last at byte \(self.offset)\(broken.map { ": \($0)" } ?? "")",
                        resource: self.uri.description
                    )
                }
            }
            return nil
        }
    }
}
