import GannetCLI

await MigrateCommand.runAndExit()
