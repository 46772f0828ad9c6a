/// What a loader tells while it works.
public enum LoadEvent: Sendable, Hashable {
    /// How rows travel, and why that way.
    case way(LoadWay, reason: String)
    /// A source begins, or goes on behind what an earlier run committed.
    case began(source: String, table: String, byteCount: Int64?, resumesAtLine: Int?)
    /// Columns of the table that the source does not have; they get their defaults.
    case defaulted(table: String, columns: [String])
    /// A chunk is committed; the numbers are totals of this source.
    case committed(source: String, table: String, rows: Int, bytes: Int64)
    /// The connection was lost and is made again.
    case reconnecting(reason: String)
    /// A source is wholly loaded.
    case ended(LoadedSource)
}

/// How rows travel to the server.
public enum LoadWay: String, Sendable, Hashable, CaseIterable {
    /// LOAD DATA LOCAL INFILE.
    case loadData = "LOAD DATA LOCAL"
    /// INSERT statements of many rows.
    case insert = "INSERT"
}

/// What became of one source.
public struct LoadedSource: Sendable, Hashable {
    /// The source's name.
    public var source: String
    /// The table.
    public var table: String
    /// Rows of the source that are in the table now.
    public var rowCount: Int
    /// How many of them this run has loaded; 0 where an earlier run had loaded everything.
    public var newRowCount: Int
    /// Bytes of CSV that this run has read.
    public var byteCount: Int64
    /// How long it took.
    public var duration: Duration
    /// Whether the table has grown by just as many rows; `nil` where that was not counted.
    public var isVerified: Bool?
}
