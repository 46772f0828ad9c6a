import GannetAdvise

/// Prints advice and measurements, as text for people or as NDJSON for scripts.
struct AdviceReporter {
    let output: OutputOptions

    private struct IndexLine: Encodable {
        var event = "index"
        var rank: Int
        var table: String
        var name: String
        var statement: String
        var undo: String
        var reason: String
        var effects: [QueryEffect]
        var bytes: Double
        var replaces: [String]
        var makesRedundant: [String]
        var confidence = Advice.confidence
    }

    private struct TextLine: Encodable {
        var event: String
        var query: String?
        var message: String
    }

    private struct MeasurementLine: Encodable {
        var event = "measurement"
        var now: QueryMeasurement
        var before: QueryMeasurement?
    }

    func report(_ advice: Advice) throws {
        if self.output.json { return try self.printJSON(advice) }
        guard !self.output.quiet else { return }
        let console = Console.standard
        for (position, index) in advice.indexes.enumerated() {
            console.line("\(position + 1). \(index.statement);")
            console.line("   why: \(index.reason)")
            for effect in index.effects {
                console.line(
                    "   for: \(effect.query): rows read \(Self.count(effect.rowsNow)) -> \(Self.count(effect.rowsThen))"
                )
            }
            console.line("   takes about \(Self.bytes(index.bytes)) and makes writes to \(index.table.name) dearer")
            if !index.replaces.isEmpty {
                let names = index.replaces.map(\.name).joined(separator: ", ")
                console.line("   takes over from \(names), which InnoDB made for the foreign key")
            }
            if !index.makesRedundant.isEmpty {
                console.line("   makes needless: \(index.makesRedundant.joined(separator: ", "))")
            }
            console.line()
        }
        for finding in advice.findings { console.line("finding: \(finding.query): \(finding.message)") }
        for note in advice.notes { console.line("note: \(note)") }
        console.line(
            advice.indexes.isEmpty
                ? "no index to advise"
                : "\(advice.indexes.count) index\(advice.indexes.count == 1 ? "" : "es"), \(Advice.confidence)"
        )
    }

    private func printJSON(_ advice: Advice) throws {
        for (position, index) in advice.indexes.enumerated() {
            try Console.standard.json(
                IndexLine(
                    rank: position + 1,
                    table: "\(index.table)",
                    name: index.index.name,
                    statement: index.statement,
                    undo: index.undoStatement,
                    reason: index.reason,
                    effects: index.effects,
                    bytes: index.bytes,
                    replaces: index.replaces.map(\.name),
                    makesRedundant: index.makesRedundant
                )
            )
        }
        for finding in advice.findings {
            try Console.standard.json(TextLine(event: "finding", query: finding.query, message: finding.message))
        }
        for note in advice.notes { try Console.standard.json(TextLine(event: "note", message: note)) }
    }

    func wrote(_ path: String) throws {
        if self.output.json {
            try Console.standard.json(TextLine(event: "migration", message: path))
        } else if !self.output.quiet {
            Console.standard.line("wrote \(path); apply it with: gannet migrate up")
        }
    }

    func report(_ measurement: WorkloadMeasurement, before: WorkloadMeasurement?) throws {
        let earlier = Dictionary(
            (before?.queries ?? []).map { ($0.query, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        if self.output.json {
            for query in measurement.queries {
                try Console.standard.json(MeasurementLine(now: query, before: earlier[query.query]))
            }
            return
        }
        guard !self.output.quiet else { return }
        let table = before == nil ? Self.table(measurement) : Self.table(measurement, earlier)
        for line in table.lines { Console.standard.line(line) }
        for skipped in measurement.skipped { Console.standard.note("not run: \(skipped)") }
    }

    private static func table(_ measurement: WorkloadMeasurement) -> TextTable {
        var table = TextTable(
            header: ["query", "ms", "rows read", "access"],
            alignments: [.left, .right, .right, .left]
        )
        table.rows = measurement.queries.map {
            [$0.query, self.milliseconds($0.milliseconds), self.count($0.rowsRead), $0.access]
        }
        let total = measurement.queries.reduce(0) { $0 + $1.milliseconds }
        let rows = measurement.queries.reduce(0) { $0 + $1.rowsRead }
        table.rows.append(["total", self.milliseconds(total), self.count(rows)])
        return table
    }

    private static func table(_ now: WorkloadMeasurement, _ earlier: [String: QueryMeasurement]) -> TextTable {
        var table = TextTable(
            header: ["query", "ms before", "ms now", "faster", "rows before", "rows now", "access"],
            alignments: [.left, .right, .right, .right, .right, .right, .left]
        )
        var (timeBefore, timeNow, rowsBefore, rowsNow) = (0.0, 0.0, 0.0, 0.0)
        for query in now.queries {
            guard let before = earlier[query.query] else {
                table.rows.append([
                    query.query, "", self.milliseconds(query.milliseconds), "", "", self.count(query.rowsRead),
                ])
                continue
            }
            timeBefore += before.milliseconds
            timeNow += query.milliseconds
            rowsBefore += before.rowsRead
            rowsNow += query.rowsRead
            table.rows.append([
                query.query, self.milliseconds(before.milliseconds), self.milliseconds(query.milliseconds),
                self.factor(before.milliseconds, query.milliseconds), self.count(before.rowsRead),
                self.count(query.rowsRead),
                before.access == query.access ? query.access : "\(before.access) -> \(query.access)",
            ])
        }
        table.rows.append([
            "total", self.milliseconds(timeBefore), self.milliseconds(timeNow), self.factor(timeBefore, timeNow),
            self.count(rowsBefore), self.count(rowsNow),
            "time \(self.change(timeBefore, timeNow)), rows \(self.change(rowsBefore, rowsNow))",
        ])
        return table
    }

    private static func milliseconds(_ value: Double) -> String { self.decimal(value, places: 2) }

    private static func factor(_ before: Double, _ now: Double) -> String {
        now > 0 ? self.decimal(before / now, places: 1) + "x" : ""
    }

    private static func change(_ before: Double, _ now: Double) -> String {
        guard before > 0 else { return "unchanged" }
        let percent = (now / before - 1) * 100
        return (percent > 0 ? "+" : "") + self.decimal(percent, places: 0) + " %"
    }

    /// Plain decimals without a locale.
    static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "-" }
        let scale = places == 0 ? 1 : places == 1 ? 10 : 100
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard scale > 1 else { return sign + String(scaled) }
        let fraction = String(scaled % scale)
        return sign + "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// A whole number with thousands apart.
    static func count(_ value: Double) -> String {
        let digits = Self.decimal(value, places: 0)
        var groups = ""
        for (position, digit) in digits.reversed().enumerated() {
            if position > 0, position.isMultiple(of: 3), digit != "-" { groups.append(",") }
            groups.append(digit)
        }
        return String(groups.reversed())
    }

    static func bytes(_ value: Double) -> String {
        value >= 1e6 ? Self.decimal(value / 1e6, places: 1) + " MB" : Self.decimal(value / 1e3, places: 0) + " kB"
    }
}
