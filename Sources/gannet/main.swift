import GannetCLI

await GannetCommand.main()
