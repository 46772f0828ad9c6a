import Foundation
import NIOCore
import NIOPosix
import NIOSSL

/// A connected channel and the handler in it.
struct OpenChannel: Sendable {
    let channel: any Channel
    let handler: NIOLoopBound<MySQLChannelHandler>
}

/// Opens channels to servers and makes the TLS handlers for them.
enum ChannelConnector {
    /// Reads of up to this size, so that many rows arrive together.
    static let receiveBytesMax = 512 * 1024

    /// Connects to the configured endpoint, trying every address of a host name.
    ///
    /// - Throws: `.connectFailed`, `.connectTimeout`.
    static func connect(
        to configuration: MySQLConfiguration,
        eventLoop: any EventLoop
    ) async throws(MySQLError) -> OpenChannel {
        let bootstrap = Self.bootstrap(eventLoop, timeout: configuration.connectTimeout)
        do {
            switch configuration.endpoint {
            case .tcp(let host, let port):
                return try await bootstrap.connect(host: host, port: port, channelInitializer: Self.open)
            case .unixSocket(let path):
                return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: Self.open)
            }
        } catch {
            throw Self.connectError(error, configuration)
        }
    }

    /// Connects to the very machine that another channel is connected to.
    static func connect(
        to address: SocketAddress,
        configuration: MySQLConfiguration,
        eventLoop: any EventLoop
    ) async throws(MySQLError) -> OpenChannel {
        do {
            return try await Self.bootstrap(eventLoop, timeout: configuration.connectTimeout)
                .connect(to: address, channelInitializer: Self.open)
        } catch {
            throw Self.connectError(error, configuration)
        }
    }

    /// Makes the TLS handler that a mode asks for.
    ///
    /// - Throws: `.invalidConfiguration` where a certificate file cannot be read.
    static func tlsHandler(for configuration: MySQLConfiguration) throws(MySQLError) -> NIOSSLClientHandler {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        switch configuration.tlsMode {
        case .disabled, .preferred, .required: tls.certificateVerification = .none
        case .verifyCA: tls.certificateVerification = .noHostnameVerification
        case .verifyIdentity: tls.certificateVerification = .fullVerification
        }
        var file = ""
        do {
            if let caFile = configuration.caFile {
                file = caFile
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(caFile))
            }
            if let certificateFile = configuration.certificateFile {
                file = certificateFile
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) }
            }
            if let privateKeyFile = configuration.privateKeyFile {
                file = privateKeyFile
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: privateKeyFile, format: .pem))
            }
        } catch {
            throw MySQLError(.invalidConfiguration, "'\(file)' cannot be read as a PEM file", underlying: error)
        }
        do {
            let context = try NIOSSLContext(configuration: tls)
            return try NIOSSLClientHandler(context: context, serverHostname: Self.hostName(of: configuration.endpoint))
        } catch {
            throw MySQLError(.tlsFailed, "TLS could not be set up: \(error)", underlying: error)
        }
    }

    /// Checks that an accepted certificate names the host, where that was asked for.
    static func checkIdentity(
        _ tls: NIOSSLClientHandler,
        configuration: MySQLConfiguration
    ) throws(MySQLError) {
        guard configuration.tlsMode == .verifyIdentity, let host = Self.hostName(of: configuration.endpoint) else {
            return
        }
        guard let certificate = tls.peerCertificate, CertificateIdentity.covers(host: host, certificate: certificate)
        else { throw MySQLError(.tlsFailed, Self.otherHost) }
    }

    private static let otherHost =
        "the server's certificate names another host; connect by a name it has, or use ssl-mode=VERIFY_CA"

    /// What to tell a user of a failed TLS handshake; the library's text is for its developers.
    static func tlsError(_ error: any Error) -> MySQLError {
        let detail = "\(error)"
        let reason =
            if detail.contains("CERTIFICATE_VERIFY_FAILED") {
                "the server's certificate is not signed by a CA that is trusted here; give its CA with ssl-ca"
            } else if (error as? NIOSSLExtraError) == .failedToValidateHostname || detail.contains("HOSTNAME") {
                Self.otherHost
            } else {
                "the TLS handshake failed (\(Self.librarysWord(in: detail))); check ssl-mode and the certificates"
            }
        return MySQLError(.tlsFailed, reason, underlying: error)
    }

    /// BoringSSL's name for a failure, such as `UNSUPPORTED_PROTOCOL`, without the numbers and paths around it.
    private static func librarysWord(in detail: String) -> String {
        let words = detail.split { !($0.isUppercase || $0 == "_" || $0.isNumber) }
        return words.max { $0.count < $1.count }.map { String($0) }.flatMap { $0.count > 5 ? $0 : nil }
            ?? "no reason given"
    }

    /// The name to check a certificate against; an IP address is checked as such, without a name.
    private static func hostName(of endpoint: MySQLConfiguration.Endpoint) -> String? {
        guard case .tcp(let host, _) = endpoint, (try? SocketAddress(ipAddress: host, port: 0)) == nil else {
            return nil  // the thrown error only says that the host is a name
        }
        return host
    }

    /// Puts our handler into a new channel and keeps hold of it: a channel that closes at once empties its pipeline,
    /// but what the server said before it closed is in the handler.
    private static func open(_ channel: any Channel) -> EventLoopFuture<OpenChannel> {
        channel.eventLoop.makeCompletedFuture {
            let handler = MySQLChannelHandler()
            try channel.pipeline.syncOperations.addHandler(handler)
            return OpenChannel(channel: channel, handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
    }

    private static func bootstrap(_ eventLoop: any EventLoop, timeout: Duration) -> ClientBootstrap {
        ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 16 * 1024, maximum: Self.receiveBytesMax)
            )
            .connectTimeout(TimeAmount(timeout))
    }

    private static func connectError(_ error: any Error, _ configuration: MySQLConfiguration) -> MySQLError {
        let server = "\(configuration.endpoint)"
        if let error = error as? ChannelError, case .connectTimeout = error {
            return MySQLError(
                .connectTimeout,
                "no connection to \(server) within \(configuration.connectTimeout); is the address right?",
                server: server,
                underlying: error
            )
        }
        return MySQLError(
            .connectFailed,
            "cannot connect to \(server): \(Self.reason(error))",
            server: server,
            underlying: error
        )
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if !error.connectionErrors.isEmpty {
                return error.connectionErrors.map { Self.reason($0.error) }.joined(separator: "; ")
            }
            return "the host name '\(error.host)' is not known"
        case let error as IOError:
            switch error.errnoCode {
            case ECONNREFUSED: return "connection refused; is the server running there?"
            case ENOENT: return "there is no such socket; is the server running on this machine?"
            default: return String(cString: strerror(error.errnoCode))
            }
        default:
            return "\(error)"
        }
    }
}
