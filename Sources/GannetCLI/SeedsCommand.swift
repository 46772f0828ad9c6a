import ArgumentParser
import Foundation
import GannetAWS
import GannetLoad
import NIOCore

/// Sample data for the shop.
struct SeedsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "seeds",
        abstract: "Make sample data for the shop schema.",
        subcommands: [Generate.self, Upload.self]
    )

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write users, products, orders, order_items and inventory as CSV files.",
            discussion: """
                The same scale and seed give the same bytes on every machine. References always hold, and an order's total \
                is the sum of its items. Scale 1 is about 4,500 rows; scale 1000 about 4.5 million.
                """
        )

        @Option(name: .long, help: "How many times 400 users, 250 products and 900 orders.") var scale = 1
        @Option(name: .long, help: "Another seed gives other rows.") var seed: UInt64 = 1
        @Option(name: .long, help: ArgumentHelp("The folder to write to.", valueName: "dir")) var out: String
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (1...SeedGenerator.scaleMax).contains(self.scale) else {
                throw ValidationError("--scale is a number from 1 to \(SeedGenerator.scaleMax)")
            }
        }

        func run() async throws {
            let console = Console.standard
            let clock = ContinuousClock.now
            let report = try SeedGenerator(scale: self.scale, seed: self.seed).write(to: self.out) { table, share in
                guard self.output.isVerbose else { return }
                let bar = ProgressBar(
                    label: table,
                    completed: share,
                    total: 1,
                    elapsed: ContinuousClock.now - clock,
                    detail: ""
                )
                console.live(bar.text(width: console.width))
            }
            console.live(nil)
            if self.output.json {
                struct Written: Encodable {
                    var table: String
                    var rows: Int
                }
                for (table, count) in report.rows { try console.json(Written(table: table, rows: count)) }
            } else if !self.output.quiet {
                var table = TextTable(header: ["table", "rows"], alignments: [.left, .right])
                table.rows = report.rows.map { [$0.table, "\($0.count)"] }
                for line in table.lines { console.line(line) }
            }
        }
    }

    struct Upload: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put a folder's .csv files into S3.")

        @Option(name: .long, help: ArgumentHelp("The folder to read.", valueName: "dir")) var from: String
        @Option(name: .long, help: ArgumentHelp("Where to, such as s3://bucket/prefix/.", valueName: "uri")) var to:
            String
        @Flag(name: .long, help: "Make the bucket where it is missing.") var createBucket = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            do {
                let target = try S3URI(self.to)
                let configuration = try AWSConfiguration(environment: ProcessInfo.processInfo.environment)
                let client = S3Client(configuration: configuration)
                if self.createBucket { try await client.createBucket(target.bucket) }
                let files = try FileManager.default.contentsOfDirectory(atPath: self.from).sorted()
                    .filter { $0.lowercased().hasSuffix(".csv") }
                guard !files.isEmpty else { throw CommandFailure("\(self.from): the folder has no .csv files") }
                for file in files {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(self.from)/\(file)"))
                    let uri = S3URI(bucket: target.bucket, key: target.key + file)
                    try await client.putObject(uri, ByteBuffer(bytes: bytes))
                    if self.output.isVerbose { Console.standard.line("\(uri)  \(bytes.count) bytes") }
                }
            } catch let error as AWSError {
                throw CommandFailure(error.description)
            }
        }
    }
}
