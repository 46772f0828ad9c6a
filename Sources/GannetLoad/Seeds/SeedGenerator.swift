import Foundation

// Rows of the shop, written as RFC 4180 CSV with CRLF line ends. An empty field is NULL, a quoted empty one is the
// empty string. Every row is made from (seed, table, row number) alone, and an order's items from its number, so that
// memory stays constant and references always hold.

/// Writes consistent sample data for the shop's five tables.
public struct SeedGenerator: Sendable {
    /// How many rows each table gets.
    public struct Counts: Sendable, Hashable {
        /// Users.
        public var users: Int
        /// Products.
        public var products: Int
        /// Orders; each has one to five items.
        public var orders: Int
    }

    /// What was written.
    public struct Report: Sendable, Hashable {
        /// Table and number of rows, in the order of the foreign keys.
        public var rows: [(table: String, count: Int)] = []
        /// Size of all files.
        public var bytes = 0

        /// Compares names, counts and size.
        public static func == (left: Report, right: Report) -> Bool {
            left.bytes == right.bytes && left.rows.map(\.table) == right.rows.map(\.table)
                && left.rows.map(\.count) == right.rows.map(\.count)
        }

        /// Hashes names, counts and size.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(self.bytes)
            for (table, count) in self.rows {
                hasher.combine(table)
                hasher.combine(count)
            }
        }
    }

    /// The largest scale: ids stay far below 2^53.
    public static let scaleMax = 100_000
    private static let warehouses = ["BER", "LYO", "OSL", "SFO"]
    private static let firstDay = 19_358  // 2023-01-01 in days since 1970
    private static let dayCount = 1_095
    private static let flushBytes = 1 << 20

    private let seed: UInt64
    /// How many rows each table gets.
    public let counts: Counts

    /// Makes a generator; scale 1 gives about 4,500 rows in all, each step as many more.
    public init(scale: Int, seed: UInt64) {
        let scale = min(max(scale, 1), Self.scaleMax)
        self.seed = seed
        self.counts = Counts(users: 400 * scale, products: 250 * scale, orders: 900 * scale)
    }

    /// Writes `users.csv`, `products.csv`, `orders.csv`, `order_items.csv` and `inventory.csv` into a folder.
    ///
    /// - Throws: what writing the files throws.
    public func write(to folder: String, progress: (String, Double) -> Void = { _, _ in }) throws -> Report {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var report = Report()
        func table(_ name: String, _ header: String, _ count: Int, _ row: (Int, inout CSVWriter) -> Int) throws {
            let path = folder + "/" + name + ".csv"
            guard FileManager.default.createFile(atPath: path, contents: nil),
                let file = FileHandle(forWritingAtPath: path)
            else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
            var writer = CSVWriter()
            writer.raw(header)
            writer.endRecord()
            var rows = 0
            for number in stride(from: 1, through: count, by: 1) {
                rows += row(number, &writer)
                if writer.bytes.count >= Self.flushBytes {
                    report.bytes += writer.bytes.count
                    try file.write(contentsOf: writer.bytes)
                    writer.bytes.removeAll(keepingCapacity: true)
                    progress(name, Double(number) / Double(count))
                }
            }
            report.bytes += writer.bytes.count
            try file.write(contentsOf: writer.bytes)
            try file.close()
            report.rows.append((name, rows))
            progress(name, 1)
        }
        try table(
            "users",
            "id,email,full_name,phone,address_line,city,postal_code,country,bio,created_at,updated_at",
            self.counts.users,
            self.user
        )
        try table(
            "products",
            "id,sku,name,description,category,price,currency,weight_grams,attributes,is_active,created_at",
            self.counts.products,
            self.product
        )
        try table(
            "orders",
            "id,user_id,status,order_date,shipping_address,note,total_amount,created_at",
            self.counts.orders,
            self.order
        )
        try table(
            "order_items",
            "id,order_id,product_id,quantity,unit_price,discount",
            self.counts.orders,
            self.orderItems
        )
        try table(
            "inventory",
            "product_id,warehouse,quantity,reorder_level,last_counted_at",
            self.counts.products,
            self.inventory
        )
        return report
    }

    // MARK: - Rows

    private func user(_ id: Int, _ csv: inout CSVWriter) -> Int {
        var random = SeedRandom(seed: self.seed, table: 1, row: UInt64(id))
        let place = random.pick(SeedWords.places)
        let given = random.pick(SeedWords.givenNames)
        let family = random.pick(SeedWords.familyNames)
        csv.integer(id)
        csv.text("\(SeedWords.ascii(given)).\(SeedWords.ascii(family))\(id)@\(random.pick(SeedWords.domains))")
        csv.text(
            random.percent(3) ? "\(given) \"\(random.pick(SeedWords.nicknames))\" \(family)" : "\(given) \(family)"
        )
        if random.percent(70) {
            csv.text("+\(random.below(89) + 10) \(random.below(900) + 100) \(random.below(9_000_000) + 1_000_000)")
        } else {
            csv.null()
        }
        csv.text(
            "\(random.pick(place.streets)) \(random.below(180) + 1)"
                + (random.percent(15) ? ", \(random.below(9) + 1)" : "")
        )
        csv.text(place.city)
        csv.text("\(random.below(90_000) + 10_000)")
        csv.text(place.country)
        switch random.below(10) {
        case 0..<6: csv.null()
        case 6: csv.text("")
        case 7: csv.text("\(random.pick(SeedWords.phrases))\n\(random.pick(SeedWords.phrases))")
        default: csv.text(random.pick(SeedWords.phrases))
        }
        let created = self.instant(&random)
        csv.dateTime(created)
        csv.dateTime(created + random.below(90 * 86_400))
        csv.endRecord()
        return 1
    }

    /// In cents.
    private func price(of product: Int) -> Int {
        var random = SeedRandom(seed: self.seed, table: 20, row: UInt64(product))
        return 199 + random.skewed(50_000)
    }

    private func product(_ id: Int, _ csv: inout CSVWriter) -> Int {
        var random = SeedRandom(seed: self.seed, table: 2, row: UInt64(id))
        let (category, nouns) = random.pick(SeedWords.categories)
        csv.integer(id)
        csv.text("SKU-\(id + 100_000)")
        csv.text(
            "\(random.pick(SeedWords.adjectives)) \(random.pick(nouns))"
                + (random.percent(8) ? ", \(random.below(30) + 5)\"" : "")
        )
        if random.percent(75) { csv.text(random.pick(SeedWords.phrases)) } else { csv.null() }
        csv.text(category)
        csv.cents(self.price(of: id))
        csv.text("EUR")
        if random.percent(85) { csv.integer(random.skewed(20_000) + 20) } else { csv.null() }
        if random.percent(60) {
            csv.text(
                "{\"color\": \"\(random.pick(SeedWords.colors))\", \"tags\": [\"\(category)\"], \"rating\": \(random.below(5) + 1)}"
            )
        } else {
            csv.null()
        }
        csv.integer(random.percent(92) ? 1 : 0)
        csv.dateTime(self.instant(&random))
        csv.endRecord()
        return 1
    }

    private struct Item {
        var product: Int
        var quantity: Int
        /// In cents.
        var unitPrice: Int
        /// In thousandths.
        var discount: Int

        /// In cents, each line rounded by itself.
        var total: Int { (self.unitPrice * self.quantity * (1000 - self.discount) + 500) / 1000 }
    }

    private func items(of order: Int) -> [Item] {
        var random = SeedRandom(seed: self.seed, table: 4, row: UInt64(order))
        return (0..<random.below(4) + 1).map { _ in
            let product = random.skewed(self.counts.products) + 1
            return Item(
                product: product,
                quantity: random.skewed(5) + 1,
                unitPrice: self.price(of: product),
                discount: random.percent(20) ? (random.below(6) + 1) * 50 : 0
            )
        }
    }

    private func order(_ id: Int, _ csv: inout CSVWriter) -> Int {
        var random = SeedRandom(seed: self.seed, table: 3, row: UInt64(id))
        let place = random.pick(SeedWords.places)
        csv.integer(id)
        csv.integer(random.skewed(self.counts.users) + 1)
        csv.text(random.pick(SeedWords.statuses))
        let date = self.instant(&random)
        csv.dateTime(date)
        csv.text(
            "\(random.pick(place.streets)) \(random.below(180) + 1)\n\(random.below(90_000) + 10_000) \(place.city)\n\(place.country)"
        )
        if random.percent(12) { csv.text(random.pick(SeedWords.notes)) } else { csv.null() }
        csv.cents(self.items(of: id).reduce(0) { $0 + $1.total })
        csv.dateTime(date)
        csv.endRecord()
        return 1
    }

    private func orderItems(_ order: Int, _ csv: inout CSVWriter) -> Int {
        let items = self.items(of: order)
        for (index, item) in items.enumerated() {
            // Ten numbers are kept for each order, so that an item's id follows from its order alone.
            csv.integer(order * 10 + index)
            csv.integer(order)
            csv.integer(item.product)
            csv.integer(item.quantity)
            csv.cents(item.unitPrice)
            csv.thousandths(item.discount)
            csv.endRecord()
        }
        return items.count
    }

    private func inventory(_ product: Int, _ csv: inout CSVWriter) -> Int {
        var random = SeedRandom(seed: self.seed, table: 5, row: UInt64(product))
        let first = random.below(Self.warehouses.count)
        let count = random.below(3) + 2
        for step in 0..<count {
            csv.integer(product)
            csv.text(Self.warehouses[(first + step) % Self.warehouses.count])
            csv.integer(random.skewed(500))
            csv.integer(random.below(50))
            if random.percent(80) { csv.dateTime(self.instant(&random)) } else { csv.null() }
            csv.endRecord()
        }
        return count
    }

    /// Seconds since 1970, in the years 2023 to 2025.
    private func instant(_ random: inout SeedRandom) -> Int {
        (Self.firstDay + random.below(Self.dayCount)) * 86_400 + random.below(86_400)
    }
}
