/// A plain-text table with aligned columns, as terminals and READMEs show it.
struct TextTable {
    enum Alignment: Equatable {
        case left
        case right
    }

    var header: [String]
    var alignments: [Alignment]
    var rows: [[String]] = []

    /// Makes an empty table; columns beyond `alignments` are left-aligned.
    init(header: [String], alignments: [Alignment] = []) {
        self.header = header
        self.alignments = header.indices.map { $0 < alignments.count ? alignments[$0] : .left }
    }

    /// Lines of equal layout: header, rule, rows.
    ///
    /// Widths count characters, not bytes.
    var lines: [String] {
        let widths = self.header.indices.map { column in
            ([self.header] + self.rows).map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([self.header, rule] + self.rows).map { cells in
            let padded = widths.indices.map { column in
                let cell = column < cells.count ? cells[column] : ""
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return self.alignments[column] == .right ? padding + cell : cell + padding
            }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }
}
