/// A server's version, compared by its numbers; calendar versions such as 26.7 compare like any other.
public struct MySQLServerVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The text that the server sent.
    public let description: String
    /// Whether the server is MariaDB, whose numbers mean something else.
    public let isMariaDB: Bool
    /// The first number.
    public let major: Int
    /// The second number.
    public let minor: Int
    /// The third number; 0 where there is none.
    public let patch: Int

    /// Reads the text of a greeting or of `SELECT VERSION()`.
    ///
    /// MariaDB before 11 puts "5.5.5-" in front, for replicas that know no other first number.
    public init(_ text: String) {
        self.description = text
        self.isMariaDB = text.lowercased().contains("mariadb")
        let numbers = self.isMariaDB && text.hasPrefix("5.5.5-") ? text.dropFirst(6) : text[...]
        let parts = numbers.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.split(separator: ".").map {
            Int($0) ?? 0
        }
        self.major = parts.first ?? 0
        self.minor = parts.count > 1 ? parts[1] : 0
        self.patch = parts.count > 2 ? parts[2] : 0
    }

    /// Compares the three numbers.
    public static func < (left: MySQLServerVersion, right: MySQLServerVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }

    /// Whether the numbers are at least these.
    public func isAtLeast(_ major: Int, _ minor: Int = 0, _ patch: Int = 0) -> Bool {
        (self.major, self.minor, self.patch) >= (major, minor, patch)
    }
}
