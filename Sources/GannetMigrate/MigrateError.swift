/// What stopped a migration, in a sentence that says what to do next.
public struct MigrateError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, to switch on.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case invalidFile
            case history
            case locked
            case statementFailed
            case undecided
            case stopped
            case missingDown
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// A file cannot be read as a migration.
        public static let invalidFile = Code(.invalidFile)
        /// Files and journal disagree: a file is missing, changed or came late.
        public static let history = Code(.history)
        /// Another runner holds the lock.
        public static let locked = Code(.locked)
        /// The server refused a statement; what came before stands and is journalled.
        public static let statementFailed = Code(.statementFailed)
        /// Whether a statement took effect before a crash cannot be told.
        public static let undecided = Code(.undecided)
        /// Stopped on request between two statements; the same command goes on.
        public static let stopped = Code(.stopped)
        /// A migration that is to be taken back has no down section.
        public static let missingDown = Code(.missingDown)
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence or two for people.
    public var message: String
    /// The file, where there is one.
    public var file: String?
    /// The line in it, counted from 1.
    public var line: Int?
    /// The client's error.
    public var underlying: (any Error)?

    init(_ code: Code, _ message: String, file: String? = nil, line: Int? = nil, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.underlying = underlying
    }

    /// "file:line: message".
    public var description: String {
        guard let file else { return self.message }
        return line.map { "\(file):\($0): \(self.message)" } ?? "\(file): \(self.message)"
    }
}
