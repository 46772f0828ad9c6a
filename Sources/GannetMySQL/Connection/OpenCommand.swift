import NIOCore
import Synchronization

/// The command that a connection is busy with, from sending it to the end of its last result.
final class OpenCommand {
    /// Why a command is being stopped.
    enum Interruption: Equatable {
        case cancelled
        case timeout(Duration)
    }

    let id: UInt64
    var machine: CommandMachine
    private let sql: String?
    var interruption: Interruption?
    /// Sends KILL QUERY; awaited before the connection is used again.
    var killer: Task<Void, Never>?
    /// Whether KILL QUERY was sent.
    var wasKilled = false
    /// Whether the server has ended the command.
    var isOver = false
    var deadline: Scheduled<Void>?
    /// Whether somebody will ask for the results behind the one being read.
    var keepsFurtherResults = false
    /// Set while rows are lent out.
    var stream: RowStreamHandle?

    init(id: UInt64, machine: CommandMachine, sql: String?) {
        self.id = id
        self.machine = machine
        self.sql = sql
    }

    /// Redacted, for errors.
    var statement: String? {
        self.sql.map { SQLText.redacted($0, bytesMax: MySQLError.statementBytesMax) }
    }
}

/// What a row sequence and its connection share: whether anybody still wants the rows, and how they ended.
final class RowStreamHandle: Sendable {
    let commandID: UInt64
    let layout: MySQLRowLayout
    /// The result that ended the rows.
    let result = Mutex<MySQLResult?>(nil)
    private let owners = Atomic<Int>(0)

    init(commandID: UInt64, layout: MySQLRowLayout) {
        self.commandID = commandID
        self.layout = layout
    }

    /// Whether the last sequence and iterator are gone.
    var isAbandoned: Bool { self.owners.load(ordering: .acquiring) == 0 }

    func retain() { self.owners.add(1, ordering: .acquiringAndReleasing) }
    func release() { self.owners.subtract(1, ordering: .acquiringAndReleasing) }
}

/// How a command without rows, or the rows of a query, ended.
public struct MySQLResult: Sendable, Hashable {
    /// Rows changed, inserted or deleted.
    public var affectedRows: UInt64
    /// The first `AUTO_INCREMENT` value that the statement generated; 0 if none.
    public var lastInsertID: UInt64
    /// Capped at 65,535 by the server.
    public var warningCount: Int
    /// Human-readable, such as "Records: 3  Duplicates: 0  Warnings: 0".
    public var info: String

    init(_ ok: OKPacket) {
        self.affectedRows = ok.affectedRows
        self.lastInsertID = ok.lastInsertID
        self.warningCount = Int(ok.warningCount)
        self.info = ok.info
    }
}
