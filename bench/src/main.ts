/**
 * `npm run -s bench -- --only redis,postgres --seconds 2`
 */
import { help, readArguments } from "./arguments.ts"
import { bench } from "./bench.ts"
import { machineOf } from "./machine.ts"
import { textOf } from "./text.ts"

const read = (): ReturnType<typeof readArguments> => {
  try {
    return readArguments(process.argv.slice(2))
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(2)
  }
}

const args = read()
if (args === "help") console.log(help)
else {
  try {
    const report = await bench(args, machineOf(), (line) => console.error(line))
    console.log(args.json ? JSON.stringify(report, null, 1) : textOf(report, args))
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.stack : String(error)}`)
    process.exitCode = 1
  }
}
