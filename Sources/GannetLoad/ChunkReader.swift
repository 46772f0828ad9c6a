import NIOCore

/// Some rows of a source, checked and written for one table, to be committed together.
struct Chunk: Sendable {
    /// Rows as `FieldEncoder` writes them.
    var rows: ByteBuffer
    /// Where each row ends in `rows`.
    var rowEnds: [Int]
    /// The source's line of each row.
    var lines: [Int]
    /// Where the source goes on behind the chunk, in bytes and lines.
    var endOffset: Int64
    var endLine: Int
}

/// Turns a source's bytes into chunks, whole before anything is sent: a source that stalls must not stall the server.
struct ChunkReader {
    /// Bytes of rows that a chunk is closed at.
    ///
    /// Measured in `reference/bulkload.md`: 8 MB cost no more than one large transaction, bound what must be sent again,
    /// and stay far below Group Replication's limit.
    static let chunkBytesMax = 8 * 1024 * 1024

    private let source: any LoadSource
    private var bytes: AsyncThrowingStream<ByteBuffer, any Error>.AsyncIterator
    private var pending: [UInt8] = []
    private var start = 0
    /// Offset in the source of `pending[0]`.
    private var pendingOffset: Int64
    private var isAtEnd = false
    private var scanner: CSVScanner

    /// Starts at an offset that a record begins at.
    init(source: any LoadSource, offset: Int64, line: Int) async throws {
        self.source = source
        self.bytes = try await source.read(from: offset).makeAsyncIterator()
        self.pendingOffset = offset
        self.scanner = CSVScanner(line: line)
    }

    /// Reads the record of column names; a byte order mark in front is dropped.
    mutating func readHeader() async throws -> [String]? {
        try await self.fill()
        if self.pending.starts(with: [0xEF, 0xBB, 0xBF]) { self.start = 3 }
        while true {
            let outcome = try self.scan()
            switch outcome {
            case .record(let end):
                let names = try self.scanner.fields.map { field throws(LoadError) in
                    guard let name = String(validating: self.pending[field.range], as: UTF8.self) else {
                        throw LoadError(
                            .malformedCSV,
                            "the header is not valid UTF-8",
                            source: self.source.name,
                            line: 1
                        )
                    }
                    return name.replacing("\"\"", with: "\"")
                }
                self.start = end
                return names
            case .incomplete: try await self.fill()
            case .end: return nil
            }
        }
    }

    /// The next chunk, or `nil` at the end.
    ///
    /// - Throws: `LoadError` naming source, line and column.
    mutating func next(encoder: FieldEncoder) async throws -> Chunk? {
        var output: [UInt8] = []
        output.reserveCapacity(Self.chunkBytesMax + 64 * 1024)
        var chunk = Chunk(rows: ByteBuffer(), rowEnds: [], lines: [], endOffset: 0, endLine: 1)
        var isOver = false
        while output.count < Self.chunkBytesMax, !isOver {
            switch try self.scan() {
            case .record(let end):
                do throws(LoadError) {
                    try self.pending.withUnsafeBytesTyped { bytes throws(LoadError) in
                        try encoder.encode(self.scanner.fields, bytes, line: self.scanner.recordLine, into: &output)
                    }
                } catch {
                    throw self.named(error)
                }
                self.start = end
                chunk.rowEnds.append(output.count)
                chunk.lines.append(self.scanner.recordLine)
            case .incomplete: try await self.fill()
            case .end: isOver = true
            }
        }
        guard !chunk.rowEnds.isEmpty else { return nil }
        chunk.rows = ByteBuffer(bytes: output)
        chunk.endOffset = self.pendingOffset + Int64(self.start)
        chunk.endLine = self.scanner.line
        return chunk
    }

    private mutating func scan() throws(LoadError) -> CSVScanner.Outcome {
        // A second reference to the bytes, not a copy of the scanner: copying that would copy its fields for each record.
        let (pending, start, isAtEnd) = (self.pending, self.start, self.isAtEnd)
        do throws(LoadError) {
            return try pending.withUnsafeBytesTyped { bytes throws(LoadError) in
                try self.scanner.scan(bytes, from: start, isLast: isAtEnd)
            }
        } catch {
            throw self.named(error)
        }
    }

    private func named(_ error: LoadError) -> LoadError {
        var error = error
        error.source = self.source.name
        return error
    }

    /// Adds the source's next bytes to what is pending.
    private mutating func fill() async throws {
        if self.start > 0 {
            self.pending.removeFirst(self.start)
            self.pendingOffset += Int64(self.start)
            self.start = 0
        }
        guard let more = try await self.bytes.next(isolation: #isolation) else {
            self.isAtEnd = true
            return
        }
        self.pending.append(contentsOf: more.readableBytesView)
    }
}

extension Array where Element == UInt8 {
    /// `withUnsafeBytes` with a typed error.
    func withUnsafeBytesTyped<R>(_ body: (UnsafeRawBufferPointer) throws(LoadError) -> R) throws(LoadError) -> R {
        let result: Result<R, LoadError> = self.withUnsafeBytes { bytes in
            do throws(LoadError) { return .success(try body(bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
