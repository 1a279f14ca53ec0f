/**
 * The whole record of a storm in a file, so that what failed once can be looked at and judged again: a storm does not come twice.
 *
 * Lines of JSON, compressed: a call takes a kilobyte and a half, a tenth of that in the file.
 */
import { randomUUID } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { createGunzip, createGzip } from "node:zlib"

import type { Call } from "./check/history.ts"
import { withoutPassword } from "./report.ts"
import type { StormTerms } from "./report.ts"
import type { StormRecord } from "./run/storm.ts"

export interface KeptStorm {
  readonly record: StormRecord
  readonly terms: StormTerms
}

type Head = Omit<StormRecord, "calls"> & { readonly tallystickStorm: 1; readonly terms: StormTerms }

/** @returns the path of the file, in the temporary folder: nobody removes it but its reader */
export const keepStorm = async ({ record, terms }: KeptStorm): Promise<string> => {
  const path = join(tmpdir(), `tallystick-storm-${randomUUID()}.jsonl.gz`)
  const { calls, ...rest } = record
  const head: Head = { tallystickStorm: 1, terms: { ...terms, store: withoutPassword(terms.store) }, ...rest }
  const lines = function* (): Generator<string> {
    yield `${JSON.stringify(head)}\n`
    for (const call of calls) yield `${JSON.stringify(call)}\n`
  }
  await pipeline(lines, createGzip(), createWriteStream(path, { mode: 0o600 }))
  return path
}

/**
 * Reads what `keepStorm` wrote.
 *
 * @throws Error if there is no such file, or it is none of a storm's
 */
export const readStorm = async (path: string): Promise<KeptStorm> => {
  const lines: Array<unknown> = []
  await pipeline(createReadStream(path), createGunzip(), async (text: AsyncIterable<Buffer>) => {
    const decoder = new TextDecoder()
    let rest = ""
    for await (const bytes of text) {
      const [last = "", ...whole] = (rest + decoder.decode(bytes, { stream: true })).split("\n").toReversed()
      for (const line of whole.toReversed()) lines.push(JSON.parse(line))
      rest = last
    }
  })
  const [head, ...calls] = lines
  if ((head as Head | undefined)?.tallystickStorm !== 1) throw new Error("it holds no storm")
  const { terms, tallystickStorm: _, ...rest } = head as Head
  return { terms, record: { ...rest, calls: calls.map((call) => asCall(call as Call)) } }
}

/** JSON has no Infinity: of a call that was never answered. */
const asCall = (call: Call): Call => ({ ...call, answeredNs: call.answeredNs ?? Infinity })
