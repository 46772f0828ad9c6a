import ArgumentParser
import Foundation
import Synchronization

/// Counts stop signals and turns them into `Interruption`s.
final class SignalCounter: Sendable {
    private let count = Mutex(0)
    private let onSignal: @Sendable (Interruption) -> Void

    init(onSignal: @escaping @Sendable (Interruption) -> Void) {
        self.onSignal = onSignal
    }

    func received() {
        let count = self.count.withLock { count in
            count += 1
            return count
        }
        switch count {
        case 1: self.onSignal(.soft)
        case 2: self.onSignal(.hard)
        default: exit(ExitCodes.interrupted.rawValue)
        }
    }
}
