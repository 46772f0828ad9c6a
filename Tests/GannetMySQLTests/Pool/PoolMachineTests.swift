import Testing

@testable import GannetMySQL

@Suite struct PoolMachineTests {
    private static let start = ContinuousClock.now

    private func machine(min: Int = 0, max: Int = 2) -> PoolMachine {
        var options = MySQLClient.PoolOptions()
        options.connectionCountMin = min
        options.connectionCountMax = max
        return PoolMachine(options: options)
    }

    @Test("Opens connections up to the limit, then callers queue in order")
    func queue() {
        var machine = self.machine()
        let now = Self.start
        #expect(machine.request(waiter: 1, now: now) == [.connect(1)])
        #expect(machine.request(waiter: 2, now: now) == [.connect(2)])
        #expect(machine.request(waiter: 3, now: now) == [])
        #expect(machine.connected(2, now: now) == [.lease(connection: 2, waiter: 1)])
        #expect(machine.connected(1, now: now) == [.lease(connection: 1, waiter: 2)])
        #expect(machine.returned(1, isUsable: true) == [.reset(1)])
        #expect(machine.wasReset(1, isUsable: true, now: now) == [.lease(connection: 1, waiter: 3)])
    }

    @Test("A connection that cannot be used is closed, and replaced for those who wait")
    func unusable() {
        var machine = self.machine(max: 1)
        _ = machine.request(waiter: 1, now: Self.start)
        _ = machine.connected(1, now: Self.start)
        _ = machine.request(waiter: 2, now: Self.start)
        #expect(machine.returned(1, isUsable: false) == [.close(1), .connect(2)])
        #expect(machine.connected(2, now: Self.start) == [.lease(connection: 2, waiter: 2)])
    }

    @Test("A wait ends at its deadline; a final connect error ends it at once")
    func waits() {
        var machine = self.machine()
        _ = machine.request(waiter: 1, now: Self.start)
        #expect(machine.connectFailed(1, code: .connectFailed, isFinal: false) == [])
        #expect(machine.tick(now: Self.start + .seconds(1)) == [.connect(2)])
        #expect(machine.tick(now: Self.start + .seconds(10)) == [.fail(waiter: 1, .poolTimeout)])
        _ = machine.request(waiter: 2, now: Self.start)
        #expect(machine.connectFailed(2, code: .server, isFinal: true) == [.fail(waiter: 2, .server)])
    }

    @Test("Idle and old connections are closed, down to the minimum")
    func ageing() {
        var machine = self.machine(min: 1)
        #expect(machine.start() == [.connect(1)])
        _ = machine.connected(1, now: Self.start)
        #expect(machine.tick(now: Self.start + .seconds(100)) == [])
        #expect(machine.request(waiter: 1, now: Self.start) == [.lease(connection: 1, waiter: 1)])
        _ = machine.returned(1, isUsable: true)
        #expect(machine.wasReset(1, isUsable: true, now: Self.start + .seconds(1801)) == [.close(1), .connect(2)])
    }

    @Test("After shutting down nobody waits and nothing is lent")
    func shutDown() {
        var machine = self.machine(max: 1)
        _ = machine.request(waiter: 1, now: Self.start)
        _ = machine.connected(1, now: Self.start)
        _ = machine.request(waiter: 2, now: Self.start)
        #expect(machine.shutDown() == [.fail(waiter: 2, .poolClosed)])
        #expect(machine.request(waiter: 3, now: Self.start) == [.fail(waiter: 3, .poolClosed)])
        #expect(machine.returned(1, isUsable: true) == [.close(1)])
    }

    @Test("A cancelled caller leaves the queue once")
    func cancel() {
        var machine = self.machine()
        _ = machine.request(waiter: 1, now: Self.start)
        #expect(machine.cancel(waiter: 1) == [.fail(waiter: 1, .cancelled)])
        #expect(machine.cancel(waiter: 1) == [])
        #expect(machine.connected(1, now: Self.start) == [])
    }
}
