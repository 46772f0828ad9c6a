public import Logging
import Synchronization

/// A pool of connections to one server.
///
/// ```swift
/// let client = MySQLClient(configuration: configuration)
/// async let _ = client.run()
/// let name = try await client.withConnection { try await $0.query("SELECT 1").decode(Int.self).collect() }
/// ```
/// `run()` does the work; until it is called, and after it has ended, no connection is lent. Cancel its task to shut
/// the pool down: callers that wait get `.poolClosed`, and connections are closed as they come back.
public final class MySQLClient: Sendable {
    /// How many connections, and for how long.
    public struct PoolOptions: Sendable, Hashable {
        /// Connections that are kept open without being needed.
        public var connectionCountMin = 0
        /// Connections that are open at most.
        public var connectionCountMax = 10
        /// A connection that nobody needed for so long is closed.
        public var idleTimeout: Duration = .seconds(60)
        /// A connection is not lent again after this time, so that failovers and rotated credentials take hold.
        public var lifetimeMax: Duration = .seconds(1800)
        /// How long a caller waits for a connection.
        public var waitTimeout: Duration = .seconds(10)

        /// The defaults.
        public init() {}
    }

    private struct State {
        var machine: PoolMachine
        var connections: [Int: MySQLConnection] = [:]
        var waiters: [Int: CheckedContinuation<Result<(Int, MySQLConnection), MySQLError>, Never>] = [:]
        var lastWaiterID = 0
        var lastConnectError: MySQLError?
    }

    /// How often waits and idle times are looked at.
    private static let tickInterval = Duration.milliseconds(100)

    private let configuration: MySQLConfiguration
    private let logger: Logger
    private let state: Mutex<State>
    private let work: AsyncStream<PoolMachine.Action>
    private let workContinuation: AsyncStream<PoolMachine.Action>.Continuation

    /// Makes a pool; nothing is connected before `run()`.
    public init(
        configuration: MySQLConfiguration,
        pool: PoolOptions = PoolOptions(),
        logger: Logger = Logger(label: "gannet.mysql", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.configuration = configuration
        self.logger = logger
        self.state = Mutex(State(machine: PoolMachine(options: pool)))
        (self.work, self.workContinuation) = AsyncStream.makeStream()
    }

    /// Opens, resets and closes connections until its task is cancelled.
    public func run() async {
        self.perform { $0.start() }
        await withDiscardingTaskGroup { group in
            group.addTask {
                // Ends by cancellation only.
                while (try? await Task.sleep(for: Self.tickInterval)) != nil {
                    self.perform { $0.tick(now: .now) }
                }
                self.perform { $0.shutDown() }
                self.workContinuation.finish()
            }
            // Not iterated in a cancelled task: what is to be closed must still be closed.
            let worker = Task {
                await withDiscardingTaskGroup { workers in
                    for await action in self.work { workers.addTask { await self.carryOut(action) } }
                }
            }
            await worker.value
        }
    }

    /// Lends a connection to `body`; it is reset before anybody else gets it, and dropped if it is not usable.
    ///
    /// - Throws: what `body` throws; `.poolTimeout` with the last connect error in `underlying`; the connect error
    ///   itself where trying again would not help, such as a wrong password; `.poolClosed`; `.cancelled`.
    @discardableResult
    public func withConnection<R>(_ body: (MySQLConnection) async throws -> R) async throws -> R {
        let (id, connection) = try await self.lease()
        do {
            let result = try await body(connection)
            await self.giveBack(id, connection)
            return result
        } catch {
            await self.giveBack(id, connection)
            throw error
        }
    }

    /// Runs `body` in a transaction on a connection of the pool.
    @discardableResult
    public func withTransaction<R: Sendable>(
        isolation: MySQLIsolationLevel? = nil,
        readOnly: Bool = false,
        _ body: @Sendable (MySQLConnection) async throws -> R
    ) async throws -> R {
        try await self.withConnection { connection in
            try await connection.withTransaction(isolation: isolation, readOnly: readOnly, body)
        }
    }

    /// Runs a statement on a connection of the pool; rows are dropped.
    @discardableResult
    public func execute(_ query: MySQLQuery) async throws -> MySQLResult {
        try await self.withConnection { try await $0.execute(query) }
    }

    // MARK: - Leasing

    private func lease() async throws(MySQLError) -> (Int, MySQLConnection) {
        let id = self.state.withLock { state in
            state.lastWaiterID += 1
            return state.lastWaiterID
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let remember: (inout State) -> Void = { $0.waiters[id] = continuation }
                self.perform(before: remember) { $0.request(waiter: id, now: .now) }
                if Task.isCancelled { self.perform { $0.cancel(waiter: id) } }
            }
        } onCancel: {
            self.perform { $0.cancel(waiter: id) }
        }
        return try result.get()
    }

