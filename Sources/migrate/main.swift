import GannetCLI

await MigrateCommand.main()
