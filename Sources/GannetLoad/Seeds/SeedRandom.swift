/// A small deterministic generator: the same seed gives the same numbers on every machine.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (SplitMix64), OOPSLA 2014.
struct SeedRandom {
    private var state: UInt64

    /// A stream of its own for each row of each table, so that rows can be made in any order.
    init(seed: UInt64, table: UInt64, row: UInt64) {
        self.state = seed &* 0x9E37_79B9_7F4A_7C15 ^ table &* 0xBF58_476D_1CE4_E5B9 ^ row &* 0x94D0_49BB_1331_11EB
        _ = self.next()
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var value = self.state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }

    /// A number below a positive bound.
    ///
    /// The bias is below bound / 2^64.
    mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: self.next().multipliedFullWidth(by: UInt64(max(bound, 1))).high)
    }

    /// A number below `bound` that is small more often: the square of an even share.
    mutating func skewed(_ bound: Int) -> Int {
        let share = Double(self.next() >> 11) / Double(1 << 53)
        return min(Int(share * share * Double(bound)), max(bound - 1, 0))
    }

    /// Whether an event of the given share of 100 happens.
    mutating func percent(_ share: Int) -> Bool {
        self.below(100) < share
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[self.below(elements.count)]
    }
}
