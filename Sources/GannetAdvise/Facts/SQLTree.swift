import GannetMySQL

// A statement as tokens, with whatever stands in brackets one level down. The server's resolved text is regular enough
// (every column qualified and quoted, every predicate in brackets) that this tree replaces a grammar.

/// A token, or a bracketed group of them.
indirect enum SQLTree: Hashable, Sendable {
    case word(String)
    case name(String)
    case literal(String)
    case symbol(String)
    case group([SQLTree])

    /// Brackets nest at most this deep; what is deeper is dropped.
    static let depthMax = 200

    /// The trees of a text; comments are left out.
    static func parse(_ sql: String, mode: SQLLexicalMode = SQLLexicalMode()) -> [SQLTree] {
        var lexer = SQLLexer(sql, mode: mode)
        var stack: [[SQLTree]] = [[]]
        while let token = lexer.next() {
            let text = lexer.text(of: token)
            switch token.kind {
            case .comment: continue
            case .word: stack[stack.count - 1].append(.word(text))
            case .quotedIdentifier: stack[stack.count - 1].append(.name(self.unquoted(text)))
            case .string, .number, .variable: stack[stack.count - 1].append(.literal(text))
            case .punctuation where text == "(": if stack.count < self.depthMax { stack.append([]) }
            case .punctuation where text == ")":
                guard stack.count > 1 else { continue }
                let group = stack.removeLast()
                stack[stack.count - 1].append(.group(group))
            case .punctuation:
                // `<=`, `<>`, `<=>`, `>=`, `!=`, `||` arrive one character at a time.
                if case .symbol(let previous) = stack[stack.count - 1].last,
                    ["<=", "<>", ">=", "!=", "<=>", "||", "&&", "->"].contains(previous + text)
                {
                    stack[stack.count - 1][stack[stack.count - 1].count - 1] = .symbol(previous + text)
                } else {
                    stack[stack.count - 1].append(.symbol(text))
                }
            }
        }
        while stack.count > 1 {
            let group = stack.removeLast()
            stack[stack.count - 1].append(.group(group))
        }
        return stack[0]
    }

    private static func unquoted(_ text: String) -> String {
        let quote = text.first.map(String.init) ?? ""
        return String(text.dropFirst().dropLast()).replacing(quote + quote, with: quote)
    }

    func isWord(_ word: String) -> Bool {
        guard case .word(let text) = self else { return false }
        return text.lowercased() == word
    }

    func isSymbol(_ symbol: String) -> Bool { self == .symbol(symbol) }

    var keyword: String? {
        guard case .word(let text) = self else { return nil }
        return text.lowercased()
    }

    var group: [SQLTree]? {
        guard case .group(let trees) = self else { return nil }
        return trees
    }

    /// A name, quoted or not.
    var identifier: String? {
        switch self {
        case .name(let text), .word(let text): text
        case .literal, .symbol, .group: nil
        }
    }
}

/// A column as a statement names it.
struct ColumnReference: Hashable, Sendable {
    /// The alias of its table.
    var table: String
    var column: String
}

extension [SQLTree] {
    /// Divides at a top-level word; an AND that belongs to BETWEEN does not divide.
    func split(atWord word: String) -> [[SQLTree]] {
        var parts: [[SQLTree]] = [[]]
        var openBetweens = 0
        for tree in self {
            if tree.isWord("between") { openBetweens += 1 }
            if tree.isWord(word) {
                if word == "and", openBetweens > 0 {
                    openBetweens -= 1
                } else {
                    parts.append([])
                    continue
                }
            }
            parts[parts.count - 1].append(tree)
        }
        return parts
    }

    func split(atSymbol symbol: String) -> [[SQLTree]] {
        self.split { $0.isSymbol(symbol) }.map(Array.init)
    }

    /// Without brackets around the whole.
    var unwrapped: [SQLTree] {
        var trees = self
        while trees.count == 1, let inner = trees[0].group { trees = inner }
        return trees
    }

    /// The column that this is and nothing else, with or without its schema.
    var asColumn: ColumnReference? {
        let trees = self.unwrapped
        guard trees.count == 3 || trees.count == 5 else { return nil }
        var names: [String] = []
        for (index, tree) in trees.enumerated() {
            if index.isMultiple(of: 2) {
                guard case .name(let name) = tree else { return nil }
                names.append(name)
            } else if !tree.isSymbol(".") {
                return nil
            }
        }
        return ColumnReference(table: names[names.count - 2], column: names[names.count - 1])
    }

    /// Every qualified column in it, at any depth.
    var columns: [ColumnReference] {
        var found: [ColumnReference] = []
        var chain: [String] = []
        var isAfterDot = false
        func close() {
            if chain.count >= 2 {
                found.append(ColumnReference(table: chain[chain.count - 2], column: chain[chain.count - 1]))
            }
            chain = []
        }
        for tree in self {
            switch tree {
            case .name(let name):
                if !isAfterDot { close() }
                chain.append(name)
                isAfterDot = false
            case .symbol("."): isAfterDot = true
            case .group(let inner):
                close()
                found += inner.columns
                isAfterDot = false
            case .word, .literal, .symbol:
                close()
                isAfterDot = false
            }
        }
        close()
        return found
    }

    /// Whether a SELECT stands in it.
    var hasSubquery: Bool {
        self.contains { $0.isWord("select") || $0.group?.hasSubquery == true }
    }

    /// As SQL again, with the schema left out of column names.
    var sql: String {
        var text = ""
        for (index, tree) in self.enumerated() {
            switch tree {
            case .name(let name):
                let isSchema =
                    index + 4 < self.count && self[index + 1].isSymbol(".") && self[index + 3].isSymbol(".")
                    && (index == 0 || !self[index - 1].isSymbol("."))
                if isSchema { continue }
                text += SQLText.quoteIdentifier(name)
            case .symbol("."):
                // The dot behind a schema goes with it.
                let followsSchema =
                    index >= 1 && index + 3 < self.count && self[index + 2].isSymbol(".")
                    && (index < 2 || !self[index - 2].isSymbol("."))
                if !followsSchema { text += "." }
            case .word(let word):
                text += self.needsSpace(before: index) ? " " + word + " " : word
            case .literal(let literal): text += self.needsSpace(before: index) ? " " + literal : literal
            case .symbol(let symbol): text += " " + symbol + " "
            case .group(let inner): text += "(" + inner.sql + ")"
            }
        }
        return text
    }

    /// `date'…'` and `f(…)` stay together.
    private func needsSpace(before index: Int) -> Bool {
        let tree = self[index]
        if case .word = tree, index + 1 < self.count {
            if self[index + 1].group != nil,
                !["in", "and", "or", "not", "between", "like", "is"].contains(tree.keyword)
            {
                return false
            }
            if case .literal = self[index + 1], !["and", "between", "like", "or", "interval"].contains(tree.keyword) {
                return false
            }
        }
        if case .literal = tree, index > 0 {
            switch self[index - 1] {
            // A word ends in its own space, and a sign or comparison does too.
            case .word, .symbol: return false
            case .name, .literal, .group: return true
            }
        }
        return true
    }
}
