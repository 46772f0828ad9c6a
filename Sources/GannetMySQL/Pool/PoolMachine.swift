import DequeModule

// Which connection goes to whom, when to open one and when to close one. Time and IDs are passed in, nothing is done
// here: each event returns what is to be done.

/// The decisions of a connection pool.
struct PoolMachine {
    enum Action: Equatable {
        /// Resume a waiting caller with a connection.
        case lease(connection: Int, waiter: Int)
        /// Resume a waiting caller with an error.
        case fail(waiter: Int, MySQLError.Code)
        /// Open a connection and report how that went.
        case connect(Int)
        /// Bring a connection back to how it was after connecting, and report how that went.
        case reset(Int)
        /// Close a connection; it is forgotten already.
        case close(Int)
    }

    private struct Idle {
        var connection: Int
        var since: ContinuousClock.Instant
        var created: ContinuousClock.Instant
    }

    private struct Waiter {
        var id: Int
        var deadline: ContinuousClock.Instant
    }

    private let options: MySQLClient.PoolOptions
    /// Most recently used last, so that the others may grow old.
    private var idle: Deque<Idle> = []
    /// Leased or being reset: when each was made.
    private var busy: [Int: ContinuousClock.Instant] = [:]
    private var connecting: Set<Int> = []
    private var waiters: Deque<Waiter> = []
    private var lastConnectionID = 0
    private(set) var isShutDown = false

    init(options: MySQLClient.PoolOptions) {
        self.options = options
    }

    private var connectionCount: Int { self.idle.count + self.busy.count + self.connecting.count }

    /// Opens the connections that are kept at all times.
    mutating func start() -> [Action] {
        (0..<max(self.options.connectionCountMin - self.connectionCount, 0)).map { _ in self.connect() }
    }

    /// A caller wants a connection.
    mutating func request(waiter: Int, now: ContinuousClock.Instant) -> [Action] {
        guard !self.isShutDown else { return [.fail(waiter: waiter, .poolClosed)] }
        if self.waiters.isEmpty, let idle = self.idle.popLast() {
            self.busy[idle.connection] = idle.created
            return [.lease(connection: idle.connection, waiter: waiter)]
        }
        self.waiters.append(Waiter(id: waiter, deadline: now + self.options.waitTimeout))
        guard self.connecting.count < self.waiters.count, self.connectionCount < self.options.connectionCountMax else {
            return []
        }
        return [self.connect()]
    }

    /// A caller was cancelled while it waited.
    mutating func cancel(waiter: Int) -> [Action] {
        guard let index = self.waiters.firstIndex(where: { $0.id == waiter }) else { return [] }
        self.waiters.remove(at: index)
        return [.fail(waiter: waiter, .cancelled)]
    }

    /// A connection was opened.
    mutating func connected(_ connection: Int, now: ContinuousClock.Instant) -> [Action] {
        self.connecting.remove(connection)
        return self.offer(connection, created: now, now: now)
    }

    /// A connection could not be opened; those who wait may be told why at their deadline.
    ///
    /// `isFinal` where another try would end the same way: then everybody who waits is told at once.
    mutating func connectFailed(_ connection: Int, code: MySQLError.Code, isFinal: Bool) -> [Action] {
        self.connecting.remove(connection)
        guard isFinal else { return [] }
        defer { self.waiters.removeAll() }
        return self.waiters.map { .fail(waiter: $0.id, code) }
    }

    /// A caller gives its connection back.
    mutating func returned(_ connection: Int, isUsable: Bool) -> [Action] {
        guard self.busy[connection] != nil else { return [] }
        if isUsable, !self.isShutDown { return [.reset(connection)] }
        self.busy[connection] = nil
        return [.close(connection)] + self.replace()
    }

    /// A connection is as it was after connecting, or could not be brought there.
    mutating func wasReset(_ connection: Int, isUsable: Bool, now: ContinuousClock.Instant) -> [Action] {
        guard let created = self.busy.removeValue(forKey: connection) else { return [] }
        guard isUsable, now - created < self.options.lifetimeMax, !self.isShutDown else {
            return [.close(connection)] + self.replace()
        }
        return self.offer(connection, created: created, now: now)
    }

    /// Time has passed: waits end, idle connections grow too old, failed connects are tried again.
    mutating func tick(now: ContinuousClock.Instant) -> [Action] {
        var actions: [Action] = []
        while let waiter = self.waiters.first, waiter.deadline <= now {
            self.waiters.removeFirst()
            actions.append(.fail(waiter: waiter.id, .poolTimeout))
        }
        while let idle = self.idle.first, self.connectionCount > self.options.connectionCountMin,
            now - idle.since >= self.options.idleTimeout
        {
            self.idle.removeFirst()
            actions.append(.close(idle.connection))
        }
        return actions + self.replace()
    }

    /// No more connections are lent.
    mutating func shutDown() -> [Action] {
        self.isShutDown = true
        let actions =
            self.waiters.map { Action.fail(waiter: $0.id, .poolClosed) } + self.idle.map { Action.close($0.connection) }
        self.waiters.removeAll()
        self.idle.removeAll()
        return actions
    }

    private mutating func offer(
        _ connection: Int,
        created: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) -> [Action] {
        guard !self.isShutDown else { return [.close(connection)] }
        if let waiter = self.waiters.popFirst() {
            self.busy[connection] = created
            return [.lease(connection: connection, waiter: waiter.id)]
        }
        self.idle.append(Idle(connection: connection, since: now, created: created))
        return []
    }

    /// Opens connections for those who wait, and up to the minimum.
    private mutating func replace() -> [Action] {
        guard !self.isShutDown else { return [] }
        let wanted = max(
            self.waiters.count - self.connecting.count,
            self.options.connectionCountMin - self.connectionCount
        )
        let possible = self.options.connectionCountMax - self.connectionCount
        return (0..<max(min(wanted, possible), 0)).map { _ in self.connect() }
    }

    private mutating func connect() -> Action {
        self.lastConnectionID += 1
        self.connecting.insert(self.lastConnectionID)
        return .connect(self.lastConnectionID)
    }
}
