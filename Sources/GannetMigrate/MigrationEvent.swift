/// What a runner tells while it works.
public enum MigrationEvent: Sendable, Hashable {
    /// Another runner holds the lock; this one waits.
    case waitingForLock(holder: String)
    /// A migration begins, or goes on at a statement after an earlier stop.
    case began(file: String, isUp: Bool, statementCount: Int, resumesAt: Int)
    /// A statement of an earlier, broken-off run had taken effect and is not run again.
    case recovered(file: String, statement: Int)
    /// A statement begins.
    case statementBegan(file: String, line: Int, statement: Int, count: Int, sql: String)
    /// A statement is over.
    case statementEnded(file: String, statement: Int, count: Int, affectedRows: UInt64, duration: Duration)
    /// The statement will be tried again, because of a lock or a deadlock.
    case retrying(file: String, statement: Int, reason: String)
    /// The connection was lost and is made again.
    case reconnecting(reason: String)
    /// A migration is wholly applied, or wholly taken back.
    case ended(file: String, isUp: Bool, duration: Duration)
}

/// Where a migration stands.
public struct MigrationStatus: Sendable, Hashable {
    /// How far it is.
    public enum State: Sendable, Hashable {
        /// Wholly applied.
        case applied
        /// Not begun.
        case pending
        /// Stopped on the way up: this many statements stand.
        case partlyApplied(done: Int)
        /// Stopped on the way down: this many statements are taken back.
        case partlyRolledBack(done: Int)
        /// Applied, but its file is gone.
        case fileMissing
    }

    /// The version.
    public var version: String
    /// The file's name, or the version where there is no file.
    public var name: String
    /// How far it is.
    public var state: State
    /// How many statements the way up has.
    public var statementCount: Int
    /// Whether statements that were run are no longer what the file says.
    public var isChanged: Bool
}
