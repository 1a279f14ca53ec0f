/**
 * The texts of `--help`, made from the commands' own descriptions.
 */
import type { Command } from "./command.ts"
import type { Option } from "./option.ts"

const WIDTH = 100

export const helpOfAll = (commands: ReadonlyArray<Command>): string => {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    "tallystick: looks for an interleaving that overspends, leaks or counts twice, and operates the stores of running apps",
    "",
    "usage: tallystick COMMAND [options]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    "  tallystick COMMAND --help    what a command does and takes",
    "  tallystick --version",
    "",
    ...exitStatuses,
    ""
  ].join("\n")
}

export const helpOf = (command: Command): string => {
  const options = Object.entries(command.options).map(([name, option]) => [left(name, option), right(option)] as const)
  const all = [...options, ["--help", "this text"] as const]
  const width = Math.max(...all.map(([name]) => name.length))
  return [
    `tallystick ${command.name}: ${command.summary}`,
    "",
    `usage: tallystick ${command.name} ${command.usage}`,
    "",
    ...command.details.flatMap((paragraph) => [...wrap(paragraph, WIDTH), ""]),
    ...all.flatMap(([name, text]) =>
      wrap(text, WIDTH - width - 4).map((line, i) => `  ${(i === 0 ? name : "").padEnd(width)}  ${line}`)
    ),
    "",
    ...exitStatuses,
    ""
  ].join("\n")
}

const exitStatuses = [
  "exit status: 0 everything held, 1 an invariant broke or the store refused, 2 a wrong call, 130 Ctrl-C"
]

const left = (name: string, { isFlag, placeholder }: Option<unknown>): string =>
  `--${name}${isFlag ? "" : ` ${placeholder}`}`

const right = ({ isFlag, help, initial }: Option<unknown>): string =>
  !isFlag && (typeof initial === "number" || typeof initial === "string") ? `${help} (default ${initial})` : help

const wrap = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
