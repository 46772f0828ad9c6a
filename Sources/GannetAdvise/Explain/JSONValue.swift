/// Any JSON value; how the plans of all dialects are read, because their nodes' keys vary.
enum JSONValue: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Each wrong guess throws and says no more than that it was wrong.
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// Numbers stand as strings in version 1's costs.
    var number: Double? {
        switch self {
        case .number(let number): number
        case .string(let text): Double(text)
        case .null, .bool, .array, .object: nil
        }
    }

    /// True for `true` and for MariaDB's 1.
    var isTrue: Bool { self == .bool(true) || self == .number(1) }

    /// The strings of an array of strings, or the one string.
    var texts: [String] {
        if let text { return [text] }
        return self.elements.compactMap(\.text)
    }
}
