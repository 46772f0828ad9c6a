import Foundation

/// Asks for a password on the terminal, without echo.
enum PasswordPrompt {
    /// - Throws: `CommandFailure` where there is no terminal to ask on.
    static func read() throws -> String {
        let descriptor = open("/dev/tty", O_RDWR)
        guard descriptor >= 0 else {
            throw CommandFailure(
                "--password-prompt needs a terminal; use --password-file or MYSQL_PWD",
                exitCode: ExitCodes.usage
            )
        }
        defer { close(descriptor) }
        var saved = termios()
        guard tcgetattr(descriptor, &saved) == 0 else {
            throw CommandFailure(
                "the terminal's settings cannot be read; use --password-file",
                exitCode: ExitCodes.usage
            )
        }
        var silent = saved
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(descriptor, TCSAFLUSH, &silent)
        defer { tcsetattr(descriptor, TCSAFLUSH, &saved) }
        Self.write("Password: ", to: descriptor)
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < 4096, Foundation.read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
            bytes.append(byte)
        }
        Self.write("\n", to: descriptor)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        _ = Array(text.utf8).withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    }
}
