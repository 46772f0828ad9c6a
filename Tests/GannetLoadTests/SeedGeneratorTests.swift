import Foundation
import Testing

@testable import GannetLoad

@Suite struct SeedGeneratorTests {
    private static let tables = ["users", "products", "orders", "order_items", "inventory"]

    private func withSeeds<R>(scale: Int, _ body: (String) throws -> R) throws -> R {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gannet-\(UUID().uuidString)").path
        // A leftover in the temporary folder harms nobody.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        _ = try SeedGenerator(scale: scale, seed: 1).write(to: folder)
        return try body(folder)
    }

    @Test("The seeds in the repository are what scale 1 and seed 1 give, byte for byte")
    func checkedIn() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
        try self.withSeeds(scale: 1) { folder in
            for table in Self.tables {
                let made = try #require(FileManager.default.contents(atPath: "\(folder)/\(table).csv"))
                #expect(FileManager.default.contents(atPath: "\(root)/seeds/\(table).csv") == made, "\(table)")
            }
        }
    }

    @Test("References hold and totals add up")
    func integrity() throws {
        try self.withSeeds(scale: 2) { folder in
            var ids: [String: Set<String>] = [:]
            var rows: [String: [[String]]] = [:]
            for table in Self.tables {
                rows[table] = try self.records(#require(FileManager.default.contents(atPath: "\(folder)/\(table).csv")))
                ids[table] = Set(rows[table, default: []].map { $0[0] })
            }
            #expect(rows["orders", default: []].allSatisfy { ids["users", default: []].contains($0[1]) })
            #expect(rows["inventory", default: []].allSatisfy { ids["products", default: []].contains($0[0]) })
            var totals: [String: Int] = [:]
            for item in rows["order_items", default: []] {
                #expect(ids["products", default: []].contains(item[2]))
                let cents = Int(item[4].filter { $0 != "." }) ?? -1
                let thousandths = Int(item[5].filter { $0 != "." }) ?? -1
                totals[item[1], default: 0] += (cents * (Int(item[3]) ?? -1) * (1000 - thousandths) + 500) / 1000
            }
            for order in rows["orders", default: []] {
                #expect(totals[order[0]] == Int(order[6].filter { $0 != "." }))
            }
        }
    }

    private func records(_ data: Data) throws -> [[String]] {
        let bytes = [UInt8](data)
        var scanner = CSVScanner()
        var records: [[String]] = []
        var start = 0
        while case .record(let end) = try bytes.withUnsafeBytesTyped({ bytes throws(LoadError) in
            try scanner.scan(bytes, from: start, isLast: true)
        }) {
            records.append(scanner.fields.map { String(decoding: bytes[$0.range], as: UTF8.self) })
            start = end
        }
        return Array(records.dropFirst())
    }
}
