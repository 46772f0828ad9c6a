// A lexer for MySQL's SQL over bytes. It knows what is inside a literal, a name or a comment, which is all that
// splitting, redacting and classifying statements need; it does not know the grammar.
// Source: MySQL Reference Manual, "Language Structure".

/// What the server's `sql_mode` changes about lexing.
package struct SQLLexicalMode: Hashable, Sendable {
    /// "…" is a name instead of a string (ANSI_QUOTES).
    package var ansiQuotes = false
    /// A backslash is an ordinary character in strings (NO_BACKSLASH_ESCAPES).
    package var noBackslashEscapes = false

    package init(ansiQuotes: Bool = false, noBackslashEscapes: Bool = false) {
        self.ansiQuotes = ansiQuotes
        self.noBackslashEscapes = noBackslashEscapes
    }

    /// Reads the mode from the value of `@@sql_mode`.
    package init(sqlMode: String) {
        let modes = sqlMode.uppercased().split(separator: ",")
        self.init(
            ansiQuotes: modes.contains("ANSI_QUOTES") || modes.contains("ANSI"),
            noBackslashEscapes: modes.contains("NO_BACKSLASH_ESCAPES")
        )
    }
}

/// A piece of SQL.
package struct SQLToken: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// Keyword or name without quotes.
        case word
        /// `name`, or "name" under ANSI_QUOTES.
        case quotedIdentifier
        /// '…' or "…", also with a prefix such as N, x or b glued in front as a word.
        case string
        /// Digits, decimals, 0x… and exponents.
        case number
        /// @user or @@system variable.
        case variable
        /// One operator or bracket character.
        case punctuation
        /// `-- …`, `# …` or `/* … */`; `/*! … */`, `/*M! … */` and `/*+ … */` too.
        case comment
    }

    package var kind: Kind
    /// Offsets in bytes.
    package var range: Range<Int>
}

/// Walks the tokens of a piece of SQL that is wholly in memory.
package struct SQLLexer {
    package let bytes: [UInt8]
    package let mode: SQLLexicalMode
    /// Where the next token is looked for, in bytes.
    package var offset = 0

    package init(_ bytes: [UInt8], mode: SQLLexicalMode = SQLLexicalMode()) {
        self.bytes = bytes
        self.mode = mode
    }

    package init(_ sql: some StringProtocol, mode: SQLLexicalMode = SQLLexicalMode()) {
        self.init(Array(sql.utf8), mode: mode)
    }

    /// A token's text as it stands.
    package func text(of token: SQLToken) -> String {
        String(decoding: self.bytes[token.range], as: UTF8.self)
    }

    /// The next token, or `nil` at the end; an unterminated literal or comment reaches to the end.
    package mutating func next() -> SQLToken? {
        while self.offset < self.bytes.count, Self.isSpace(self.bytes[self.offset]) { self.offset += 1 }
        guard self.offset < self.bytes.count else { return nil }
        let start = self.offset
        let (kind, end) = self.scan(from: start)
        self.offset = max(end, start + 1)
        return SQLToken(kind: kind, range: start..<self.offset)
    }

    private func scan(from start: Int) -> (SQLToken.Kind, Int) {
        let byte = self.bytes[start]
        switch byte {
        case UInt8(ascii: "'"): return (.string, self.endOfQuoted(start, escapes: !self.mode.noBackslashEscapes))
        case UInt8(ascii: "\""):
            if self.mode.ansiQuotes { return (.quotedIdentifier, self.endOfQuoted(start, escapes: false)) }
            return (.string, self.endOfQuoted(start, escapes: !self.mode.noBackslashEscapes))
        case UInt8(ascii: "`"): return (.quotedIdentifier, self.endOfQuoted(start, escapes: false))
        case UInt8(ascii: "#"): return (.comment, self.endOfLine(start))
        case UInt8(ascii: "-") where self.startsDashComment(start): return (.comment, self.endOfLine(start))
        case UInt8(ascii: "/") where self.at(start + 1) == UInt8(ascii: "*"):
            return (.comment, self.endOfBlockComment(start))
        case UInt8(ascii: "@"): return (.variable, self.endOfVariable(start))
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return self.scanNumber(start)
        case UInt8(ascii: ".") where Self.isDigit(self.at(start + 1)): return self.scanNumber(start)
        default:
            guard Self.isWord(byte) else { return (.punctuation, start + 1) }
            return (.word, self.endOfWord(start))
        }
    }

    /// The offset behind the closing quote; a doubled quote does not close.
    private func endOfQuoted(_ start: Int, escapes: Bool) -> Int {
        let quote = self.bytes[start]
        var index = start + 1
        while index < self.bytes.count {
            let byte = self.bytes[index]
            if byte == quote {
                guard self.at(index + 1) == quote else { return index + 1 }
                index += 2
            } else if byte == UInt8(ascii: "\\"), escapes {
                index += 2
            } else {
                index += 1
            }
        }
        return self.bytes.count
    }

    private func startsDashComment(_ start: Int) -> Bool {
        guard self.at(start + 1) == UInt8(ascii: "-") else { return false }
        guard let third = self.at(start + 2) else { return true }
        return Self.isSpace(third) || third < 0x20
    }

    private func endOfLine(_ start: Int) -> Int {
        self.bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? self.bytes.count
    }

    private func endOfBlockComment(_ start: Int) -> Int {
        var index = start + 2
        while index + 1 < self.bytes.count {
            if self.bytes[index] == UInt8(ascii: "*"), self.bytes[index + 1] == UInt8(ascii: "/") { return index + 2 }
            index += 1
        }
        return self.bytes.count
    }

    private func endOfVariable(_ start: Int) -> Int {
        var index = start + 1
        if self.at(index) == UInt8(ascii: "@") { index += 1 }
        if let quote = self.at(index),
            quote == UInt8(ascii: "`") || quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        {
            return self.endOfQuoted(index, escapes: false)
        }
        while let byte = self.at(index), Self.isWord(byte) || byte == UInt8(ascii: ".") { index += 1 }
        return index
    }

    /// Digits may begin a name, as in `1st`; then it is a word.
    private func scanNumber(_ start: Int) -> (SQLToken.Kind, Int) {
        var index = start
        var hasPoint = false
        while let byte = self.at(index) {
            if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") {
                let previous = self.bytes[index - 1] | 0x20
                guard index > start, previous == UInt8(ascii: "e"), self.at(start + 1) != UInt8(ascii: "x") else {
                    break
                }
            } else if !Self.isWord(byte) {
                break
            }
            index += 1
        }
        let body = self.bytes[start..<index]
        let isHexadecimal =
            body.count > 2 && self.bytes[start] == UInt8(ascii: "0")
            && self.at(start + 1).map { $0 | 0x20 == UInt8(ascii: "x") || $0 | 0x20 == UInt8(ascii: "b") } == true
        let isNumber =
            isHexadecimal
            || body.allSatisfy {
                Self.isDigit($0) || $0 == UInt8(ascii: ".") || $0 | 0x20 == UInt8(ascii: "e") || $0 == UInt8(ascii: "+")
                    || $0 == UInt8(ascii: "-")
            }
        return isNumber ? (.number, index) : (.word, self.endOfWord(start))
    }

    private func endOfWord(_ start: Int) -> Int {
        var index = start
        while let byte = self.at(index), Self.isWord(byte) { index += 1 }
        return index
    }

    private func at(_ index: Int) -> UInt8? {
        index < self.bytes.count ? self.bytes[index] : nil
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    /// Letters, digits, `_`, `$` and everything that is not ASCII.
    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
            true
        default: false
        }
    }
}
