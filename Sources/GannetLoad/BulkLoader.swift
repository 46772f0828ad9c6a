import Crypto
import Foundation
public import GannetMySQL
public import Logging
import Synchronization

/// Loads CSV into tables, exactly once, whatever happens on the way.
///
/// Chunks of about 8 MB are committed together with their ledger row. A run that was broken off goes on behind the last
/// committed chunk when it is started again with the same sources. Standard input cannot be read again, so it is loaded
/// in one transaction.
public final class BulkLoader: Sendable {
    /// How a loader behaves.
    public struct Options: Sendable {
        /// The table for every source; `nil` takes it from the file's name.
        public var table: String?
        /// The way rows travel; `nil` picks the fastest that the server allows.
        public var way: LoadWay?
        /// Whether a source that is loaded already is loaded once more.
        public var repeats = false
        /// How often a lost connection is made again.
        public var reconnectCountMax = 5

        /// The defaults.
        public init() {}
    }

    private let configuration: MySQLConfiguration
    private let sources: [any LoadSource]
    private let options: Options
    private let logger: Logger
    private let onEvent: @Sendable (LoadEvent) -> Void
    private let isStopRequested = Mutex(false)

    /// Makes a loader; nothing is connected or read yet.
    public init(
        configuration: MySQLConfiguration,
        sources: [any LoadSource],
        options: Options = Options(),
        logger: Logger = Logger(label: "gannet.load", factory: { _ in SwiftLogNoOpLogHandler() }),
        onEvent: @escaping @Sendable (LoadEvent) -> Void = { _ in }
    ) {
        var configuration = configuration
        configuration.allowsLocalInfile = true
        self.configuration = configuration
        self.sources = sources
        self.options = options
        self.logger = logger
        self.onEvent = onEvent
    }

    /// Asks a run to stop behind the chunk in hand.
    public func requestStop() {
        self.isStopRequested.withLock { $0 = true }
    }

    /// Loads every source, parents before children.
    ///
    /// - Throws: `LoadError`; `MySQLError` where the server cannot be reached.
    public func run() async throws -> [LoadedSource] {
        let planned = try await self.withConnection { try await self.plan($0) }
        var loaded: [LoadedSource] = []
        for (source, table) in planned {
            var reconnectCount = 0
            // Only once a run: after a lost connection the ledger's rows are this run's own.
            var mayForget = self.options.repeats
            while true {
                do {
                    loaded.append(
                        try await self.withConnection {
                            try await self.load(source, into: table, mayForget: &mayForget, $0)
                        }
                    )
                    break
                } catch let error as MySQLError where error.isTransient {
                    reconnectCount += 1
                    guard reconnectCount <= self.options.reconnectCountMax, source.identity != nil else { throw error }
                    self.onEvent(.reconnecting(reason: error.message))
                    try await Task.sleep(for: .milliseconds(200 * reconnectCount))
                }
            }
        }
        return loaded
    }

    private func withConnection<R>(_ body: (MySQLConnection) async throws -> R) async throws -> R {
        try await MySQLConnection.withConnection(self.configuration, logger: self.logger) { connection in
            try await connection.execute(
                """
                SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
                    time_zone = '+00:00', foreign_key_checks = 1, unique_checks = 1
                """
            )
            return try await body(connection)
        }
    }

    // MARK: - Planning

