import Crypto
import Foundation
import GannetMySQL

/// How schema objects look now, as one hash.
///
/// Rebuilding a table in place (`ENGINE=InnoDB`, `FORCE`) and TRUNCATE change no definition; running them twice does
/// no harm.
enum ObjectDigest {
    /// Errors that say "there is no such thing": table, database, routine, trigger, event.
    private static let absent: Set<UInt16> = [1146, 1049, 1305, 1360, 1539, 1347]

    /// SHA-256 over every object's definition, in the order given; an absent object counts as such.
    static func compute(_ objects: [SchemaObject], on connection: MySQLConnection) async throws(MySQLError) -> String {
        var hash = SHA256()
        for object in objects {
            let definition = try await Self.definition(of: object, on: connection) ?? "absent"
            hash.update(data: Data("\(definition.utf8.count):\(definition)".utf8))
        }
        return hash.finalize().hexadecimal
    }

    private static func definition(
        of object: SchemaObject,
        on connection: MySQLConnection
    ) async throws(MySQLError) -> String? {
        let query: MySQLQuery
        let column: Int
        switch object {
        case .table(let schema, let name):
            query = "SHOW CREATE TABLE \(unescaped: Self.quoted(schema, name))"
            column = 1
        case .program(let type, let schema, let name):
            query = "SHOW CREATE \(unescaped: type) \(unescaped: Self.quoted(schema, name))"
            column = type == "EVENT" ? 3 : 2
        }
        do throws(MySQLError) {
            let rows = try await connection.query(query, mode: .text).collect()
            let definition = try rows.first?.decode(String?.self, at: column) ?? "hidden"
            return Self.withoutCounter(definition)
        } catch {
            if let number = error.serverError?.number, Self.absent.contains(number) { return nil }
            throw error
        }
    }

    /// The next AUTO_INCREMENT value changes with the data, not with the definition.
    private static func withoutCounter(_ definition: String) -> String {
        definition.replacingOccurrences(of: " AUTO_INCREMENT=[0-9]+", with: "", options: .regularExpression)
    }

    private static func quoted(_ schema: String?, _ name: String) -> String {
        schema.map { SQLText.quoteIdentifier(name, in: $0) } ?? SQLText.quoteIdentifier(name)
    }
}

extension SHA256Digest {
    /// The digest as text: binary values in a statement would make process lists unreadable (error 3854).
    var hexadecimal: String {
        self.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
