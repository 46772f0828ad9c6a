import ArgumentParser
import Foundation
import GannetMySQL

/// Where the server is and who we are, for every command that connects.
///
/// The password need never stand on the command line: it comes from the URL in `MYSQL_URL`, from `MYSQL_PWD`,
/// from `--password-file`, or from a prompt.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The server: mysql://user@host:port/database?ssl-mode=VERIFY_IDENTITY (default: $MYSQL_URL).",
            discussion: "Keep the password out of it: arguments show in the process list.",
            valueName: "url"
        )
    )
    var url: String?

    @Option(name: .long, help: ArgumentHelp("Read the password from the first line of this file.", valueName: "file"))
    var passwordFile: String?

    @Flag(name: .long, help: "Ask for the password on the terminal.")
    var passwordPrompt = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY; overrides the URL.",
            valueName: "mode"
        )
    )
    var sslMode: String?

    @Option(name: .long, help: ArgumentHelp("CA certificates (PEM); overrides the URL.", valueName: "file"))
    var sslCa: String?

    /// The configuration that flags, environment and prompt make together.
    ///
    /// - Throws: `CommandFailure` with exit code 2 when no server is named or a value cannot be read.
    func configuration(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> MySQLConfiguration {
        guard let url = self.url ?? environment["MYSQL_URL"], !url.isEmpty else {
            throw CommandFailure(
                "no server named; pass --url mysql://user@host:port/database or set MYSQL_URL",
                exitCode: ExitCodes.usage
            )
        }
        var configuration: MySQLConfiguration
        do {
            configuration = try MySQLConfiguration(url: url)
        } catch {
            throw CommandFailure(error.message, exitCode: ExitCodes.usage)
        }
        if let sslMode {
            guard let mode = MySQLConfiguration.TLSMode(named: sslMode) else {
                throw CommandFailure(
                    "--ssl-mode \(sslMode) is not known; use DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY",
                    exitCode: ExitCodes.usage
                )
            }
            configuration.tlsMode = mode
        }
        if let sslCa { configuration.caFile = sslCa }
        if let password = try self.password(environment: environment, has: configuration.password != nil) {
            configuration.password = MySQLPassword(password)
        }
        return configuration
    }

    /// The password from the strongest source named: prompt, file, `MYSQL_PWD` (only where the URL has none).
    private func password(environment: [String: String], has urlPassword: Bool) throws -> String? {
        if self.passwordPrompt { return try PasswordPrompt.read() }
        if let passwordFile {
            guard let text = try? String(contentsOfFile: passwordFile, encoding: .utf8) else {
                throw CommandFailure(
                    "--password-file \(passwordFile) cannot be read as UTF-8 text",
                    exitCode: ExitCodes.usage
                )
            }
            return String(text.prefix { !$0.isNewline })
        }
        return urlPassword ? nil : environment["MYSQL_PWD"]
    }
}
