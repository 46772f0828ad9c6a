import ArgumentParser

/// How a command reports: for people by default, as NDJSON for scripts, or only errors.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON object a line (NDJSON) instead of text.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    /// Whether progress and notes for people are wanted.
    var isVerbose: Bool { !self.json && !self.quiet }
}
