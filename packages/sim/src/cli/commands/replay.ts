/**
 * `tallystick replay`: takes a trace of LLM traffic through the whole service.
 */
import { type Call, defineCommand, type ExitStatus } from "../command.ts"
import { custom, flag, integer } from "../option.ts"
import { jsonOption, seedOption, storeOption, timingOption } from "../shared-options.ts"
import { readPrice } from "../price-option.ts"
import { defaultReplaySettings as defaults } from "../../replay/settings.ts"

const MAX_AMOUNT = 1_000_000_000_000

export const DEFAULT_ROWS = 5_000

const options = {
  seed: seedOption,
  store: storeOption,
  rows: integer(1, 10_000_000, DEFAULT_ROWS, "rows of the trace that is made when no file is given"),
  "skip-bad-rows": flag("go on without rows that cannot be read; the default is to stop"),
  users: integer(1, 1_000_000, defaults.users, "users; the k-th sends in proportion to 1/k"),
  tokens: integer(1, MAX_AMOUNT, defaults.tokensPerHour, "tokens of a user in an hour of the clock"),
  microusd: integer(1, MAX_AMOUNT, defaults.creditMicrousd, "credit of a user, in micro-USD"),
  streams: integer(1, 100_000, defaults.streams, "calls of a user at once"),
  "output-cap": integer(1, 1_000_000, defaults.outputCap, "tokens of an answer that a call is estimated at"),
  price: custom({
    placeholder: "IN,OUT",
    help: "USD for a million tokens of prompt and of answer; the default is 2.50,10",
    initial: undefined,
    range: "two amounts of USD from 0 to 10000 with at most six decimals, like 2.50,10",
    read: readPrice
  }),
  ttl: integer(1, 86_400, defaults.ttlMs / 1_000, "seconds that a hold lives without a heartbeat"),
  "renew-for": integer(1, 86_400, defaults.renewForMs / 1_000, "seconds for which the heartbeat renews a hold"),
  json: jsonOption,
  timing: timingOption
}

export const replay = defineCommand({
  name: "replay",
  summary: "take a trace of real LLM traffic through the whole service",
  usage: "[FILE] [options]",
  details: [
    "FILE is a CSV with the columns TIMESTAMP, ContextTokens and GeneratedTokens, in any order. Each row is one call, through the promise front, in virtual time: a user by a skewed choice, held are the prompt and the output cap, at a model's price; the call lasts as long as its tokens need and ends at what it used. A user who is denied comes again with the next row. Without a FILE a trace of the same shape is made.",
    "Late are calls that last longer than the heartbeat renews them. Over is what was used above the hold: an answer longer than the cap."
  ],
  options,
  maxPositionals: 1,
  run: (call) => run(call)
})

const run = async ({ values, positionals, terminal }: Call<typeof options>): Promise<ExitStatus> => {
  const [{ runReplay }, { printReplay }, { exitStatus }] = await Promise.all([
    import("../run-replay.ts"),
    import("../replay-output.ts"),
    import("../stop.ts")
  ])
  const replayed = await runReplay(
    {
      file: positionals[0],
      rows: values.rows,
      skipBadRows: values["skip-bad-rows"],
      store: values.store,
      seed: values.seed,
      settings: {
        users: values.users,
        tokensPerHour: values.tokens,
        creditMicrousd: values.microusd,
        streams: values.streams,
        outputCap: values["output-cap"],
        price: values.price ?? defaults.price,
        ttlMs: values.ttl * 1_000,
        renewForMs: values["renew-for"] * 1_000
      }
    },
    terminal
  )
  printReplay(replayed, replayCommand(positionals[0], values), values, terminal)
  return exitStatus(replayed.report.ok, terminal.signal)
}

/** The command that replays exactly this: what was not left at its default, and the seed. */
const replayCommand = (file: string | undefined, values: Call<typeof options>["values"]): string => {
  const parts = Object.entries(options).flatMap(([name, { initial, isFlag }]) => {
    const value: unknown = values[name as keyof typeof options]
    if (name === "json" || name === "timing" || (value === initial && name !== "seed")) return []
    if (isFlag) return [`--${name}`]
    return [`--${name}`, name === "price" ? priceText(values.price) : String(value)]
  })
  return ["tallystick replay", ...(file === undefined ? [] : [file]), ...parts].join(" ")
}

const priceText = (price = defaults.price): string =>
  `${price.inputPerMillion / 1_000_000},${price.outputPerMillion / 1_000_000}`
