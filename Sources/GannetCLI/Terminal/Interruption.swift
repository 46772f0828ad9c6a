import Dispatch
import Foundation

/// What a stop signal asks for.
enum Interruption: Equatable {
    /// First SIGINT or SIGTERM: finish or roll back what is in hand, then stop.
    case soft
    /// Second one: stop the running statement too.
    case hard
}

/// Runs `body` with SIGINT and SIGTERM delivered to `onSignal` instead of ending the process.
///
/// A third signal ends the process at once with 130, for the case that the server answers no more.
func withInterruptHandling<R: Sendable>(
    onSignal: @escaping @Sendable (Interruption) -> Void,
    _ body: () async throws -> R
) async rethrows -> R {
    let queue = DispatchQueue(label: "gannet.signals")
    let counter = SignalCounter(onSignal: onSignal)
    let sources = [SIGINT, SIGTERM].map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { counter.received() }
        source.resume()
        return source
    }
    defer {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
    return try await body()
}
