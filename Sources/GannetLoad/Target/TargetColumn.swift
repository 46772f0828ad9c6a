import GannetMySQL

/// What a column takes.
enum ColumnRule: Hashable, Sendable {
    case integer(min: Int64, max: UInt64)
    case decimal(precision: Int, scale: Int, isUnsigned: Bool)
    case floatingPoint
    /// Length in characters; `nil` where only bytes are bounded.
    case text(charactersMax: Int?, bytesMax: Int)
    /// Sent in hexadecimal, so that no character set touches it.
    case bytes(max: Int)
    case date
    case dateTime(fractionDigits: Int)
    case time(fractionDigits: Int)
    case year
    case enumeration([String])
    case set([String])
    case json
    case bit(width: Int)
    /// Loading into this type is not possible yet.
    case unsupported(String)

    /// Whether an empty field of a NOT NULL column is the empty string.
    var holdsText: Bool {
        switch self {
        case .text: true
        default: false
        }
    }
}

/// A column of the table that is loaded into.
struct TargetColumn: Hashable, Sendable {
    var name: String
    var typeName: String
    var rule: ColumnRule
    var isNullable: Bool
    /// Whether a row may leave it out: default, AUTO_INCREMENT or generated.
    var isOptional: Bool
    var isGenerated: Bool

    /// The columns of a table, in order; empty where there is no such table.
    static func load(_ table: String, on connection: MySQLConnection) async throws(MySQLError) -> [TargetColumn] {
        let rows = try await connection.query(
            """
            SELECT column_name, data_type, column_type, is_nullable, character_maximum_length, character_octet_length,
                numeric_precision, numeric_scale, datetime_precision, column_default IS NOT NULL, extra
            FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name = \(table) ORDER BY ordinal_position
            """
        ).collect()
        var columns: [TargetColumn] = []
        for row in rows {
            let (name, type, fullType, nullable, characters, octets) = try row.decode(
                (String, String, String, String, Int?, Int?).self
            )
            let precision: Int? = try row.decode(at: 6)
            let scale: Int? = try row.decode(at: 7)
            let fraction: Int? = try row.decode(at: 8)
            let hasDefault: Bool = try row.decode(at: 9)
            let extra: String = try row.decode(at: 10)
            let isGenerated =
                extra.uppercased().contains("GENERATED") && !extra.uppercased().contains("DEFAULT_GENERATED")
            columns.append(
                TargetColumn(
                    name: name,
                    typeName: fullType,
                    rule: Self.rule(
                        type.lowercased(),
                        fullType.lowercased(),
                        fullType,
                        characters,
                        octets,
                        precision,
                        scale,
                        fraction
                    ),
                    isNullable: nullable == "YES",
                    isOptional: hasDefault || nullable == "YES" || extra.contains("auto_increment") || isGenerated,
                    isGenerated: isGenerated
                )
            )
        }
        return columns
    }

    private static func rule(
        _ type: String,
        _ fullType: String,
        _ originalType: String,
        _ characters: Int?,
        _ octets: Int?,
        _ precision: Int?,
        _ scale: Int?,
        _ fraction: Int?
    ) -> ColumnRule {
        let isUnsigned = fullType.contains("unsigned")
        switch type {
        case "tinyint": return Self.integer(bits: 8, isUnsigned)
        case "smallint": return Self.integer(bits: 16, isUnsigned)
        case "mediumint": return Self.integer(bits: 24, isUnsigned)
        case "int": return Self.integer(bits: 32, isUnsigned)
        case "bigint": return Self.integer(bits: 64, isUnsigned)
        case "decimal": return .decimal(precision: precision ?? 10, scale: scale ?? 0, isUnsigned: isUnsigned)
        case "float", "double": return .floatingPoint
        case "char", "varchar": return .text(charactersMax: characters, bytesMax: octets ?? .max)
        case "tinytext", "text", "mediumtext", "longtext": return .text(charactersMax: nil, bytesMax: octets ?? .max)
        case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob": return .bytes(max: octets ?? .max)
        case "date": return .date
        case "datetime", "timestamp": return .dateTime(fractionDigits: fraction ?? 0)
        case "time": return .time(fractionDigits: fraction ?? 0)
        case "year": return .year
        case "enum": return .enumeration(Self.members(originalType))
        case "set": return .set(Self.members(originalType))
        case "json": return .json
        case "bit": return .bit(width: precision ?? 1)
        default: return .unsupported(type)
        }
    }

    private static func integer(bits: Int, _ isUnsigned: Bool) -> ColumnRule {
        if isUnsigned { return .integer(min: 0, max: bits == 64 ? .max : 1 << UInt64(bits) - 1) }
        return .integer(min: Int64.min >> Int64(64 - bits), max: UInt64(Int64.max >> Int64(64 - bits)))
    }

    /// The members of `enum('a','it''s')`.
    private static func members(_ type: String) -> [String] {
        var lexer = SQLLexer(type, mode: SQLLexicalMode(noBackslashEscapes: true))
        var members: [String] = []
        while let token = lexer.next() {
            guard token.kind == .string else { continue }
            let text = String(lexer.text(of: token).dropFirst().dropLast())
            members.append(text.replacing("''", with: "'"))
        }
        return members
    }
}