    /// Sources with their tables, in an order that foreign keys allow.
    private func plan(_ connection: MySQLConnection) async throws -> [(any LoadSource, String)] {
        guard let database = await connection.database else {
            throw LoadError(.mapping, "no database is chosen; pass --into DATABASE")
        }
        let tables = Set(
            try await connection.query(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
            ).decode(String.self).collect()
        )
        let planned = try self.sources.map { source in
            guard let table = self.options.table ?? source.tableName else {
                throw LoadError(.mapping, "which table is this for? pass --table", source: source.name)
            }
            guard tables.contains(table) else {
                let known = tables.sorted().prefix(10).joined(separator: ", ")
                throw LoadError(
                    .mapping,
                    "the database \(database) has no table '\(table)'; it has \(known.isEmpty ? "none" : known). Make it, or pass --table",
                    source: source.name
                )
            }
            return (source, table)
        }
        let references = try await connection.query(
            """
            SELECT DISTINCT table_name, referenced_table_name FROM information_schema.key_column_usage
            WHERE table_schema = DATABASE() AND referenced_table_schema = DATABASE()
            """
        ).decode((String, String).self).collect()
        let order = try TableOrder.order(planned.map(\.1), references: references)
        return order.flatMap { table in planned.filter { $0.1 == table } }
    }

    private func way(_ connection: MySQLConnection) async throws -> LoadWay {
        if let way = self.options.way {
            self.onEvent(.way(way, reason: "asked for"))
            return way
        }
        let isOn = try await connection.query("SELECT @@local_infile").decode(Bool.self).collect().first ?? false
        let way = isOn ? LoadWay.loadData : .insert
        self.onEvent(.way(way, reason: isOn ? "the server's local_infile is ON" : "the server's local_infile is OFF"))
        return way
    }

    // MARK: - One source

    private func load(
        _ source: any LoadSource,
        into table: String,
        mayForget: inout Bool,
        _ connection: MySQLConnection
    ) async throws -> LoadedSource {
        let start = ContinuousClock.now
        let way = try await self.way(connection)
        try await self.takeLock(table, connection)
        try await Ledger.create(on: connection)
        let ledger = Ledger(connection: connection, table: table, sourceName: source.ledgerName)
        if mayForget, try await ledger.position()?.isComplete == true { try await ledger.forget() }
        mayForget = false
        let position = try await self.position(ledger, source)
        var loaded = LoadedSource(
            source: source.name,
            table: table,
            rowCount: position?.rowCount ?? 0,
            newRowCount: 0,
            byteCount: 0,
            duration: .zero,
            isVerified: nil
        )
        self.onEvent(
            .began(
                source: source.name,
                table: table,
                byteCount: source.byteCount,
                resumesAtLine: position.flatMap { $0.isComplete ? nil : $0.endLine }
            )
        )
        guard position?.isComplete != true else {
            self.onEvent(.ended(loaded))
            return loaded
        }
        var reader = try await ChunkReader(source: source, offset: 0, line: 1)
        let columns = try await self.columns(of: table, header: reader.readHeader(), source, connection)
        if let position {
            reader = try await ChunkReader(source: source, offset: position.endOffset, line: position.endLine)
        }
        let countBefore = try await self.count(table, connection)
        let writer = ChunkWriter(connection: connection, table: table, columns: columns, way: way)
        do {
            try await self.loadChunks(source, &reader, writer, ledger, from: position, &loaded)
        } catch var error as LoadError {
            error.source = source.name
            error.committedRows = source.identity == nil ? 0 : loaded.rowCount
            throw error
        }
        loaded.duration = ContinuousClock.now - start
        let countAfter = try await self.count(table, connection)
        loaded.isVerified = countAfter - countBefore == loaded.newRowCount
        self.onEvent(.ended(loaded))
        guard loaded.isVerified == true else {
            throw LoadError(
                .verification,
                """
                \(loaded.newRowCount) rows were loaded and the table \(table) has \(countAfter - countBefore) more than \
                before; is somebody else writing to it?
                """,
                source: source.name
            )
        }
        return loaded
    }

