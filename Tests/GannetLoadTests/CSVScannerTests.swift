import Testing

@testable import GannetLoad

@Suite struct CSVScannerTests {
    struct Sample: CustomTestStringConvertible {
        var testDescription: String
        var csv: String
        var records: [[String]]
        var lines: [Int]
    }

    static let samples = [
        Sample(testDescription: "nothing", csv: "", records: [], lines: []),
        Sample(testDescription: "blank lines", csv: "\n\r\n\n", records: [], lines: []),
        Sample(testDescription: "LF", csv: "a,b\n1,2\n", records: [["a", "b"], ["1", "2"]], lines: [1, 2]),
        Sample(
            testDescription: "CRLF, no line end at the end",
            csv: "a,b\r\n1,2",
            records: [["a", "b"], ["1", "2"]],
            lines: [1, 2]
        ),
        Sample(
            testDescription: "empty fields",
            csv: ",\n\"\",x\n",
            records: [["", ""], ["''", "x"]],
            lines: [1, 2]
        ),
        Sample(
            testDescription: "quotes, commas and newlines inside",
            csv: "\"a,\"\"b\"\"\nc\",d\r\ne,\"f\"\r\n",
            records: [["'a,\"\"b\"\"\nc'", "d"], ["e", "'f'"]],
            lines: [1, 3]
        ),
        Sample(
            testDescription: "a quote inside an unquoted field",
            csv: "5\" disk,b\n",
            records: [["5\" disk", "b"]],
            lines: [1]
        ),
        Sample(testDescription: "non-ASCII", csv: "é,日本\n", records: [["é", "日本"]], lines: [1]),
    ]

    /// Scans with the bytes arriving in two parts; quoted fields are shown in single quotes.
    private static func scan(_ csv: String, split: Int) throws -> ([[String]], [Int]) {
        let bytes = Array(csv.utf8)
        var scanner = CSVScanner()
        var (records, lines, start, end) = ([[String]](), [Int](), 0, split)
        while true {
            let isLast = end == bytes.count
            let outcome = try bytes[..<end].withUnsafeBytes { bytes throws(LoadError) in
                try scanner.scan(bytes, from: start, isLast: isLast)
            }
            switch outcome {
            case .end: return (records, lines)
            case .incomplete:
                guard end < bytes.count else { return (records, lines) }
                end = bytes.count
            case .record(let next):
                records.append(
                    scanner.fields.map { field in
                        let text = String(decoding: bytes[field.range], as: UTF8.self)
                        return field.isQuoted ? "'\(text)'" : text
                    }
                )
                lines.append(scanner.recordLine)
                start = next
            }
        }
    }

    @Test("Records and lines are the same however the bytes arrive", arguments: samples)
    func records(_ sample: Sample) throws {
        for split in 0...sample.csv.utf8.count {
            let (records, lines) = try Self.scan(sample.csv, split: split)
            #expect(records == sample.records)
            #expect(lines == sample.lines)
        }
    }

    @Test(
        "What is no CSV is an error with its line",
        arguments: [("a\n\"b\nc", 2), ("a\n\"b\" c\n", 2), ("\"a\n\"x", 2)]
    )
    func malformed(_ csv: String, _ line: Int) {
        for split in 0...csv.utf8.count {
            #expect {
                try Self.scan(csv, split: split)
            } throws: { error in
                let error = error as? LoadError
                return error?.code == .malformedCSV && error?.line == line
            }
        }
    }
}

@Suite struct FieldCheckTests {
    private func check(_ text: String, _ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test(
        "Integers are checked against both ends",
        arguments: [
            ("0", true), ("-128", true), ("127", true), ("+5", true), ("-129", false), ("128", false), ("", false),
            ("-", false), ("1.0", false), ("99999999999999999999", false), (" 1", false),
        ]
    )
    func integers(_ text: String, _ isValid: Bool) {
        #expect(self.check(text) { FieldCheck.isInteger($0, min: -128, max: 127) } == isValid)
    }

    @Test("The extremes of BIGINT fit, one more does not")
    func bigintegers() {
        #expect(self.check("-9223372036854775808") { FieldCheck.isInteger($0, min: .min, max: UInt64(Int64.max)) })
        #expect(!self.check("-9223372036854775809") { FieldCheck.isInteger($0, min: .min, max: UInt64(Int64.max)) })
        #expect(self.check("18446744073709551615") { FieldCheck.isInteger($0, min: 0, max: .max) })
        #expect(!self.check("18446744073709551616") { FieldCheck.isInteger($0, min: 0, max: .max) })
        #expect(!self.check("-1") { FieldCheck.isInteger($0, min: 0, max: .max) })
    }

    @Test(
        "Decimals lose no digit",
        arguments: [
            ("12.50", true), ("-99.99", true), (".5", true), ("0099.9900", true), ("100", false), ("1.234", false),
            ("12,50", false), (".", false), ("1e3", false), ("", false),
        ]
    )
    func decimals(_ text: String, _ isValid: Bool) {
        #expect(self.check(text) { FieldCheck.isDecimal($0, precision: 4, scale: 2, isUnsigned: false) } == isValid)
    }

    @Test(
        "Dates are days of the calendar",
        arguments: [
            ("2024-02-29", true), ("2023-02-29", false), ("2024-02-29 23:59:59.120", true),
            ("2024-02-29T23:59:59", true),
            ("2024-02-29 24:00:00", false), ("2024-02-29 23:59:59.1234", false), ("0000-00-00", false),
            ("29/02/2024", false),
            ("2024-2-9", false),
        ]
    )
    func dates(_ text: String, _ isValid: Bool) {
        #expect(self.check(text) { FieldCheck.isDateTime($0, fractionDigits: 2) } == isValid)
    }

    @Test(
        "Invalid UTF-8 is found",
        arguments: [
            ([0x61, 0xC3, 0xA9], 2), ([0xE9], nil), ([0xC0, 0x80], nil), ([0xED, 0xA0, 0x80], nil),
            ([0xF0, 0x9F, 0x90, 0x88], 1),
            ([0xF4, 0x90, 0x80, 0x80], nil), ([0xE2, 0x82], nil),
        ] as [([UInt8], Int?)]
    )
    func utf8(_ bytes: [UInt8], _ count: Int?) {
        #expect(bytes.withUnsafeBytes { FieldCheck.characterCount($0) } == count)
    }
}

@Suite struct TableOrderTests {
    @Test("Parents come before children")
    func order() throws {
        let references = [("items", "orders"), ("orders", "users"), ("items", "products"), ("users", "users")]
        let order = try TableOrder.order(["items", "users", "orders", "products", "items"], references: references)
        #expect(order == ["users", "products", "orders", "items"])
    }

    @Test("A circle is an error")
    func circle() {
        #expect(throws: LoadError.self) { try TableOrder.order(["a", "b"], references: [("a", "b"), ("b", "a")]) }
    }
}
