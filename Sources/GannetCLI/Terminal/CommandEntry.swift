public import ArgumentParser
import Foundation
import GannetMySQL

extension AsyncParsableCommand {
    /// Parses the process' arguments, runs the command and ends the process with one of `ExitCodes`.
    ///
    /// Differs from `main()` in three ways: usage errors exit with 2, errors print one clear line without
    /// "Error:" boilerplate from the parser, and failing to reach the server exits with 75 so that scripts may retry.
    public static func runAndExit() async -> Never {
        do {
            var command = try Self.parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
            Foundation.exit(ExitCodes.done.rawValue)
        } catch {
            Self.report(error)
        }
    }

    private static func report(_ error: any Error) -> Never {
        switch error {
        case let failure as CommandFailure:
            Console.standard.error(failure.description)
            Foundation.exit(failure.exitCode.rawValue)
        case let code as ExitCode:
            Foundation.exit(code.rawValue)
        case let error as MySQLError:
            Console.standard.error(error.description)
            Foundation.exit((error.isTransient ? ExitCodes.retryable : ExitCodes.failed).rawValue)
        case is CancellationError:
            Console.standard.error("interrupted")
            Foundation.exit(ExitCodes.interrupted.rawValue)
        default:
            let parserCode = Self.exitCode(for: error)
            guard parserCode == .validationFailure || parserCode == .success else {
                Console.standard.error("\(error)")
                Foundation.exit(ExitCodes.failed.rawValue)
            }
            let text = Self.fullMessage(for: error)
            if parserCode == .success {
                Console.standard.line(text)
                Foundation.exit(ExitCodes.done.rawValue)
            }
            Console.standard.rawError(text)
            Foundation.exit(ExitCodes.usage.rawValue)
        }
    }
}
