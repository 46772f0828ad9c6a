/// What stopped the advisor, in a sentence that says what to do next.
public struct AdviseError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure, to switch on.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case malformedPlan
            case emptyWorkload
            case invalidFile
            case noDatabase
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// What the server printed as a plan is not one.
        public static let malformedPlan = Code(.malformedPlan)
        /// No statement is left that advice can be given for.
        public static let emptyWorkload = Code(.emptyWorkload)
        /// A file cannot be read as what it should be.
        public static let invalidFile = Code(.invalidFile)
        /// No database was named.
        public static let noDatabase = Code(.noDatabase)
    }

    /// The kind of failure.
    public var code: Code
    /// One sentence or two for people.
    public var message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { self.message }
}
