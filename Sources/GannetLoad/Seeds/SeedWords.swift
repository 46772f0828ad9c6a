/// The words that sample data is made of.
enum SeedWords {
    struct Place {
        var city: String
        var country: String
        var streets: [String]
    }

    static let places = [
        Place(city: "München", country: "DE", streets: ["Schellingstraße", "Türkenstraße", "Marienplatz"]),
        Place(city: "Köln", country: "DE", streets: ["Ehrenstraße", "Große Brinkgasse"]),
        Place(city: "Genève", country: "CH", streets: ["Rue du Rhône", "Quai des Bergues"]),
        Place(city: "Saint-Étienne", country: "FR", streets: ["Rue de l'Épreuve", "Place Jean-Jaurès"]),
        Place(city: "Malmö", country: "SE", streets: ["Södra Förstadsgatan", "Möllevångsgatan"]),
        Place(city: "Ålesund", country: "NO", streets: ["Kongens gate", "Løvenvoldgata"]),
        Place(city: "Łódź", country: "PL", streets: ["Ulica Piotrkowska", "Aleja Kościuszki"]),
        Place(city: "São Paulo", country: "BR", streets: ["Avenida Paulista", "Rua da Consolação"]),
        Place(city: "İstanbul", country: "TR", streets: ["İstiklal Caddesi", "Bağdat Caddesi"]),
        Place(city: "Αθήνα", country: "GR", streets: ["Οδός Ερμού", "Λεωφόρος Βασιλίσσης Σοφίας"]),
        Place(city: "Київ", country: "UA", streets: ["вулиця Хрещатик", "Андріївський узвіз"]),
        Place(city: "東京都", country: "JP", streets: ["千代田区丸の内", "渋谷区神南"]),
        Place(city: "Winston-Salem, NC", country: "US", streets: ["O'Brien Road", "St. John's \"Old\" Mill Lane"]),
    ]
    static let givenNames = [
        "Anna", "Jürgen", "Zoë", "François", "Søren", "Łukasz", "João", "Nuñez", "Ayşe", "Ελένη", "Олена", "花子",
        "Siobhán",
        "Mary Ann", "Björn", "Chloé",
    ]
    static let familyNames = [
        "Müller", "O'Connor", "Garção", "Østergård", "Wójcik", "Yılmaz", "Παπαδόπουλος", "Шевченко", "山田",
        "Smith-Jones",
        "Dubois", "Åkesson", "da Silva", "Weiß",
    ]
    static let nicknames = ["Ace", "Zé", "Fröschle", "Doc", "Лис"]
    static let domains = ["example.com", "example.org", "mail.example.net"]
    static let phrases = [
        "Plain and sturdy.", "Says: \"never again\", then buys two.", "Ships in one box, batteries not included.",
        "Für jeden Tag – auch sonntags.", "Prêt-à-porter, à laver à 30 °C.", "50 % off, 100 % cotton",
        "Back\\slash and 'quotes'",
        "Loved by cats 🐈 and people 👩‍🚀.", "一年保証。", "Tab\tseparated, comma, \"quote\"",
    ]
    static let notes = [
        "Leave with the neighbour", "Bitte klingeln, 2. Stock\nHinterhaus", "Gift: write \"Happy birthday, Zoë!\"",
        "Ne pas sonner, bébé dort", "Fragile ⚠️",
    ]
    static let adjectives = [
        "Sturdy", "Foldable", "Größtes", "Café", "Ultra-light", "Handmade", "Årstids", "Retro", "Silent",
        "\"Original\"",
    ]
    static let categories: [(String, [String])] = [
        ("Audio", ["Headphones", "Speaker", "Turntable"]), ("Bags", ["Backpack", "Tote", "Suitcase"]),
        ("Bikes", ["Bell", "Helmet", "Saddle"]), ("Books", ["Novel", "Atlas", "Cookbook"]),
        ("Cameras", ["Tripod", "Lens", "Strap"]), ("Coffee", ["Grinder", "Kettle", "Mug"]),
        ("Desk", ["Lamp", "Organiser", "Chair"]), ("Games", ["Puzzle", "Chess set", "Cards"]),
        ("Garden", ["Trowel", "Watering can", "Gloves"]), ("Home", ["Vase", "Rug", "Clock"]),
        ("Jewellery & Watches", ["Ring", "Watch", "Brooch"]), ("Kids", ["Blocks", "Kite", "Crayons"]),
        ("Kitchen", ["Knife", "Pan", "Board"]), ("Music", ["Ukulele", "Metronome", "Strings"]),
        ("Outdoor", ["Tent", "Lantern", "Hammock"]), ("Pets", ["Bowl", "Leash", "Bed"]),
        ("Shoes", ["Boots", "Sandals", "Sneakers"]), ("Sport", ["Ball", "Mat", "Racket"]),
        ("Tools", ["Hammer", "Spanner", "Drill"]), ("Travel", ["Pillow", "Adapter", "Map"]),
    ]
    static let colors = ["red", "grün", "bleu", "黒", "white"]
    /// Most orders are delivered.
    static let statuses = [
        "delivered", "delivered", "delivered", "delivered", "delivered", "shipped", "paid", "pending", "cancelled",
        "refunded",
    ]

    /// Lower-case ASCII letters for an e-mail address; what has none becomes "user".
    static func ascii(_ name: String) -> String {
        let letters = name.unicodeScalars.filter { $0.isASCII && $0.properties.isAlphabetic }
        let text = String(String.UnicodeScalarView(letters)).lowercased()
        return text.isEmpty ? "user" : text
    }
}
