/// Text of a progress bar: `orders      [########--------]  52%  1.2 MB/s  00:04 left`.
///
/// Pure: what is shown follows from the numbers passed in.
struct ProgressBar {
    var label: String
    var completed: Double
    /// Same unit as `completed`; `nil` where the end is not known (standard input).
    var total: Double?
    var elapsed: Duration
    /// Appended at the end, such as "41,200 rows".
    var detail: String

    func text(width: Int) -> String {
        let seconds = self.elapsed.seconds
        guard let total, total > 0 else {
            return "\(self.label)  \(self.detail)  \(Self.clock(seconds))"
        }
        let fraction = min(max(self.completed / total, 0), 1)
        let left = fraction > 0.01 && seconds > 0.5 ? Self.clock(seconds * (1 - fraction) / fraction) + " left" : ""
        let barWidth = min(max(width - self.label.count - self.detail.count - 26, 8), 40)
        let filled = Int(fraction * Double(barWidth))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: barWidth - filled)
        let percent = String(Int(fraction * 100))
        let padding = String(repeating: " ", count: max(3 - percent.count, 0))
        return "\(self.label) [\(bar)] \(padding)\(percent)%  \(self.detail)  \(left)"
    }

    /// `mm:ss`, or `h:mm:ss` from an hour on.
    static func clock(_ seconds: Double) -> String {
        let whole = seconds.isFinite ? Int(min(max(seconds, 0), 359_999)) : 0
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(two(minutes)):\(two(rest))"
    }
}

extension Duration {
    /// The duration in seconds, as a floating-point number for display and rates.
    var seconds: Double {
        Double(self.components.seconds) + Double(self.components.attoseconds) / 1e18
    }
}
