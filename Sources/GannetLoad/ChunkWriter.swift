import GannetMySQL
import NIOCore

// LOAD DATA LOCAL is not strict, whatever sql_mode says: the server skips and adjusts with warnings. Values are checked
// before they are sent, and a chunk stands only if the server reports as many rows as were sent and not one warning;
// anything else is rolled back, and the first row at fault is found by halving.

/// Sends chunks to one table.
struct ChunkWriter {
    /// INSERT statements are kept below this many bytes.
    private static let insertBytesMax = 1_000_000

    let connection: MySQLConnection
    let table: String
    let columns: [TargetColumn]
    let way: LoadWay

    /// Writes a chunk inside of the caller's transaction.
    ///
    /// - Returns: `nil`, or the server's reason for not taking all of it as it is.
    func write(_ chunk: Chunk, rows: Range<Int>) async throws(MySQLError) -> String? {
        let start = rows.lowerBound == 0 ? 0 : chunk.rowEnds[rows.lowerBound - 1]
        let end = chunk.rowEnds[rows.upperBound - 1]
        guard let bytes = chunk.rows.getSlice(at: chunk.rows.readerIndex + start, length: end - start) else {
            return "the chunk has no such rows"
        }
        do throws(MySQLError) {
            switch self.way {
            case .loadData: return try await self.load(bytes, rowCount: rows.count)
            case .insert: return try await self.insert(bytes, rowCount: rows.count)
            }
        } catch {
            // What the server says of a row is a verdict; deadlocks and lost connections are not.
            guard let serverError = error.serverError, !error.isTransient, error.connectionUsable else { throw error }
            return "\(serverError.message) (\(serverError.number))"
        }
    }

    /// Finds the first row that the server does not take, trying ever smaller beginnings of the chunk.
    ///
    /// - Returns: the row's index in the chunk, and the reason.
    func firstRejected(_ chunk: Chunk) async throws(MySQLError) -> (row: Int, reason: String)? {
        var good = 0
        var bad = chunk.rowEnds.count
        var reason: String?
        while bad - good > 1 || reason == nil {
            let middle = bad - good > 1 ? (good + bad) / 2 : bad
            try await self.connection.execute("START TRANSACTION")
            let verdict = try await self.write(chunk, rows: 0..<middle)
            try await self.connection.execute("ROLLBACK")
            if let verdict {
                bad = middle
                reason = verdict
            } else {
                guard middle < bad else { return nil }
                good = middle
            }
        }
        return reason.map { (bad - 1, $0) }
    }

    // MARK: - LOAD DATA

    private func load(_ bytes: ByteBuffer, rowCount: Int) async throws(MySQLError) -> String? {
        let result = try await self.connection.loadLocal(MySQLQuery(unsafeSQL: self.loadStatement), from: bytes)
        let isWhole = result.affectedRows == UInt64(rowCount) && result.warningCount == 0
        if isWhole { return nil }
        let warnings = try await self.connection.query("SHOW WARNINGS LIMIT 1").decode((String, Int, String).self)
            .collect()
        if let (_, number, message) = warnings.first { return "\(message) (\(number))" }
        return "the server took \(result.affectedRows) of \(rowCount) rows"
    }

    /// Binary values travel in hexadecimal and numbers for BIT columns as digits.
    private var loadStatement: String {
        var targets: [String] = []
        var assignments: [String] = []
        for (index, column) in self.columns.enumerated() {
            let name = SQLText.quoteIdentifier(column.name)
            switch column.rule {
            case .bytes:
                targets.append("@c\(index)")
                assignments.append("\(name) = UNHEX(@c\(index))")
            case .bit:
                targets.append("@c\(index)")
                assignments.append("\(name) = CAST(@c\(index) AS UNSIGNED)")
            default: targets.append(name)
            }
        }
        let assignment = assignments.isEmpty ? "" : " SET " + assignments.joined(separator: ", ")
        return """
            LOAD DATA LOCAL INFILE 'gannet' INTO TABLE \(SQLText.quoteIdentifier(self.table)) CHARACTER SET utf8mb4 \
            FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' (\(targets.joined(separator: ", ")))\
            \(assignment)
            """
    }

    // MARK: - INSERT

    private func insert(_ bytes: ByteBuffer, rowCount: Int) async throws(MySQLError) -> String? {
        let names = self.columns.map { SQLText.quoteIdentifier($0.name) }.joined(separator: ", ")
        let head = "INSERT INTO \(SQLText.quoteIdentifier(self.table)) (\(names)) VALUES "
        var statement = Array(head.utf8)
        var sentCount = 0
        // A row may be empty: one column that holds the empty string. Only behind the last newline there is no row.
        for row in bytes.readableBytesView.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
            sentCount += 1
            if statement.count > head.utf8.count { statement.append(UInt8(ascii: ",")) }
            statement.append(UInt8(ascii: "("))
            for (index, field) in row.split(separator: 0x09, omittingEmptySubsequences: false).enumerated() {
                if index > 0 { statement.append(UInt8(ascii: ",")) }
                self.appendLiteral(field, self.columns[index].rule, to: &statement)
            }
            statement.append(UInt8(ascii: ")"))
            if statement.count >= Self.insertBytesMax {
                if let problem = try await self.send(statement) { return problem }
                statement = Array(head.utf8)
            }
        }
        if statement.count > head.utf8.count, let problem = try await self.send(statement) { return problem }
        return sentCount == rowCount ? nil : "\(sentCount) of \(rowCount) rows were sent"
    }

    private func send(_ statement: [UInt8]) async throws(MySQLError) -> String? {
        let query = MySQLQuery(unsafeSQL: String(decoding: statement, as: UTF8.self))
        let result = try await self.connection.execute(query, mode: .text)
        guard result.warningCount > 0 else { return nil }
        let warnings = try await self.connection.query("SHOW WARNINGS LIMIT 1").decode((String, Int, String).self)
            .collect()
        return warnings.first.map { "\($2) (\($1))" } ?? "the server warned of something"
    }

    /// The escapes of the rows are those of string literals; only the quote needs care.
    private func appendLiteral(_ field: some Collection<UInt8>, _ rule: ColumnRule, to statement: inout [UInt8]) {
        if field.count == 2, field.elementsEqual("\\N".utf8) {
            statement.append(contentsOf: "NULL".utf8)
            return
        }
        switch rule {
        case .bytes: statement.append(contentsOf: "UNHEX('".utf8)
        case .bit: statement.append(contentsOf: "CAST('".utf8)
        default: statement.append(UInt8(ascii: "'"))
        }
        for byte in field {
            if byte == UInt8(ascii: "'") { statement.append(byte) }
            statement.append(byte)
        }
        switch rule {
        case .bytes: statement.append(contentsOf: "')".utf8)
        case .bit: statement.append(contentsOf: "' AS UNSIGNED)".utf8)
        default: statement.append(UInt8(ascii: "'"))
        }
    }
}
