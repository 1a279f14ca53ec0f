/**
 * A route that returns a stream while it still runs, of many model calls: `node examples/stream.ts`
 */
import { memoryStore } from "@tallystick/adapter-memory"
import { createQuota, type Limit, type Reservation } from "@tallystick/core"

const quota = createQuota({ store: memoryStore() })
const limits: ReadonlyArray<Limit> = [
  { account: "user:ada", unit: "tokens", limit: 50_000, window: "day" },
  // One of two slots, held once per turn and given back at its end.
  { account: "user:ada:streams", unit: "streams", limit: 2 }
]

/** Stands for a model that calls tools: three calls of 900 tokens each. */
const steps = [900, 900, 900]

async function* run(turn: Reservation): AsyncGenerator<string> {
  for (const [index, tokens] of steps.entries()) {
    // What is held covers what was used and the call to come.
    const room = await turn.ensure({ tokens: 1_000 })
    if (!room.granted) return yield `stopped: ${room.message}`
    yield `step ${index + 1}`
    turn.used({ tokens })
  }
}

const route = async (request: { readonly signal: AbortSignal }): Promise<Response> => {
  const turn = await quota.open({ limits, estimate: { tokens: 1_000 }, signal: request.signal })
  if (!turn.granted) return new Response(turn.message, { status: 429 })
  const lines = run(turn)
  const body = new ReadableStream<string>({
    pull: async (controller) => {
      const { done, value } = await lines.next()
      if (done !== true) return controller.enqueue(`${value}\n`)
      await turn.finalize()
      controller.close()
    },
    // The client is gone: what was used so far is debited, the rest is given back.
    cancel: async () => {
      await turn.release()
    }
  })
  return new Response(body.pipeThrough(new TextEncoderStream()))
}

const response = await route({ signal: new AbortController().signal })
console.log((await response.text()).trim())
for (const account of await quota.usage(limits))
  console.log(`${account.account}: used ${account.used}, reserved ${account.reserved}`)
await quota.close()
