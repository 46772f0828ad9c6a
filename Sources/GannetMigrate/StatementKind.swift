import Foundation
import GannetMySQL

/// Something that a DDL statement changes and whose definition can be shown.
enum SchemaObject: Hashable, Sendable {
    /// A table or a view.
    case table(schema: String?, name: String)
    /// `type` is PROCEDURE, FUNCTION, TRIGGER or EVENT.
    case program(type: String, schema: String?, name: String)
}

/// How a statement behaves when its runner dies, which decides how it is journalled.
enum StatementKind: Hashable, Sendable {
    /// Commits by itself; the objects' definitions tell whether it took effect.
    case ddl([SchemaObject])
    /// Runs in a transaction together with its journal row.
    case dml
    /// May be run again without harm. `isSession` statements are run again when a later statement resumes.
    case repeatable(isSession: Bool)
    /// Whether it took effect cannot be seen from outside.
    case opaque
    /// Would end the runner's own transaction or lock.
    case forbidden

    /// Classifies a statement by its leading words.
    init(classifying sql: String) {
        var words = StatementWords(sql)
        switch words.next() {
        case "CREATE", "ALTER", "DROP": self = Self.definition(&words)
        case "RENAME":
            guard words.next() == "TABLE" else {
                self = .opaque
                return
            }
            self = .ddl(words.names().map { .table(schema: $0.schema, name: $0.name) })
        case "TRUNCATE":
            _ = words.skip("TABLE")
            self = .ddl(words.names().prefix(1).map { .table(schema: $0.schema, name: $0.name) })
        case "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH": self = .dml
        case "SET": self = .repeatable(isSession: true)
        case "USE": self = .repeatable(isSession: true)
        case "SELECT", "DO", "SHOW", "ANALYZE", "OPTIMIZE", "CHECK", "FLUSH", "EXPLAIN", "GRANT", "REVOKE":
            self = .repeatable(isSession: false)
        case "BEGIN", "START", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "LOCK", "UNLOCK", "XA": self = .forbidden
        default: self = .opaque
        }
    }

    private static func definition(_ words: inout StatementWords) -> StatementKind {
        while let word = words.next() {
            switch word {
            case "TABLE":
                words.skipExistence()
                return .ddl(words.names().map { .table(schema: $0.schema, name: $0.name) })
            case "VIEW":
                words.skipExistence()
                return .ddl(words.names().prefix(1).map { .table(schema: $0.schema, name: $0.name) })
            case "INDEX":
                while let word = words.next(), word != "ON" { continue }
                return .ddl(words.names().prefix(1).map { .table(schema: $0.schema, name: $0.name) })
            case "PROCEDURE", "FUNCTION", "TRIGGER", "EVENT":
                words.skipExistence()
                return .ddl(words.names().prefix(1).map { .program(type: word, schema: $0.schema, name: $0.name) })
            case "USER", "ROLE", "DATABASE", "SCHEMA", "SERVER", "TABLESPACE", "INSTANCE", "LOGFILE", "RESOURCE":
                // Said twice they do no harm where they carry IF EXISTS or IF NOT EXISTS.
                return words.skip("IF") ? .repeatable(isSession: false) : .opaque
            default: continue
            }
        }
        return .opaque
    }
}

/// The words and names of a statement, comments left out.
private struct StatementWords {
    private var lexer: SQLLexer
    private var tokens: [SQLToken] = []
    private var index = 0

    init(_ sql: String) {
        self.lexer = SQLLexer(sql)
        while let token = self.lexer.next() {
            if token.kind != .comment { self.tokens.append(token) }
        }
    }

    /// The next word in upper case; quoted names and signs are given as they are.
    mutating func next() -> String? {
        guard self.index < self.tokens.count else { return nil }
        defer { self.index += 1 }
        return self.lexer.text(of: self.tokens[self.index]).uppercased()
    }

    mutating func skip(_ word: String) -> Bool {
        guard self.index < self.tokens.count, self.lexer.text(of: self.tokens[self.index]).uppercased() == word else {
            return false
        }
        self.index += 1
        return true
    }

    mutating func skipExistence() {
        guard self.skip("IF") else { return }
        _ = self.skip("NOT")
        _ = self.skip("EXISTS")
    }

    /// The names from here on: `a`, `a, b`, `a TO b, c TO d`, and the target of an ALTER TABLE's RENAME.
    mutating func names() -> [(schema: String?, name: String)] {
        var names: [(schema: String?, name: String)] = []
        guard let first = self.name() else { return [] }
        names.append(first)
        while self.skip(",") || self.skip("TO") {
            guard let name = self.name() else { break }
            names.append(name)
        }
        while self.index < self.tokens.count {
            guard self.skip("RENAME") else {
                self.index += 1
                continue
            }
            let isTable = self.skip("TO") || self.skip("AS")
            let isOther = self.skip("COLUMN") || self.skip("INDEX") || self.skip("KEY")
            if isTable || !isOther, let name = self.name() { names.append(name) }
        }
        return names
    }

    private mutating func name() -> (schema: String?, name: String)? {
        guard let first = self.identifier() else { return nil }
        guard self.skip("."), let second = self.identifier() else { return (nil, first) }
        return (first, second)
    }

    private mutating func identifier() -> String? {
        guard self.index < self.tokens.count else { return nil }
        let token = self.tokens[self.index]
        let text = self.lexer.text(of: token)
        switch token.kind {
        case .word:
            self.index += 1
            return text
        case .quotedIdentifier:
            self.index += 1
            return text.dropFirst().dropLast().replacingOccurrences(of: "``", with: "`")
        case .string, .number, .variable, .punctuation, .comment: return nil
        }
    }
}
