import Foundation
import Synchronization

/// The only place that writes to the process' standard output and error.
///
/// Results go to standard output; progress and errors go to standard error, so that a pipe gets results only.
/// A live line (progress bar) is redrawn in place on a terminal and is never written to anything else.
final class Console: Sendable {
    static let standard = Console()

    /// Whether standard error is a terminal that can redraw a line.
    let isInteractive: Bool
    /// Whether colour may be used: a terminal, and `NO_COLOR` not set (no-color.org).
    let usesColor: Bool
    private let liveLine = Mutex<String?>(nil)

    init(
        isInteractive: Bool = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb",
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.isInteractive = isInteractive
        self.usesColor = isInteractive && environment["NO_COLOR"] == nil
    }

    /// Columns of the terminal; 80 where it does not say.
    var width: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Writes a result line to standard output.
    func line(_ text: String = "") {
        self.write(text, to: STDOUT_FILENO)
    }

    /// Writes a line about what is going on to standard error.
    func note(_ text: String) {
        self.write(text, to: STDERR_FILENO)
    }

    /// Writes `error: …` to standard error.
    func error(_ text: String) {
        self.write(self.usesColor ? "\u{1B}[1;31merror:\u{1B}[0m \(text)" : "error: \(text)", to: STDERR_FILENO)
    }

    /// Writes text that already carries its own prefix to standard error.
    func rawError(_ text: String) {
        self.write(text, to: STDERR_FILENO)
    }

    /// Writes one event as a line of JSON (NDJSON) to standard output.
    func json(_ event: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        self.write(String(decoding: try encoder.encode(event), as: UTF8.self), to: STDOUT_FILENO)
    }

    /// Redraws the live line; does nothing where standard error is not a terminal.
    ///
    /// `nil` clears it.
    func live(_ text: String?) {
        guard self.isInteractive else { return }
        self.liveLine.withLock { current in
            guard current != text else { return }
            let clipped = text.map { String($0.prefix(max(self.width - 1, 1))) }
            Self.writeAll("\r\u{1B}[2K" + (clipped ?? ""), to: STDERR_FILENO)
            current = text
        }
    }

    private func write(_ text: String, to descriptor: Int32) {
        self.liveLine.withLock { current in
            guard let live = current else { return Self.writeAll(text + "\n", to: descriptor) }
            Self.writeAll("\r\u{1B}[2K", to: STDERR_FILENO)
            Self.writeAll(text + "\n", to: descriptor)
            Self.writeAll(String(live.prefix(max(self.width - 1, 1))), to: STDERR_FILENO)
        }
    }

    /// A broken pipe ends quietly: the reader has what it wanted.
    private static func writeAll(_ text: String, to descriptor: Int32) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if written > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[written...])
                } else if written < 0, errno == EINTR {
                    continue
                } else {
                    return
                }
            }
        }
    }
}
