/// MySQL's SQL as text: lexing, splitting, quoting.
package enum SQLText {}

extension SQLText {
    /// Quotes a name with backticks; a backtick inside is doubled.
    ///
    /// Source: MySQL Reference Manual, "Schema Object Names". NUL cannot occur in a name; it is dropped here, so
    /// that the server reports the unknown name instead of this function trapping.
    package static func quoteIdentifier(_ name: some StringProtocol) -> String {
        var quoted = "`"
        for character in name.unicodeScalars where character != "\0" {
            if character == "`" { quoted.unicodeScalars.append("`") }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "`"
    }

    /// Quotes `schema.name`, each part by itself.
    package static func quoteIdentifier(_ name: some StringProtocol, in schema: some StringProtocol) -> String {
        quoteIdentifier(schema) + "." + quoteIdentifier(name)
    }

    /// Quotes a string literal for a connection whose character set is utf8mb4.
    ///
    /// Doubling the quote is right in every SQL mode; backslashes are doubled unless NO_BACKSLASH_ESCAPES is on.
    package static func quoteString(_ text: some StringProtocol, noBackslashEscapes: Bool = false) -> String {
        var quoted = "'"
        for character in text.unicodeScalars {
            switch character {
            case "'": quoted += "''"
            case "\\" where !noBackslashEscapes: quoted += "\\\\"
            default: quoted.unicodeScalars.append(character)
            }
        }
        return quoted + "'"
    }
}
