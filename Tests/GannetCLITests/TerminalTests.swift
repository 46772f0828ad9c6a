import Synchronization
import Testing

@testable import GannetCLI

@Suite struct ProgressBarTests {
    @Test("Never exceeds the terminal's width by much, and clamps", arguments: [0.0, 0.5, 1.0, 7.0])
    func fraction(_ completed: Double) {
        let bar = ProgressBar(label: "orders", completed: completed, total: 1, elapsed: .seconds(10), detail: "9 rows")
        let text = bar.text(width: 80)
        #expect(text.count <= 80)
        #expect(text.contains(completed >= 1 ? "100%" : "\(Int(completed * 100))%"))
    }

    @Test("Estimates the time left from the time spent")
    func remaining() {
        let bar = ProgressBar(label: "t", completed: 25, total: 100, elapsed: .seconds(20), detail: "")
        #expect(bar.text(width: 80).contains("01:00 left"))
    }

    @Test("Shows no percentage where the end is unknown")
    func unknownTotal() {
        let bar = ProgressBar(label: "t", completed: 25, total: nil, elapsed: .seconds(61), detail: "25 rows")
        #expect(bar.text(width: 80) == "t  25 rows  01:01")
    }

    @Test(
        "Formats durations",
        arguments: [(0.0, "00:00"), (59.9, "00:59"), (3_661, "1:01:01"), (-1, "00:00"), (.nan, "00:00")]
    )
    func clock(_ seconds: Double, _ text: String) {
        #expect(ProgressBar.clock(seconds) == text)
    }
}

@Suite struct TextTableTests {
    @Test("Aligns columns and drops trailing spaces")
    func aligns() {
        var table = TextTable(header: ["table", "rows"], alignments: [.left, .right])
        table.rows = [["users", "400"], ["größe", "7"]]
        #expect(table.lines == ["table  rows", "-----  ----", "users   400", "größe     7"])
    }

    @Test("Takes short rows as empty cells")
    func shortRow() {
        var table = TextTable(header: ["a", "b"])
        table.rows = [["x"]]
        #expect(table.lines == ["a  b", "-  -", "x"])
    }
}

@Suite struct SignalCounterTests {
    @Test("First signal is soft, second hard")
    func order() {
        let seen = Mutex<[Interruption]>([])
        let counter = SignalCounter { interruption in seen.withLock { $0.append(interruption) } }
        counter.received()
        counter.received()
        #expect(seen.withLock { $0 } == [.soft, .hard])
    }
}
