// Divides a script into statements the way the `mysql` client does, and better in one point: a stored program's body
// needs no DELIMITER, because its blocks are counted.
//
// The delimiter counts only outside of strings, quoted names and comments. After CREATE … PROCEDURE, FUNCTION,
// TRIGGER or EVENT (and MariaDB's BEGIN NOT ATOMIC) a `;` ends the statement only where every BEGIN, CASE, IF, LOOP,
// REPEAT and WHILE has met its END. IF and REPEAT are also functions: they open a block only where a statement may
// begin.

/// A statement of a script.
package struct SQLStatement: Hashable, Sendable {
    /// The text from its first token to the last, without the delimiter.
    package var text: String
    /// The line that its first token is on, counted from 1.
    package var line: Int

    package init(text: String, line: Int) {
        self.text = text
        self.line = line
    }
}

/// Walks the statements of a script that is in memory.
package struct SQLStatementSplitter {
    private var lexer: SQLLexer
    private var delimiter: [UInt8] = [UInt8(ascii: ";")]
    private var line: Int
    /// Up to where newlines have been counted.
    private var countedOffset = 0

    /// Starts at the beginning of a script.
    ///
    /// `firstLine` is the number of its first line in the file that it stands in.
    package init(_ script: some Collection<UInt8>, firstLine: Int = 1, mode: SQLLexicalMode = SQLLexicalMode()) {
        self.lexer = SQLLexer(Array(script), mode: mode)
        self.line = firstLine
    }

    /// All statements of a script.
    package static func statements(in script: some StringProtocol) -> [SQLStatement] {
        var splitter = SQLStatementSplitter(script.utf8)
        var statements: [SQLStatement] = []
        while let statement = splitter.next() { statements.append(statement) }
        return statements
    }

    /// The next statement, or `nil` at the end; comments alone are none.
    package mutating func next() -> SQLStatement? {
        var program = ProgramTracker()
        var start: Int?
        var end = 0
        while true {
            self.skipSpace()
            let offset = self.lexer.offset
            guard offset < self.lexer.bytes.count else { return start.map { self.statement($0..<end) } }
            if self.isDelimiter(at: offset), !program.isOpen || self.delimiter != [UInt8(ascii: ";")] {
                self.lexer.offset = offset + self.delimiter.count
                if let start { return self.statement(start..<end) }
                continue
            }
            guard let token = self.lexer.next() else { return start.map { self.statement($0..<end) } }
            if token.kind == .comment, !self.isExecutable(token) { continue }
            if start == nil, token.kind == .word, self.isDelimiterCommand(token) {
                self.readDelimiter()
                continue
            }
            if start == nil { start = token.range.lowerBound }
            end = self.clipAtDelimiter(token)
            program.take(
                self.lexer.text(of: SQLToken(kind: token.kind, range: token.range.lowerBound..<end)),
                token.kind
            )
        }
    }

    // MARK: - Delimiters

    private func isDelimiter(at offset: Int) -> Bool {
        self.lexer.bytes.count - offset >= self.delimiter.count
            && self.delimiter.indices.allSatisfy { self.lexer.bytes[offset + $0] == self.delimiter[$0] }
    }

    /// A word such as `END$$` holds a delimiter that the lexer does not know of; the statement ends in front of it.
    private mutating func clipAtDelimiter(_ token: SQLToken) -> Int {
        guard token.kind == .word || token.kind == .number || token.kind == .variable else {
            return token.range.upperBound
        }
        for offset in token.range.dropFirst() where self.isDelimiter(at: offset) {
            self.lexer.offset = offset
            return offset
        }
        return token.range.upperBound
    }

    private func isDelimiterCommand(_ token: SQLToken) -> Bool {
        self.lexer.text(of: token).lowercased() == "delimiter"
    }

    /// Takes the rest of the line; quotes around the delimiter are allowed and dropped.
    private mutating func readDelimiter() {
        let bytes = self.lexer.bytes
        let lineEnd = bytes[self.lexer.offset...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        var argument = bytes[self.lexer.offset..<lineEnd]
        while let byte = argument.first, SQLLexer.isSpace(byte) { argument.removeFirst() }
        while let byte = argument.last, SQLLexer.isSpace(byte) { argument.removeLast() }
        if let quote = argument.first, argument.count > 2, argument.last == quote,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        {
            argument = argument.dropFirst().dropLast()
        }
        let word = argument.prefix { !SQLLexer.isSpace($0) }
        if !word.isEmpty { self.delimiter = Array(word) }
        self.lexer.offset = lineEnd
    }

    // MARK: - Text

    /// `/*! … */` and `/*M! … */` are code to the server.
    private func isExecutable(_ token: SQLToken) -> Bool {
        let text = self.lexer.bytes[token.range]
        return text.starts(with: Array("/*!".utf8)) || text.starts(with: Array("/*M!".utf8))
    }

    private mutating func skipSpace() {
        while self.lexer.offset < self.lexer.bytes.count, SQLLexer.isSpace(self.lexer.bytes[self.lexer.offset]) {
            self.lexer.offset += 1
        }
    }

    private mutating func statement(_ range: Range<Int>) -> SQLStatement {
        for offset in self.countedOffset..<max(range.lowerBound, self.countedOffset)
        where self.lexer.bytes[offset] == UInt8(ascii: "\n") {
            self.line += 1
        }
        self.countedOffset = max(range.lowerBound, self.countedOffset)
        return SQLStatement(text: String(decoding: self.lexer.bytes[range], as: UTF8.self), line: self.line)
    }
}

/// Counts the open blocks of a stored program.
private struct ProgramTracker {
    private enum Phase {
        case start
        case header
        case body
        case notAProgram
    }

    private var phase = Phase.start
    private var blockDepth = 0
    private var previous = ""
    private var isAfterEnd = false

    /// Whether a `;` is inside the program.
    var isOpen: Bool { self.phase == .body && self.blockDepth > 0 }

    private static let programs: Set<String> = ["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"]
    private static let others: Set<String> = [
        "TABLE", "INDEX", "UNIQUE", "FULLTEXT", "SPATIAL", "VIEW", "USER", "ROLE", "DATABASE", "SCHEMA", "SERVER",
        "TABLESPACE", "LOGFILE", "RESOURCE", "SEQUENCE",
    ]
    /// Behind these a statement may begin, so that IF and REPEAT are blocks and not functions.
    private static let statementOpeners: Set<String> = [
        ";", "BEGIN", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":", "ROW", ")", "DETERMINISTIC", "DATA", "SQL",
    ]
    private static let blockEnds: Set<String> = ["IF", "CASE", "LOOP", "REPEAT", "WHILE"]

    mutating func take(_ text: String, _ kind: SQLToken.Kind) {
        let word = kind == .word ? text.uppercased() : kind == .punctuation ? text : "'"
        defer { self.previous = word }
        switch self.phase {
        case .start:
            self.phase = word == "CREATE" ? .header : word == "BEGIN" ? .header : .notAProgram
        case .header:
            if self.previous == "BEGIN" {
                self.phase = word == "NOT" ? .body : .notAProgram
                self.blockDepth = 1
            } else if Self.programs.contains(word) {
                self.phase = .body
            } else if Self.others.contains(word) {
                self.phase = .notAProgram
            }
        case .body:
            guard kind == .word else {
                self.isAfterEnd = false
                return
            }
            self.takeBodyWord(word)
        case .notAProgram: return
        }
    }

    private mutating func takeBodyWord(_ word: String) {
        if self.isAfterEnd, Self.blockEnds.contains(word) {
            self.isAfterEnd = false
            return
        }
        self.isAfterEnd = false
        switch word {
        case "BEGIN", "CASE": self.blockDepth += 1
        case "IF", "LOOP", "REPEAT", "WHILE":
            if Self.statementOpeners.contains(self.previous) { self.blockDepth += 1 }
        case "END":
            self.blockDepth = max(self.blockDepth - 1, 0)
            self.isAfterEnd = true
        default: return
        }
    }
}
