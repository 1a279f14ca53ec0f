/**
 * `npm run -s bench -- --only redis,postgres --seconds 2`
 */
import { fileURLToPath } from "node:url"

import { help, readArguments } from "./arguments.ts"
import { bench } from "./bench.ts"
import { writeDocs } from "./docs.ts"
import { machineOf } from "./machine.ts"
import { textOf } from "./text.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

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
    if (args.docs) writeDocs(report, `npm run -s bench -- ${process.argv.slice(2).join(" ")}`, root)
    console.log(args.json ? JSON.stringify(report, null, 1) : textOf(report, args))
  } catch (error) {
    console.error(`bench: ${error instanceof Error ? error.stack : String(error)}`)
    process.exitCode = 1
  }
}
