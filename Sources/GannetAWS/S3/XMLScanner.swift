import Foundation

/// Finds elements in the small XML documents that S3 answers with: no attributes that matter, no mixed content.
struct XMLScanner {
    let text: String

    /// The content of every element of that name, in order.
    func contents(of name: String) -> [Substring] {
        var contents: [Substring] = []
        var rest = self.text[...]
        while let open = rest.range(of: "<\(name)>"), let close = rest[open.upperBound...].range(of: "</\(name)>") {
            contents.append(rest[open.upperBound..<close.lowerBound])
            rest = rest[close.upperBound...]
        }
        return contents
    }

    /// The text of the first element of that name, with entities resolved.
    func first(_ name: String) -> String? {
        self.contents(of: name).first.map(Self.unescape)
    }

    static func unescape(_ text: Substring) -> String {
        var plain = ""
        var rest = text
        while let ampersand = rest.firstIndex(of: "&"), let end = rest[ampersand...].firstIndex(of: ";") {
            plain += rest[..<ampersand]
            let entity = rest[rest.index(after: ampersand)..<end]
            switch entity {
            case "amp": plain += "&"
            case "lt": plain += "<"
            case "gt": plain += ">"
            case "quot": plain += "\""
            case "apos": plain += "'"
            default:
                let digits = entity.dropFirst()
                let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
                if entity.first == "#", let scalar = number.flatMap(Unicode.Scalar.init) {
                    plain.unicodeScalars.append(scalar)
                }
            }
            rest = rest[rest.index(after: end)...]
        }
        return plain + rest
    }
}
