import Foundation
public import NIOCore

/// Something that CSV is read from.
public protocol LoadSource: Sendable {
    /// Its name for messages: a path or a URI.
    var name: String { get }
    /// Its place in the ledger: the same for every way of writing its name.
    var ledgerName: String { get }
    /// The name of the table that its file name asks for; `nil` where it has none.
    var tableName: String? { get }
    /// Its size in bytes, where that is known.
    var byteCount: Int64? { get }
    /// What changes when the content does (ETag, or size and time); `nil` where it can be read only once.
    var identity: String? { get }
    /// The bytes from an offset on.
    ///
    /// - Throws: `LoadError` with code `.source`, also where the content is no longer the one of `identity`.
    func read(from offset: Int64) async throws -> AsyncThrowingStream<ByteBuffer, any Error>
}

extension LoadSource {
    /// The name, where there is only one way to write it.
    public var ledgerName: String { self.name }
}

/// A file on this machine.
public struct FileSource: LoadSource {
    private static let readBytes = 1 << 20

    /// The path as it was given.
    public let name: String
    /// The file's size.
    public let byteCount: Int64?
    /// Size and time of the last change.
    public let identity: String?

    /// Looks at a file.
    ///
    /// - Throws: `LoadError` with code `.source` where it is not there.
    public init(path: String) throws(LoadError) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),  // the message says the same
            attributes[.type] as? FileAttributeType != .typeDirectory, let size = attributes[.size] as? Int64
        else { throw LoadError(.source, "no such file, or it cannot be read", source: path) }
        self.name = path
        self.byteCount = size
        let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
        self.identity = "\(size) bytes, \(changed)"
    }

    /// The absolute path without links, so that `a.csv` and `./a.csv` are one source.
    public var ledgerName: String { URL(fileURLWithPath: self.name).resolvingSymlinksInPath().path }

    /// The file's name without folder and ".csv".
    public var tableName: String? { Self.tableName(ofPath: self.name) }

    static func tableName(ofPath path: String) -> String? {
        let last = path.split(separator: "/").last.map(String.init) ?? ""
        let stem = last.lowercased().hasSuffix(".csv") ? String(last.dropLast(4)) : last
        return stem.isEmpty ? nil : stem
    }

    /// Reads a MiB at a time, each when it is asked for.
    public func read(from offset: Int64) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        guard try FileSource(path: self.name).identity == self.identity,
            let file = FileHandle(forReadingAtPath: self.name)
        else { throw LoadError(.source, "the file was changed or cannot be read", source: self.name) }
        try file.seek(toOffset: UInt64(max(offset, 0)))
        return AsyncThrowingStream {
            guard let data = try file.read(upToCount: Self.readBytes), !data.isEmpty else { return nil }
            return ByteBuffer(bytes: data)
        }
    }
}

/// Standard input, which can be read only once.
public struct StandardInputSource: LoadSource {
    /// "standard input".
    public let name = "standard input"
    /// None: `--table` says it.
    public let tableName: String? = nil
    /// Not known.
    public let byteCount: Int64? = nil
    /// None.
    public let identity: String? = nil

    /// Makes the source.
    public init() {}

    /// Reads a MiB at a time, each when it is asked for.
    public func read(from offset: Int64) async throws -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream {
            guard let data = try FileHandle.standardInput.read(upToCount: 1 << 20), !data.isEmpty else { return nil }
            return ByteBuffer(bytes: data)
        }
    }
}
