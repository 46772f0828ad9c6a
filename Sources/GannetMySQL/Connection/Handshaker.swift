import Foundation
import NIOCore

/// Carries the handshake machine's decisions out, within one deadline.
struct Handshaker {
    let configuration: MySQLConfiguration

    /// What the client is busy with, for the error when the deadline passes.
    private enum Step: String {
        case greeting = "the server sent no greeting"
        case tls = "the TLS handshake did not finish"
        case authentication = "authentication did not finish"
    }

    /// Connects a channel and runs the connection phase.
    func run(
        on eventLoop: any EventLoop,
        address: SocketAddress?
    ) async throws(MySQLError) -> (any Channel, NIOLoopBound<MySQLChannelHandler>, HandshakeV10, Capabilities) {
        let options = try await self.options()
        let start = ContinuousClock.now
        let open =
            if let address {
                try await ChannelConnector.connect(to: address, configuration: self.configuration, eventLoop: eventLoop)
            } else {
                try await ChannelConnector.connect(to: self.configuration, eventLoop: eventLoop)
            }
        let channel = open.channel
        let remaining = self.configuration.connectTimeout - (ContinuousClock.now - start)
        do {
            let session = HandshakeSession(
                open: open,
                configuration: self.configuration,
                remaining: max(remaining, .milliseconds(1))
            )
            let (greeting, capabilities) = try await withTaskCancellationHandler {
                try await session.run(options)
            } onCancel: {
                channel.close(promise: nil)
            }
            return (channel, session.boundHandler, greeting, capabilities)
        } catch {
            // Closing twice is harmless, and the reason is already known.
            try? await channel.close().get()
            if Task.isCancelled {
                throw MySQLError(
                    .cancelled,
                    "cancelled while connecting to \(self.configuration.endpoint)",
                    underlying: error
                )
            }
            guard var error = error as? MySQLError else {
                throw MySQLError(.connectFailed, "the connection could not be set up: \(error)", underlying: error)
            }
            error.server = "\(self.configuration.endpoint)"
            error.connectionUsable = false
            throw error
        }
    }

    private func options() async throws(MySQLError) -> HandshakeMachine.Options {
        var password = ""
        do {
            password = try await self.configuration.password?.resolve() ?? ""
        } catch {
            throw MySQLError(.invalidConfiguration, "the password provider failed: \(error)", underlying: error)
        }
        var pinnedPublicKey: String?
        if let file = self.configuration.serverPublicKeyFile {
            do {
                pinnedPublicKey = try String(contentsOfFile: file, encoding: .utf8)
            } catch {
                throw MySQLError(.invalidConfiguration, "the server's key '\(file)' cannot be read", underlying: error)
            }
        }
        var isUnixSocket = false
        if case .unixSocket = self.configuration.endpoint { isUnixSocket = true }
        return HandshakeMachine.Options(
            user: self.configuration.user,
            password: password,
            database: self.configuration.database,
            tlsMode: self.configuration.tlsMode,
            isUnixSocket: isUnixSocket,
            pinnedPublicKey: pinnedPublicKey,
            allowsPublicKeyRetrieval: self.configuration.allowsPublicKeyRetrieval,
            allowsLocalInfile: self.configuration.allowsLocalInfile,
            allowsMultipleStatements: self.configuration.allowsMultipleStatements,
            attributes: ["_client_name": "gannet"].merging(self.configuration.connectionAttributes) { $1 }
        )
    }

    /// The handshake of one channel, on its event loop.
    private actor HandshakeSession {
        nonisolated let channel: any Channel
        nonisolated let boundHandler: NIOLoopBound<MySQLChannelHandler>
        private let configuration: MySQLConfiguration
        private let deadline: NIODeadline
        private var step = Step.greeting

        nonisolated var unownedExecutor: UnownedSerialExecutor {
            self.channel.eventLoop.executor.asUnownedSerialExecutor()
        }

        init(open: OpenChannel, configuration: MySQLConfiguration, remaining: Duration) {
            self.channel = open.channel
            self.boundHandler = open.handler
            self.configuration = configuration
            self.deadline = .now() + TimeAmount(remaining)
        }

        func run(_ options: HandshakeMachine.Options) async throws(MySQLError) -> (HandshakeV10, Capabilities) {
            let timer = self.channel.eventLoop.scheduleTask(deadline: self.deadline) {
                self.assumeIsolated { $0.expire() }
            }
            defer { timer.cancel() }
            let handler = self.boundHandler.value
            var machine = HandshakeMachine(options: options)
            var action = try machine.received(try await handler.nextPacket())
            while true {
                switch action {
                case .wait:
                    action = try machine.received(try await handler.nextPacket())
                case .send(let payload):
                    self.step = .authentication
                    try await handler.sendReply(payload)
                    action = try machine.received(try await handler.nextPacket())
                case .startTLS(let request):
                    self.step = .tls
                    try await handler.sendReply(request)
                    let tls = try ChannelConnector.tlsHandler(for: self.configuration)
                    try await handler.startTLS(tls)
                    try ChannelConnector.checkIdentity(tls, configuration: self.configuration)
                    action = try machine.tlsEstablished()
                case .finish(let capabilities):
                    guard let greeting = machine.greeting else { throw .truncated }
                    handler.watchWhileIdle()
                    return (greeting, capabilities)
                }
            }
        }

        private func expire() {
            self.boundHandler.value.fail(
                MySQLError(
                    .connectTimeout,
                    """
                    connected to \(self.configuration.endpoint), but \(self.step.rawValue) within \
                    \(self.configuration.connectTimeout)
                    """
                )
            )
        }
    }
}
