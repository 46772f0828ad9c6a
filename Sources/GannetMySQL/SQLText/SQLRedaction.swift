extension SQLText {
    /// SQL whose string, number and hexadecimal literals are replaced by `?`, cut to a length in bytes.
    ///
    /// Used wherever SQL reaches a log or an error: a literal may be a password or somebody's data. Comments go, too.
    package static func redacted(_ sql: some StringProtocol, bytesMax: Int = .max) -> String {
        var lexer = SQLLexer(Array(sql.utf8.prefix(bytesMax == .max ? sql.utf8.count : bytesMax &* 4)))
        var redacted = ""
        var previousEnd = 0
        while let token = lexer.next() {
            if token.kind == .comment { continue }
            if previousEnd > 0, token.range.lowerBound > previousEnd, redacted.last != " " { redacted += " " }
            previousEnd = token.range.upperBound
            switch token.kind {
            case .string, .number: redacted += "?"
            case .word, .quotedIdentifier, .punctuation, .variable: redacted += lexer.text(of: token)
            case .comment: continue
            }
            if redacted.utf8.count >= bytesMax { break }
        }
        guard redacted.utf8.count > bytesMax else { return redacted }
        return String(decoding: redacted.utf8.prefix(max(bytesMax - 3, 0)), as: UTF8.self) + "…"
    }
}
