import Crypto
import Foundation
import GannetMySQL

// Files as dbmate has them: one file a version, with `-- migrate:up` and `-- migrate:down` on lines of their own.
// Pairs as golang-migrate has them, NAME.up.sql and NAME.down.sql, are read too.

/// A migration as its file has it.
public struct MigrationFile: Sendable, Hashable {
    /// The digits at the start of the file's name; migrations are ordered by them.
    public let version: String
    /// What follows the version in the file's name.
    public let name: String
    /// The file's name, for messages.
    public let fileName: String
    /// The statements of the way up.
    let up: [Statement]
    /// The statements of the way back; `nil` where there is no section for it.
    let down: [Statement]?

    /// How many statements the way up has.
    public var upCount: Int { self.up.count }
    /// How many statements the way back has, if there is one.
    public var downCount: Int? { self.down?.count }

    /// A statement with what the runner needs to know of it.
    struct Statement: Hashable, Sendable {
        let text: String
        let line: Int
        let kind: StatementKind

        init(_ statement: SQLStatement) {
            self.text = statement.text
            self.line = statement.line
            self.kind = StatementKind(classifying: statement.text)
        }

        /// SHA-256 of the text with line ends as LF, so that a checkout on another system is the same file.
        var digest: String {
            SHA256.hash(data: Data(self.text.replacingOccurrences(of: "\r\n", with: "\n").utf8)).hexadecimal
        }
    }

    /// Reads every migration of a folder, ordered by version.
    ///
    /// - Throws: `MigrateError` with code `.invalidFile`: unreadable folder or file, two files of one version, no
    ///   `-- migrate:up`.
    public static func load(from folder: String) throws -> [MigrationFile] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw MigrateError(
                .invalidFile,
                "the folder '\(folder)' cannot be read; name another with --dir, or make it with 'migrate new NAME'"
            )
        }
        var files: [String: MigrationFile] = [:]
        for fileName in names where fileName.hasSuffix(".sql") && !fileName.hasSuffix(".down.sql") {
            guard fileName.first?.isASCII == true, fileName.first?.isNumber == true else { continue }
            let file = try Self.read(fileName, in: folder)
            if let other = files[file.version] {
                throw MigrateError(
                    .invalidFile,
                    "the version \(file.version) is taken by \(other.fileName) as well; give one of them another number",
                    file: fileName
                )
            }
            files[file.version] = file
        }
        return files.values.sorted { Self.precedes($0.version, $1.version) }
    }

    /// Whether a version comes before another; numbers compare as numbers, so 9 comes before 10.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let (a, b) = (left.drop { $0 == "0" }, right.drop { $0 == "0" })
        return a.count == b.count ? a < b : a.count < b.count
    }

    private static func read(_ fileName: String, in folder: String) throws -> MigrationFile {
        let text = try Self.text(of: fileName, in: folder)
        let stem = fileName.dropLast(fileName.hasSuffix(".up.sql") ? 7 : 4)
        let version = String(stem.prefix { $0.isASCII && $0.isNumber })
        let name = String(stem.dropFirst(version.count).drop { $0 == "_" || $0 == "-" })
        if fileName.hasSuffix(".up.sql") {
            let downName = stem + ".down.sql"
            let exists = FileManager.default.fileExists(atPath: folder + "/" + downName)
            return MigrationFile(
                version: version,
                name: name,
                fileName: fileName,
                up: Self.statements(text, firstLine: 1),
                down: exists ? Self.statements(try Self.text(of: String(downName), in: folder), firstLine: 1) : nil
            )
        }
        return try MigrationFile(parsing: text, version: version, name: name, fileName: fileName)
    }

    private static func text(of fileName: String, in folder: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: folder + "/" + fileName) else {
            throw MigrateError(.invalidFile, "the file cannot be read", file: fileName)
        }
        let bytes = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let valid = String(decoding: bytes, as: UTF8.self).prefix { $0 != "\u{FFFD}" }
            throw MigrateError(
                .invalidFile,
                "the file is not UTF-8; save it as UTF-8",
                file: fileName,
                line: 1 + valid.utf8.count { $0 == UInt8(ascii: "\n") }
            )
        }
        return text
    }

    private static func statements(_ text: some StringProtocol, firstLine: Int) -> [Statement] {
        var splitter = SQLStatementSplitter(text.utf8, firstLine: firstLine)
        var statements: [Statement] = []
        while let statement = splitter.next() { statements.append(Statement(statement)) }
        return statements
    }

    private init(
        version: String,
        name: String,
        fileName: String,
        up: [Statement],
        down: [Statement]?
    ) {
        self.version = version
        self.name = name
        self.fileName = fileName
        self.up = up
        self.down = down
    }

    /// Parses a file with sections.
    init(parsing text: String, version: String, name: String, fileName: String) throws {
        var sections: [(title: String, line: Int, start: String.Index, end: String.Index)] = []
        var index = text.startIndex
        var line = 1
        while index < text.endIndex {
            let lineEnd = text[index...].firstIndex { $0.isNewline } ?? text.endIndex
            let content = text[index..<lineEnd].drop { $0 == " " || $0 == "\t" }
            let next = lineEnd < text.endIndex ? text.index(after: lineEnd) : lineEnd
            if content.hasPrefix("-- migrate:up") || content.hasPrefix("-- migrate:down") {
                if !sections.isEmpty { sections[sections.count - 1].end = index }
                let title = content.hasPrefix("-- migrate:up") ? "up" : "down"
                if sections.contains(where: { $0.title == title }) {
                    throw MigrateError(.invalidFile, "a second '-- migrate:\(title)'", file: fileName, line: line)
                }
                sections.append((title, line + 1, next, text.endIndex))
            }
            index = next
            line += 1
        }
        guard let up = sections.first(where: { $0.title == "up" }) else {
            throw MigrateError(
                .invalidFile,
                "there is no line '-- migrate:up'; put it in front of the statements",
                file: fileName,
                line: 1
            )
        }
        let down = sections.first { $0.title == "down" }
        self.init(
            version: version,
            name: name,
            fileName: fileName,
            up: Self.statements(text[up.start..<up.end], firstLine: up.line),
            down: down.map { Self.statements(text[$0.start..<$0.end], firstLine: $0.line) }
        )
    }
}
