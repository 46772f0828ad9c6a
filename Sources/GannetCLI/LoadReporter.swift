import Foundation
import GannetLoad
import Synchronization

/// Prints a loader's events: a live bar and a final table for people, NDJSON for scripts.
final class LoadReporter: Sendable {
    private struct Line: Encodable {
        var event: String
        var source: String?
        var table: String?
        var rows: Int?
        var newRows: Int?
        var bytes: Int64?
        var milliseconds: Int?
        var way: String?
        var reason: String?
        var columns: [String]?
        var resumesAtLine: Int?
        var verified: Bool?
    }

    private struct Current {
        var byteCount: Int64?
        var start: ContinuousClock.Instant
    }

    private let output: OutputOptions
    private let current = Mutex(Current(byteCount: nil, start: .now))

    init(output: OutputOptions) {
        self.output = output
    }

    func report(_ event: LoadEvent) {
        if self.output.json {
            // Encoding these few plain fields cannot fail; a broken pipe ends the process elsewhere.
            try? Console.standard.json(Self.line(event))
        } else if !self.output.quiet {
            self.print(event)
        }
    }

    func summary(_ loaded: [LoadedSource]) throws {
        guard self.output.isVerbose else { return }
        Console.standard.live(nil)
        var table = TextTable(
            header: ["table", "rows", "new", "MB", "MB/s", "seconds", "counts"],
            alignments: [.left, .right, .right, .right, .right, .right, .left]
        )
        for source in loaded {
            let megabytes = Double(source.byteCount) / 1_000_000
            let seconds = source.duration.seconds
            table.rows.append([
                source.table, "\(source.rowCount)", "\(source.newRowCount)", String(format: "%.2f", megabytes),
                seconds > 0 ? String(format: "%.1f", megabytes / seconds) : "",
                String(format: "%.2f", seconds),
                source.isVerified == true ? "verified" : source.newRowCount == 0 ? "loaded before" : "not counted",
            ])
        }
        for line in table.lines { Console.standard.line(line) }
    }

    private func print(_ event: LoadEvent) {
        let console = Console.standard
        switch event {
        case .way: return
        case .began(let source, let table, let byteCount, let resumesAtLine):
            self.current.withLock { $0 = Current(byteCount: byteCount, start: .now) }
            if let resumesAtLine { console.note("\(source) -> \(table): going on at line \(resumesAtLine)") }
        case .defaulted(let table, let columns):
            console.note("\(table): not in the source, left to their defaults: \(columns.joined(separator: ", "))")
        case .committed(_, let table, let rows, let bytes):
            let current = self.current.withLock { $0 }
            let bar = ProgressBar(
                label: table,
                completed: Double(bytes),
                total: current.byteCount.map(Double.init),
                elapsed: ContinuousClock.now - current.start,
                detail: "\(rows) rows"
            )
            console.live(bar.text(width: console.width))
        case .reconnecting(let reason): console.note("connecting again: \(reason)")
        case .ended: console.live(nil)
        }
    }

    private static func line(_ event: LoadEvent) -> Line {
        switch event {
        case .way(let way, let reason): Line(event: "way", way: way.rawValue, reason: reason)
        case .began(let source, let table, let byteCount, let resumesAtLine):
            Line(event: "began", source: source, table: table, bytes: byteCount, resumesAtLine: resumesAtLine)
        case .defaulted(let table, let columns): Line(event: "defaulted", table: table, columns: columns)
        case .committed(let source, let table, let rows, let bytes):
            Line(event: "committed", source: source, table: table, rows: rows, bytes: bytes)
        case .reconnecting(let reason): Line(event: "reconnecting", reason: reason)
        case .ended(let loaded):
            Line(
                event: "ended",
                source: loaded.source,
                table: loaded.table,
                rows: loaded.rowCount,
                newRows: loaded.newRowCount,
                bytes: loaded.byteCount,
                milliseconds: Int(loaded.duration.seconds * 1000),
                verified: loaded.isVerified
            )
        }
    }
}