    private func loadChunks(
        _ source: any LoadSource,
        _ reader: inout ChunkReader,
        _ writer: ChunkWriter,
        _ ledger: Ledger,
        from position: Ledger.Position?,
        _ loaded: inout LoadedSource
    ) async throws {
        let connection = writer.connection
        let encoder = FieldEncoder(columns: writer.columns)
        var number = position?.chunk ?? 0
        let startOffset = position?.endOffset ?? 0
        if source.identity == nil { try await connection.execute("START TRANSACTION") }
        var next = try await reader.next(encoder: encoder)
        while let chunk = next {
            // The ledger must know which chunk is the last one, so the chunk behind is read first.
            next = try await reader.next(encoder: encoder)
            number += 1
            if source.identity != nil { try await connection.execute("START TRANSACTION") }
            if try await writer.write(chunk, rows: 0..<chunk.rowEnds.count) != nil {
                try await connection.execute("ROLLBACK")
                throw try await self.rejection(of: chunk, writer, source)
            }
            if let identity = source.identity {
                try await ledger.record(
                    chunk: number,
                    rowCount: chunk.rowEnds.count,
                    endOffset: chunk.endOffset,
                    endLine: chunk.endLine,
                    identity: identity,
                    isLast: next == nil
                )
                try await connection.execute("COMMIT")
            }
            loaded.rowCount += chunk.rowEnds.count
            loaded.newRowCount += chunk.rowEnds.count
            loaded.byteCount = chunk.endOffset - startOffset
            self.onEvent(
                .committed(source: source.name, table: writer.table, rows: loaded.rowCount, bytes: chunk.endOffset)
            )
            if next != nil, self.isStopRequested.withLock({ $0 }) {
                throw LoadError(.stopped, "stopped", source: source.name)
            }
        }
        if source.identity == nil { try await connection.execute("COMMIT") }
    }

    private func rejection(
        of chunk: Chunk,
        _ writer: ChunkWriter,
        _ source: any LoadSource
    ) async throws -> LoadError {
        guard let (row, reason) = try await writer.firstRejected(chunk) else {
            return LoadError(.rejectedByServer, "the server refused rows that it takes one by one; try again")
        }
        return LoadError(
            .rejectedByServer,
            "the server refuses the row: \(reason)",
            source: source.name,
            line: chunk.lines[row]
        )
    }

    /// Where to go on; the source must still be the one that was begun.
    private func position(_ ledger: Ledger, _ source: any LoadSource) async throws -> Ledger.Position? {
        guard let identity = source.identity, let position = try await ledger.position() else { return nil }
        guard position.identity == identity else {
            var error = LoadError(
                .ledger,
                position.isComplete
                    ? "this source was loaded before and has changed since; pass --again to load it once more"
                    : "this source was partly loaded and has changed since; put the old one back, or remove its rows by hand",
                source: source.name
            )
            error.committedRows = position.rowCount
            throw error
        }
        return position
    }

    /// The table's columns in the order of the source's header.
    private func columns(
        of table: String,
        header: [String]?,
        _ source: any LoadSource,
        _ connection: MySQLConnection
    ) async throws -> [TargetColumn] {
        let all = try await TargetColumn.load(table, on: connection)
        guard let header else {
            throw LoadError(
                .malformedCSV,
                "the source is empty; its first record names the columns",
                source: source.name
            )
        }
        let columns = try ColumnMapping.columns(header: header, table: table, columns: all, source: source.name)
        let missing = all.filter { column in !column.isGenerated && !columns.contains { $0.name == column.name } }
        if !missing.isEmpty { self.onEvent(.defaulted(table: table, columns: missing.map(\.name))) }
        return columns
    }

    private func count(_ table: String, _ connection: MySQLConnection) async throws -> Int {
        try await connection.query("SELECT COUNT(*) FROM \(identifier: table)").decode(Int.self).collect().first ?? 0
    }

    private func takeLock(_ table: String, _ connection: MySQLConnection) async throws {
        let database = await connection.database ?? ""
        let hash = SHA256.hash(data: Data("\(database)\0\(table)".utf8)).prefix(16).map { String($0, radix: 16) }
            .joined()
        let answer = try await connection.query("SELECT GET_LOCK(\("gannet.load.\(hash)"), 0)").decode(Int?.self)
            .collect()
        guard answer.first == 1 else {
            throw LoadError(.locked, "another load into the table \(table) is running; wait for it")
        }
    }
}
