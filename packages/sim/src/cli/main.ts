/**
 * The program `tallystick`. It ends when all that it wrote has been taken, and then whatever a store left open.
 */
import { runProgram } from "./program.ts"
import { processTerminal } from "./terminal.ts"

const status = await runProgram(process.argv.slice(2), processTerminal())

// `process.exit` alone would cut a pipe off in the middle.
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => stream.write("", () => resolve()))
await Promise.all([flushed(process.stdout), flushed(process.stderr)])
process.exit(status)
