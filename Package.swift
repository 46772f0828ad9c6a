// swift-tools-version: 6.2
import PackageDescription

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "gannet",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "GannetMySQL", targets: ["GannetMySQL"]),
        .library(name: "GannetMigrate", targets: ["GannetMigrate"]),
        .library(name: "GannetLoad", targets: ["GannetLoad"]),
        .library(name: "GannetAdvise", targets: ["GannetAdvise"]),
        .executable(name: "gannet", targets: ["gannet"]),
        .executable(name: "migrate", targets: ["migrate"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", "4.5.0"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    ],
    targets: [
        .target(
            name: "GannetMySQL",
            dependencies: [
                nioCore, nioPosix, logging, crypto,
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]
        ),
        .target(
            name: "GannetAWS",
            dependencies: [
                nioCore, logging, crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]
        ),
        .target(name: "GannetMigrate", dependencies: ["GannetMySQL", nioCore, logging, crypto]),
        .target(name: "GannetLoad", dependencies: ["GannetMySQL", "GannetAWS", nioCore, nioPosix, logging, crypto]),
        .target(name: "GannetAdvise", dependencies: ["GannetMySQL", nioCore, logging, crypto]),
        .target(
            name: "GannetCLI",
            dependencies: [
                "GannetMySQL", "GannetAWS", "GannetMigrate", "GannetLoad", "GannetAdvise", nioCore, nioPosix, logging,
                argumentParser,
            ]
        ),
        .executableTarget(name: "gannet", dependencies: ["GannetCLI"]),
        .executableTarget(name: "migrate", dependencies: ["GannetCLI"]),

        .target(
            name: "GannetTestSupport",
            dependencies: ["GannetMySQL", nioCore, nioPosix, logging],
            path: "Tests/GannetTestSupport"
        ),
        .testTarget(
            name: "GannetMySQLTests",
            dependencies: [
                "GannetMySQL", "GannetTestSupport", nioCore, nioPosix, crypto,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ]
        ),
        .testTarget(name: "GannetAWSTests", dependencies: ["GannetAWS", "GannetTestSupport", nioCore, crypto]),
        .testTarget(name: "GannetMigrateTests", dependencies: ["GannetMigrate", "GannetMySQL", "GannetTestSupport"]),
        .testTarget(
            name: "GannetLoadTests",
            dependencies: ["GannetLoad", "GannetMySQL", "GannetAWS", "GannetTestSupport", nioCore]
        ),
        .testTarget(
            name: "GannetAdviseTests",
            dependencies: ["GannetAdvise", "GannetMySQL", "GannetTestSupport"],
            exclude: ["Samples"]
        ),
        .testTarget(
            name: "GannetCLITests",
            dependencies: [
                "GannetCLI", "GannetMySQL", "GannetTestSupport",
                argumentParser,
            ]
        ),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "GannetMySQL", "GannetAWS", "GannetMigrate", "GannetLoad", "GannetAdvise", "GannetCLI",
                "GannetTestSupport", nioCore, nioPosix, logging, crypto,
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
