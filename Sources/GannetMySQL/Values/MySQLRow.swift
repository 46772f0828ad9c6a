import NIOCore

/// What all rows of a result set share.
final class MySQLRowLayout: Sendable {
    let columns: [MySQLColumn]
    let format: MySQLFormat

    init(columns: [MySQLColumn], format: MySQLFormat) {
        self.columns = columns
        self.format = format
    }

    func index(of name: String) throws(MySQLError) -> Int {
        if let index = self.columns.firstIndex(where: { $0.name == name }) { return index }
        let known = self.columns.prefix(20).map(\.name).joined(separator: ", ")
        throw MySQLError(.columnNotFound, "the result has no column '\(name)'; it has \(known)")
    }
}

/// One row: a view of the bytes that came from the server.
///
/// Values are decoded when asked for.
///
/// A row keeps the buffer that it came in alive; copy what you keep for long.
public struct MySQLRow: Sendable {
    let payload: ByteBuffer
    let layout: MySQLRowLayout

    init(payload: ByteBuffer, layout: MySQLRowLayout) {
        self.payload = payload
        self.layout = layout
    }

    /// The columns, in the order of the values.
    public var columns: [MySQLColumn] { self.layout.columns }

    /// Decodes the first columns, one for each type, in a single pass.
    ///
    /// - Throws: `.columnNotFound` when there are fewer columns than types; `.unexpectedNull`, `.typeMismatch` and
    ///   `.valueOutOfRange` name the column, never the value.
    public func decode<each Value: MySQLDecodable>(
        _ types: (repeat each Value).Type = (repeat each Value).self
    ) throws(MySQLError) -> (repeat each Value) {
        try self.layout.decode(self.payload.readableBytesUInt8Span, as: types)
    }

    /// Decodes the column at an index, counted from 0.
    ///
    /// O(index).
    public func decode<Value: MySQLDecodable>(
        _ type: Value.Type = Value.self,
        at index: Int
    ) throws(MySQLError) -> Value {
        guard self.layout.columns.indices.contains(index) else {
            throw MySQLError(
                .columnNotFound,
                "the result has \(self.layout.columns.count) columns, so none with index \(index)"
            )
        }
        let row = self.payload.readableBytesUInt8Span
        var reader = try CellReader(format: self.layout.format, columnCount: self.layout.columns.count, row: row)
        for skipped in 0..<index {
            _ = try reader.next(type: self.layout.columns[skipped].type, in: row)
        }
        return try self.layout.decodeNext(type, columnIndex: index, reader: &reader, row: row)
    }

    /// Decodes the first column of that name.
    ///
    /// O(number of columns).
    public func decode<Value: MySQLDecodable>(
        _ type: Value.Type = Value.self,
        column name: String
    ) throws(MySQLError) -> Value {
        try self.decode(type, at: self.layout.index(of: name))
    }

    /// Every value, in the type that its column has.
    public func values() throws(MySQLError) -> [MySQLValue] {
        let row = self.payload.readableBytesUInt8Span
        let columns = self.layout.columns
        var reader = try CellReader(format: self.layout.format, columnCount: columns.count, row: row)
        var values: [MySQLValue] = []
        values.reserveCapacity(columns.count)
        for index in columns.indices {
            values.append(try self.layout.decodeNext(MySQLValue.self, columnIndex: index, reader: &reader, row: row))
        }
        return values
    }
}

extension MySQLRowLayout {
    /// Decodes the leading values of a row's payload in one pass.
    func decode<each Value: MySQLDecodable>(
        _ row: Span<UInt8>,
        as types: (repeat each Value).Type
    ) throws(MySQLError) -> (repeat each Value) {
        var reader = try CellReader(format: self.format, columnCount: self.columns.count, row: row)
        var index = -1
        return (repeat try self.decodeAdvancing((each Value).self, &index, reader: &reader, row: row))
    }

    private func decodeAdvancing<Value: MySQLDecodable>(
        _ type: Value.Type,
        _ index: inout Int,
        reader: inout CellReader,
        row: Span<UInt8>
    ) throws(MySQLError) -> Value {
        index += 1
        guard index < self.columns.count else {
            throw MySQLError(
                .columnNotFound,
                "more values were asked for than the \(self.columns.count) columns of the result"
            )
        }
        return try self.decodeNext(type, columnIndex: index, reader: &reader, row: row)
    }

    @inline(__always)
    func decodeNext<Value: MySQLDecodable>(
        _ type: Value.Type,
        columnIndex: Int,
        reader: inout CellReader,
        row: Span<UInt8>
    ) throws(MySQLError) -> Value {
        let column = self.columns[columnIndex]
        guard let range = try reader.next(type: column.type, in: row) else {
            return try Value.decodeNull(column: column)
        }
        return try Value.decode(row.extracting(range), format: self.format, column: column)
    }
}
