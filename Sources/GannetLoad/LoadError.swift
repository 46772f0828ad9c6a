/// What stopped a load, in a sentence that says what to do next.
///
/// Never holds a row's content.
public struct LoadError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, to switch on.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case source
            case malformedCSV
            case invalidValue
            case rejectedByServer
            case mapping
            case ledger
            case locked
            case stopped
            case verification
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// A source is missing or cannot be read.
        public static let source = Code(.source)
        /// The bytes are not CSV.
        public static let malformedCSV = Code(.malformedCSV)
        /// A field does not fit its column.
        public static let invalidValue = Code(.invalidValue)
        /// The server refused a row: duplicate key, foreign key, CHECK.
        public static let rejectedByServer = Code(.rejectedByServer)
        /// Files, tables and columns do not match.
        public static let mapping = Code(.mapping)
        /// The source is not the one that was begun with.
        public static let ledger = Code(.ledger)
        /// Another load into the same table is running.
        public static let locked = Code(.locked)
        /// Stopped on request between two chunks; the same command goes on.
        public static let stopped = Code(.stopped)
        /// Counts afterwards are not what they should be.
        public static let verification = Code(.verification)
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence or two for people.
    public var message: String
    /// The source's name.
    public var source: String?
    /// The line in the source, counted from 1.
    public var line: Int?
    /// The column's name.
    public var column: String?
    /// How many rows of this source are committed; `nil` where that is not known here.
    public var committedRows: Int?

    init(
        _ code: Code,
        _ message: String,
        source: String? = nil,
        line: Int? = nil,
        column: String? = nil
    ) {
        self.code = code
        self.message = message
        self.source = source
        self.line = line
        self.column = column
    }

    /// "orders.csv line 4182, column "total": message", and what stands.
    public var description: String {
        var place = self.source ?? ""
        if let line { place += " line \(line)" }
        if let column { place += ", column \"\(column)\"" }
        var text = place.isEmpty ? self.message : "\(place): \(self.message)"
        switch self.committedRows {
        case .none: break
        case 0: text += " — nothing of this source was loaded"
        case .some(let rows): text += " — its first \(rows) rows are committed; the same command goes on behind them"
        }
        return text
    }
}