    private func giveBack(_ id: Int, _ connection: MySQLConnection) async {
        let isUsable = await connection.isUsable
        self.perform { $0.returned(id, isUsable: isUsable) }
    }

    // MARK: - Carrying out

    /// Tells the machine of an event and does, or hands to `run()`, what it decides.
    private func perform(
        before: (inout State) -> Void = { _ in },
        _ event: (inout PoolMachine) -> [PoolMachine.Action]
    ) {
        let resumptions = self.state.withLock { state in
            before(&state)
            var resumptions:
                [(
                    CheckedContinuation<Result<(Int, MySQLConnection), MySQLError>, Never>,
                    Result<(Int, MySQLConnection), MySQLError>
                )] = []
            for action in event(&state.machine) {
                switch action {
                case .lease(let connection, let waiter):
                    guard let continuation = state.waiters.removeValue(forKey: waiter),
                        let leased = state.connections[connection]
                    else { continue }
                    resumptions.append((continuation, .success((connection, leased))))
                case .fail(let waiter, let code):
                    guard let continuation = state.waiters.removeValue(forKey: waiter) else { continue }
                    resumptions.append((continuation, .failure(Self.error(code, state.lastConnectError))))
                case .connect, .reset, .close:
                    self.workContinuation.yield(action)
                }
            }
            return resumptions
        }
        for (continuation, result) in resumptions { continuation.resume(returning: result) }
    }

    private static func error(_ code: MySQLError.Code, _ lastConnectError: MySQLError?) -> MySQLError {
        switch code {
        case .poolTimeout:
            if let lastConnectError {
                return MySQLError(
                    .poolTimeout,
                    "no connection became free in time; the last one failed: \(lastConnectError.message)",
                    underlying: lastConnectError
                )
            }
            return MySQLError(
                .poolTimeout,
                "no connection became free in time; is run() running, and is connectionCountMax large enough?"
            )
        case .poolClosed: return MySQLError(.poolClosed, "the client's run() has ended")
        case .cancelled: return MySQLError(.cancelled, "cancelled while waiting for a connection")
        default: return lastConnectError ?? MySQLError(code, "no connection could be made")
        }
    }

    private func carryOut(_ action: PoolMachine.Action) async {
        switch action {
        case .connect(let id): await self.connect(id)
        case .reset(let id):
            guard let connection = self.state.withLock({ $0.connections[id] }) else { return }
            let isUsable = await self.reset(connection)
            self.perform { $0.wasReset(id, isUsable: isUsable, now: .now) }
        case .close(let id):
            let connection = self.state.withLock { $0.connections.removeValue(forKey: id) }
            await connection?.close()
        case .lease, .fail: return
        }
    }

    private func connect(_ id: Int) async {
        do throws(MySQLError) {
            let connection = try await MySQLConnection.connect(self.configuration, logger: self.logger)
            let remember: (inout State) -> Void = { state in
                state.connections[id] = connection
                state.lastConnectError = nil
            }
            self.perform(before: remember) { $0.connected(id, now: .now) }
        } catch {
            self.logger.debug("Connect failed", metadata: ["mysql.error": "\(error.code)"])
            let remember: (inout State) -> Void = { $0.lastConnectError = error }
            self.perform(before: remember) {
                $0.connectFailed(id, code: error.code, isFinal: !error.isTransient)
            }
        }
    }

    /// Back to the state after connecting, the schema included.
    private func reset(_ connection: MySQLConnection) async -> Bool {
        do {
            try await connection.reset()
            let database = await connection.database
            guard database != self.configuration.database else { return true }
            guard let original = self.configuration.database else { return false }
            try await connection.execute("USE \(identifier: original)")
            return true
        } catch {
            return false  // the connection is closed and replaced, which is what the error asks for
        }
    }
}
