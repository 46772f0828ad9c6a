import GannetCLI

await GannetCommand.runAndExit()
