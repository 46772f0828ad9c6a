import ArgumentParser

/// What the process' exit code tells a script; the same for every command.
///
/// 75 is `EX_TEMPFAIL` of sysexits(3), 130 is the shell's code for a process ended by SIGINT.
enum ExitCodes {
    static let done = ExitCode(0)
    static let failed = ExitCode(1)
    static let usage = ExitCode(2)
    /// Work is pending (`migrate status --check`).
    static let pending = ExitCode(3)
    /// Input and record disagree: a changed file, drift, or bad rows.
    static let mismatch = ExitCode(4)
    /// Another runner holds the lock.
    static let locked = ExitCode(5)
    /// Stopped part-way; the same command goes on from there.
    static let resumable = ExitCode(6)
    /// Refused as unsafe.
    static let unsafe = ExitCode(7)
    /// The server could not be reached or told us to try again; running the command again may work.
    static let retryable = ExitCode(75)
    static let interrupted = ExitCode(130)
}

/// An error with its message already written for people, and the exit code that goes with it.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String
    var exitCode: ExitCode

    init(_ description: String, exitCode: ExitCode = ExitCodes.failed) {
        self.description = description
        self.exitCode = exitCode
    }
}
