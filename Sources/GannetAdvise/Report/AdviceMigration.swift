/// The advice as a migration file in dbmate's form.
public struct AdviceMigration: Hashable, Sendable {
    /// `VERSION_add_advised_indexes.sql`.
    public var fileName: String
    /// The file's text.
    public var text: String

    /// Writes one statement for each index, and the way back in reverse order.
    ///
    /// `version` is the time as `yyyyMMddHHmmss`; it is passed in so that the same advice makes the same file.
    public init(_ advice: Advice, version: String) {
        self.fileName = "\(version)_add_advised_indexes.sql"
        var lines = ["-- Written by gannet advise; \(Advice.confidence).", "-- migrate:up"]
        for index in advice.indexes {
            // A line feed in a name must not end the comment.
            let queries = index.effects.map(\.query).joined(separator: ", ").map { $0.isNewline ? " " : $0 }
            lines.append("-- for \(String(queries))")
            lines.append(index.statement + ";")
        }
        lines += ["", "-- migrate:down"]
        lines += advice.indexes.reversed().map { $0.undoStatement + ";" }
        self.text = lines.joined(separator: "\n") + "\n"
    }
}
