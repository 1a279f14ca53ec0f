/**
 * Which slot a command belongs to. All that one call asks of one partition is one call of the script.
 */
import { InvalidInput, readText } from "@tallystick/core/machine"
import type { AccountRef, Command } from "@tallystick/core/machine"

import type { Partition } from "./keys.ts"

/** What lies in one partition, and where each stood. */
export interface Part<A> {
  readonly partition: string
  readonly items: ReadonlyArray<A>
  readonly places: ReadonlyArray<number>
}

/** A partition that is none is told before anything is sent. */
export const partitionOf = (account: string, partition: Partition | undefined): string =>
  partition === undefined ? "" : readText(partition(account), "partition(account)")

/** @throws InvalidInput if a command names accounts of two partitions */
export const splitCommands = (
  commands: ReadonlyArray<Command>,
  partition: Partition | undefined
): ReadonlyArray<Part<Command>> => {
  // All in one place: nothing to sort, and nearly every call is one command.
  if (partition === undefined && commands.length > 0)
    return [{ partition: "", items: commands, places: commands.length === 1 ? FIRST : [...commands.keys()] }]
  return split(commands, (command, at) => {
    const [first, ...others] = command.legs.map((leg) => partitionOf(leg.account, partition))
    const other = others.findIndex((one) => one !== first)
    if (other === -1) return first!
    const field = `${commands.length === 1 ? "" : `commands[${at}].`}legs[${other + 1}].account`
    const range = `of the partition ${JSON.stringify(first)} that ${JSON.stringify(command.legs[0]?.account)} is of, not of ${JSON.stringify(others[other])}`
    throw new InvalidInput(field, range, command.legs[other + 1]!.account)
  })
}

const FIRST: ReadonlyArray<number> = [0]

/** The accounts of a read may lie anywhere: each is read on its own. */
export const splitAccounts = (
  accounts: ReadonlyArray<AccountRef>,
  partition: Partition | undefined
): ReadonlyArray<Part<AccountRef>> => split(accounts, ({ account }) => partitionOf(account, partition))

const split = <A>(items: ReadonlyArray<A>, partitionAt: (item: A, at: number) => string): ReadonlyArray<Part<A>> => {
  const parts = new Map<string, { partition: string; items: Array<A>; places: Array<number> }>()
  for (const [at, item] of items.entries()) {
    const partition = partitionAt(item, at)
    const part = parts.get(partition) ?? { partition, items: [], places: [] }
    parts.set(partition, part)
    part.items.push(item)
    part.places.push(at)
  }
  return [...parts.values()]
}

/** The answers of all parts, each in its place. */
export const merge = <A, B>(
  parts: ReadonlyArray<Part<A>>,
  answers: ReadonlyArray<ReadonlyArray<B>>
): ReadonlyArray<B> => {
  const merged: Array<B> = []
  for (const [at, part] of parts.entries())
    for (const [index, place] of part.places.entries()) merged[place] = answers[at]![index]!
  return merged
}
