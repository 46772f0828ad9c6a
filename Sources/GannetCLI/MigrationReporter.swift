import Foundation
import GannetMigrate

/// Prints a runner's events, as text for people or as NDJSON for scripts.
struct MigrationReporter: Sendable {
    let output: OutputOptions

    private struct Line: Encodable {
        var event: String
        var file: String?
        var direction: String?
        var statement: Int?
        var count: Int?
        var line: Int?
        var rows: UInt64?
        var milliseconds: Int?
        var reason: String?
        var state: String?
        var version: String?
        var changed: Bool?
    }

    func report(_ event: MigrationEvent) {
        if self.output.json {
            // Encoding these few plain fields cannot fail; a broken pipe ends the process elsewhere.
            try? Console.standard.json(Self.line(event))
        } else if !self.output.quiet {
            self.print(event)
        }
    }

    func summary(_ text: String, count: Int) {
        if self.output.json {
            try? Console.standard.json(Line(event: "summary", count: count))  // as above
        } else if !self.output.quiet {
            Console.standard.line(text)
        }
    }

    func table(_ statuses: [MigrationStatus]) throws {
        if self.output.json {
            for status in statuses {
                try Console.standard.json(
                    Line(
                        event: "status",
                        file: status.name,
                        count: status.statementCount,
                        state: Self.text(status),
                        version: status.version,
                        changed: status.isChanged
                    )
                )
            }
            return
        }
        var table = TextTable(header: ["migration", "state"])
        table.rows = statuses.map { [$0.name, Self.text($0) + ($0.isChanged ? ", file changed since" : "")] }
        for line in table.lines { Console.standard.line(line) }
    }

    private static func text(_ status: MigrationStatus) -> String {
        switch status.state {
        case .applied: "applied"
        case .pending: "pending"
        case .partlyApplied(let done): "stopped after statement \(done) of \(status.statementCount)"
        case .partlyRolledBack(let done): "stopped on the way back after \(done) statements"
        case .fileMissing: "applied, file missing"
        }
    }

    private func print(_ event: MigrationEvent) {
        let console = Console.standard
        switch event {
        case .waitingForLock(let holder): console.note("waiting for another runner: \(holder)")
        case .began(let file, let isUp, let count, let resumesAt):
            let resuming = resumesAt > 1 ? ", going on at statement \(resumesAt)" : ""
            console.line("\(isUp ? "up  " : "down") \(file) (\(count) statement\(count == 1 ? "" : "s")\(resuming))")
        case .recovered(let file, let statement):
            console.line("     \(file): statement \(statement) had taken effect before the last run broke off")
        case .statementBegan(_, _, let statement, let count, let sql):
            console.live("     \(statement)/\(count) \(sql)")
        case .statementEnded(_, let statement, let count, let rows, let duration):
            console.live(nil)
            let rowText = rows > 0 ? ", \(rows) rows" : ""
            console.line("     \(statement)/\(count) done in \(Self.milliseconds(duration)) ms\(rowText)")
        case .retrying(let file, let statement, let reason):
            console.note("\(file): statement \(statement) is tried again: \(reason)")
        case .reconnecting(let reason): console.note("connecting again: \(reason)")
        case .ended(_, _, let duration): console.line("     finished in \(Self.milliseconds(duration)) ms")
        }
    }

    private static func line(_ event: MigrationEvent) -> Line {
        switch event {
        case .waitingForLock(let holder): Line(event: "waiting", reason: holder)
        case .began(let file, let isUp, let count, let resumesAt):
            Line(event: "began", file: file, direction: isUp ? "up" : "down", statement: resumesAt, count: count)
        case .recovered(let file, let statement): Line(event: "recovered", file: file, statement: statement)
        case .statementBegan(let file, let line, let statement, let count, _):
            Line(event: "statement", file: file, statement: statement, count: count, line: line)
        case .statementEnded(let file, let statement, let count, let rows, let duration):
            Line(
                event: "done",
                file: file,
                statement: statement,
                count: count,
                rows: rows,
                milliseconds: Self.milliseconds(duration)
            )
        case .retrying(let file, let statement, let reason):
            Line(event: "retrying", file: file, statement: statement, reason: reason)
        case .reconnecting(let reason): Line(event: "reconnecting", reason: reason)
        case .ended(let file, let isUp, let duration):
            Line(
                event: "ended",
                file: file,
                direction: isUp ? "up" : "down",
                milliseconds: Self.milliseconds(duration)
            )
        }
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int(duration.seconds * 1000)
    }
}
