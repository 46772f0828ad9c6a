// Checks each field against its column and writes it in the one form that LOAD DATA and string literals share: tabs
// between fields, a newline behind each row, \N for NULL, and backslashes in front of what would be taken for those.

/// Writes the rows of one table.
struct FieldEncoder {
    let columns: [TargetColumn]

    /// Appends a record's row to `output`.
    ///
    /// - Throws: `.malformedCSV` for too few or too many fields, `.invalidValue` for a field that does not fit.
    func encode(
        _ fields: [CSVScanner.Field],
        _ bytes: UnsafeRawBufferPointer,
        line: Int,
        into output: inout [UInt8]
    ) throws(LoadError) {
        guard fields.count == self.columns.count else {
            throw LoadError(
                .malformedCSV,
                "the record has \(fields.count) fields and the header has \(self.columns.count)",
                line: line
            )
        }
        for index in self.columns.indices {
            if index > 0 { output.append(0x09) }
            if let problem = self.encode(fields[index], self.columns[index], bytes, &output) {
                throw LoadError(.invalidValue, problem, line: line, column: self.columns[index].name)
            }
        }
        output.append(0x0A)
    }

    /// Appends one field; returns what is wrong with it, if anything.
    private func encode(
        _ field: CSVScanner.Field,
        _ column: TargetColumn,
        _ bytes: UnsafeRawBufferPointer,
        _ output: inout [UInt8]
    ) -> String? {
        let raw = UnsafeRawBufferPointer(rebasing: bytes[field.range])
        let isMarker = raw.count == 2 && raw[0] == UInt8(ascii: "\\") && raw[1] == UInt8(ascii: "N")
        if !field.isQuoted, raw.isEmpty || isMarker {
            if column.isNullable {
                output.append(UInt8(ascii: "\\"))
                output.append(UInt8(ascii: "N"))
                return nil
            }
            guard raw.isEmpty, column.rule.holdsText else { return "NULL, but the column is NOT NULL" }
            return nil
        }
        guard field.hasDoubledQuotes else { return self.encode(raw, column, &output) }
        var plain: [UInt8] = []
        plain.reserveCapacity(raw.count)
        var index = 0
        while index < raw.count {
            plain.append(raw[index])
            index += raw[index] == UInt8(ascii: "\"") ? 2 : 1
        }
        return plain.withUnsafeBytes { self.encode($0, column, &output) }
    }

    private func encode(_ raw: UnsafeRawBufferPointer, _ column: TargetColumn, _ output: inout [UInt8]) -> String? {
        switch column.rule {
        case .integer(let min, let max):
            guard FieldCheck.isInteger(raw, min: min, max: max) else { return Self.mismatch(column) }
            output.append(contentsOf: raw)
        case .decimal(let precision, let scale, let isUnsigned):
            guard FieldCheck.isDecimal(raw, precision: precision, scale: scale, isUnsigned: isUnsigned) else {
                return Self.mismatch(column) + "; digits beyond the column's would be cut"
            }
            output.append(contentsOf: raw)
        case .floatingPoint:
            guard let value = Double(String(decoding: raw, as: UTF8.self)), value.isFinite else {
                return Self.mismatch(column)
            }
            output.append(contentsOf: raw)
        case .text(let charactersMax, let bytesMax):
            guard let characters = FieldCheck.characterCount(raw) else { return "not valid UTF-8" }
            guard characters <= charactersMax ?? .max, raw.count <= bytesMax else {
                return "\(characters) characters are more than \(column.typeName) holds"
            }
            Self.escape(raw, &output)
        case .json:
            guard FieldCheck.characterCount(raw) != nil else { return "not valid UTF-8" }
            Self.escape(raw, &output)
        case .bytes(let max):
            guard raw.count <= max else { return "\(raw.count) bytes are more than \(column.typeName) holds" }
            for byte in raw {
                output.append(Self.hexadecimal[Int(byte >> 4)])
                output.append(Self.hexadecimal[Int(byte & 15)])
            }
        case .date:
            guard FieldCheck.isDateTime(raw, fractionDigits: nil) else {
                return Self.mismatch(column) + "; write YYYY-MM-DD"
            }
            output.append(contentsOf: raw)
        case .dateTime(let digits):
            guard FieldCheck.isDateTime(raw, fractionDigits: digits) else {
                return Self.mismatch(column) + "; write YYYY-MM-DD hh:mm:ss"
            }
            output.append(contentsOf: raw)
        case .time(let digits):
            guard FieldCheck.isTime(raw, fractionDigits: digits) else {
                return Self.mismatch(column) + "; write hh:mm:ss"
            }
            output.append(contentsOf: raw)
        case .year:
            guard FieldCheck.isInteger(raw, min: 1901, max: 2155) else { return Self.mismatch(column) }
            output.append(contentsOf: raw)
        case .enumeration(let members):
            guard members.contains(String(decoding: raw, as: UTF8.self)) else {
                return "not a member of \(column.typeName)"
            }
            Self.escape(raw, &output)
        case .set(let members):
            let parts = String(decoding: raw, as: UTF8.self).split(separator: ",").map(String.init)
            guard parts.allSatisfy(members.contains) else { return "not made of members of \(column.typeName)" }
            Self.escape(raw, &output)
        case .bit(let width):
            let max = width >= 64 ? UInt64.max : 1 << UInt64(width) - 1
            guard FieldCheck.isInteger(raw, min: 0, max: max) else { return Self.mismatch(column) }
            output.append(contentsOf: raw)
        case .unsupported(let type):
            return "columns of type \(type) cannot be loaded yet"
        }
        return nil
    }

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    private static func mismatch(_ column: TargetColumn) -> String {
        "the value is not a \(column.typeName)"
    }

    private static func escape(_ raw: UnsafeRawBufferPointer, _ output: inout [UInt8]) {
        for byte in raw {
            switch byte {
            case 0x09: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            case 0x0A: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case 0x00: output.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "0")])
            case UInt8(ascii: "\\"): output.append(contentsOf: [byte, byte])
            default: output.append(byte)
            }
        }
    }
}
