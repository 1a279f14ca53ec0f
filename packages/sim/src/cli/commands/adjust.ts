/**
 * `tallystick set-limit`, `add-credit`, `close`, `reopen`: an operator's changes.
 */
import type { Quota } from "@tallystick/core"

import { type Call, defineCommand } from "../command.ts"
import { accountOf, accountOptions, idOption, operatedOf, taken } from "../operator/options.ts"
import { UsageError } from "../usage-error.ts"

const options = { ...accountOptions, id: idOption }

type Values = Call<typeof options>["values"]

const amountOf = (name: string, text: string): number => {
  const amount = /^-?\d{1,16}$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(amount)) return amount
  throw new UsageError(`${name} must be an integer, was ${text}`)
}

const limitOf = (text: string): number | null | "code" => {
  if (text === "code") return text
  return text === "unlimited" ? null : amountOf("LIMIT", text)
}

const changing = async (
  name: string,
  { positionals, terminal, values }: Call<typeof options>,
  change: (quota: Quota, account: ReturnType<typeof accountOf>) => ReturnType<Quota["setLimit"]>
) => {
  const operated = operatedOf(values)
  const account = accountOf(positionals[0]!, values)
  const { runChange } = await import("../operator/run.ts")
  return runChange({ operated, account, isJson: values.json, terminal }, name, ({ quota }) => change(quota, account))
}

const idOf = ({ id }: Values) => (id === undefined ? {} : { id })

export const setLimit = defineCommand({
  name: "set-limit",
  summary: "store an account's limit, which wins over that in the app's code",
  usage: "ACCOUNT LIMIT --store URL [options]",
  details: ["LIMIT is an amount, `unlimited`, or `code`: back to the limit in the app's code."],
  options,
  maxPositionals: 2,
  run: async (call) => {
    const [, text] = taken("set-limit", call.positionals, "ACCOUNT", "LIMIT")
    const limit = limitOf(text!)
    return changing("set-limit", call, (quota, account) => quota.setLimit({ ...account, ...idOf(call.values), limit }))
  }
})

export const addCredit = defineCommand({
  name: "add-credit",
  summary: "raise an account's stored limit, once per --id",
  usage: "ACCOUNT AMOUNT --id ID --store URL [options]",
  details: [
    "AMOUNT may be negative (behind --). The limit must be stored (`tallystick set-limit`). The same --id counts once, so that the command can be given again: take the payment's."
  ],
  options,
  maxPositionals: 2,
  run: async (call) => {
    const [, text] = taken("add-credit", call.positionals, "ACCOUNT", "AMOUNT")
    const amount = amountOf("AMOUNT", text!)
    const { id } = call.values
    if (id === undefined) throw new UsageError("--id must be given: the payment's, so that it counts once")
    return changing("add-credit", call, (quota, account) => quota.addCredit({ ...account, amount, paymentId: id }))
  }
})

export const close = defineCommand({
  name: "close",
  summary: "admit nothing more to an account; what is held can still end",
  usage: "ACCOUNT --store URL [options]",
  details: ["`tallystick reopen` opens it again."],
  options,
  maxPositionals: 1,
  run: async (call) => {
    taken("close", call.positionals, "ACCOUNT")
    return changing("close", call, (quota, account) => quota.closeAccount({ ...account, ...idOf(call.values) }))
  }
})

export const reopen = defineCommand({
  name: "reopen",
  summary: "open a closed account again",
  usage: "ACCOUNT --store URL [options]",
  details: ["What it has used and holds is as it was."],
  options,
  maxPositionals: 1,
  run: async (call) => {
    taken("reopen", call.positionals, "ACCOUNT")
    return changing("reopen", call, (quota, account) => quota.reopenAccount({ ...account, ...idOf(call.values) }))
  }
})
