/**
 * The ending of a run (I8): all clients are gone, all deadlines pass; then nothing is reserved, and what fits is admitted, and nothing else is.
 */
import { MAX_AMOUNT } from "@tallystick/core/machine"
import type { AccountAnswer, Outcome, Reserve } from "@tallystick/core/machine"

import { must } from "../oracle/checks.ts"
import type { Asked } from "../oracle/checks.ts"
import { termsOf } from "../workload/accounts.ts"
import type { Message } from "../workload/client.ts"
import type { Workload } from "../workload/workload.ts"
import type { Waiting } from "../world/world.ts"
import type { Cast } from "./actions.ts"
import type { Stage } from "./stage.ts"
import { jumpWords } from "./timeline.ts"

/** Longer than any retention and than all jumps of a tape together: everything that can be forgotten is. */
const SILENCE_MS = 30 * 86_400_000

export function* end({ stage, work, network }: Cast, asked: Asked): Waiting<void> {
  const { world, store } = stage.parts
  yield* network.drain(stage)
  yield* pass(stage, asked, Math.max(1_000, stage.lastDeadlineMs + 1_000 - world.nowMs))
  yield* probe(stage, work, asked, 1)
  if (!work.swarm.isForgetful) return
  yield* pass(stage, asked, SILENCE_MS)
  yield* stage.read(store.sweep(1_000))
  yield* stage.look({ words: "a sweep" }, true)
  yield* probe(stage, work, asked, 2)
}

export function* pass(stage: Stage, asked: Asked, byMs: number): Waiting<void> {
  const { world, seen, timeline } = stage.parts
  const words = jumpWords(byMs)
  timeline?.add(world.nowMs, "clock", "ending", `all clients are gone, ${words}`)
  stage.isEnding = true
  world.jump(byMs)
  yield* stage.look({ words }, false)
  for (const { account, reserved, known } of seen.state) {
    if (known) asked[8]!++
    must(
      reserved === 0,
      "I8",
      () => `with all clients gone and all deadlines past, ${account} still has ${reserved} reserved`
    )
  }
}

/** Reserves all that is left of each account, or 1 more: which, the run says. */
function* probe(stage: Stage, work: Workload, asked: Asked, round: number): Waiting<void> {
  const { world, timeline, coverage } = stage.parts
  const probes: Array<Reserve> = []
  for (const [index, plan] of work.swarm.accounts.entries()) {
    const seen = work.state[index]!
    if (!seen.open || !seen.known) continue
    // The limit in code of the state's reference, also where the workload's clients name none.
    const terms = { ...termsOf(plan, world.nowMs, 0), unit: seen.unit ?? plan.unit, limit: plan.limit ?? null }
    const amount = probeOf(seen, (coverage.messages + index) % 2 === 0)
    if (amount > MAX_AMOUNT - seen.used) continue
    probes.push({
      kind: "reserve",
      id: `p${round * 100 + index}`,
      ttlMs: 1_000,
      legs: [{ ...terms, amount, settle: "actual" }]
    })
  }
  if (probes.length === 0) return
  const before = work.state
  const message: Message = {
    client: -1,
    lane: "operator",
    commands: probes,
    fault: "none",
    sentAtMs: world.nowMs,
    sent: stage.parts.history.instant(),
    life: -1
  }
  timeline?.add(
    world.nowMs,
    "operator",
    "ending",
    `a probe of what is left: ${probes.map(({ legs }) => `${legs[0]!.amount} of ${legs[0]!.account}`).join(", ")}`
  )
  stage.onOutcomes = (outcomes) => checkProbes(asked, probes, outcomes, before)
  yield* stage.execute(message, false)
  stage.onOutcomes = undefined
}

const probeOf = ({ spendable }: AccountAnswer, isMore: boolean): number =>
  spendable === null ? 5 : Math.max(1, spendable + (isMore ? 1 : 0))

/** A reserve is admitted if and only if used + amount <= limit. */
const checkProbes = (
  asked: Asked,
  probes: ReadonlyArray<Reserve>,
  outcomes: ReadonlyArray<Outcome>,
  before: ReadonlyArray<AccountAnswer>
): void => {
  for (const [index, { legs }] of probes.entries()) {
    const { account, amount } = legs[0]!
    const { limit, used } = before.find((seen) => seen.account === account)!
    const fits = limit === null || used + amount <= limit
    asked[8]!++
    must(outcomes[index]!.granted === fits, "I8", () => {
      const said = outcomes[index]!.granted ? "admitted" : "denied"
      return `with all clients gone, a reserve of ${amount} of ${account} was ${said} with used ${used} and nothing reserved of limit ${limit}`
    })
  }
}
