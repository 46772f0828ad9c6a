import GannetMySQL
import NIOCore
import NIOPosix
import Synchronization

/// A peer that plays a list of packets, whatever the client says; it interprets nothing.
final class ScriptedServer: Sendable {
    enum Step: Sendable {
        /// Sends bytes as they are.
        case send([UInt8])
        /// Waits for one packet.
        case receive
        case close
    }

    private let channel: any Channel
    private let scripts: Mutex<[[Step]]>
    private let packets = Mutex<[[UInt8]]>([])

    /// The payloads that clients sent, over all connections.
    var received: [[UInt8]] { self.packets.withLock { $0 } }

    private init(channel: any Channel, scripts: [[Step]]) {
        self.channel = channel
        self.scripts = Mutex(scripts)
    }

    /// Lends a server whose first connection plays the first script, and so on; connections behind the last script
    /// meet silence.
    static func withServer<R>(
        _ scripts: [Step]...,
        connectTimeout: Duration = .seconds(20),
        body: (ScriptedServer, MySQLConfiguration) async throws -> R
    ) async throws -> R {
        let owner = Owner()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Player(server: owner.server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(channel: channel, scripts: scripts)
        owner.set(server)
        var configuration = MySQLConfiguration(
            endpoint: .tcp(host: "127.0.0.1", port: channel.localAddress?.port ?? 0),
            user: "app"
        )
        configuration.password = "secret"
        configuration.tlsMode = .disabled
        configuration.connectTimeout = connectTimeout
        let result: Result<R, any Error>
        do { result = .success(try await body(server, configuration)) } catch { result = .failure(error) }
        try await channel.close().get()
        return try result.get()
    }

    /// Known to the acceptor before the server it belongs to exists.
    private final class Owner: Sendable {
        private let value = Mutex<ScriptedServer?>(nil)

        var server: ScriptedServer? { self.value.withLock { $0 } }
        func set(_ server: ScriptedServer) { self.value.withLock { $0 = server } }
    }

    /// Plays one connection's script.
    private final class Player: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: ScriptedServer?
        private var steps: ArraySlice<Step> = []
        private var buffer = ByteBuffer()

        init(server: ScriptedServer?) {
            self.server = server
        }

        func channelActive(context: ChannelHandlerContext) {
            self.steps = (self.server?.scripts.withLock { $0.isEmpty ? [] : $0.removeFirst() } ?? [])[...]
            self.play(context)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.buffer.writeImmutableBuffer(self.unwrapInboundIn(data))
            self.play(context)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        private func play(_ context: ChannelHandlerContext) {
            while let step = self.steps.first {
                switch step {
                case .send(let bytes):
                    context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
                case .close:
                    context.close(promise: nil)
                case .receive:
                    guard
                        let header = self.buffer.getInteger(
                            at: self.buffer.readerIndex,
                            endianness: .little,
                            as: UInt32.self
                        ),
                        self.buffer.readableBytes >= 4 + Int(header & 0xFF_FFFF)
                    else { return }
                    self.buffer.moveReaderIndex(forwardBy: 4)
                    let payload = self.buffer.readBytes(length: Int(header & 0xFF_FFFF)) ?? []
                    self.server?.packets.withLock { $0.append(payload) }
                }
                self.steps.removeFirst()
            }
        }
    }
}
