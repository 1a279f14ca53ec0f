/**
 * The quick start, with credit in Postgres: `node examples/docs/quick-start-postgres.ts`, DATABASE_URL
 */
// #region postgres
import { migrate, postgresStore } from "@tallystick/adapter-postgres"
import { metered, streamed } from "@tallystick/ai-sdk"
import { createQuota, denialResponse, estimateMicros, type Limit, staticPrices, utf8Bytes } from "@tallystick/core"
import { streamText } from "ai"

const url = process.env["DATABASE_URL"] ?? "postgres://localhost/app"
await migrate({ url })
const quota = createQuota({ store: postgresStore({ url }) })
// Micro-dollars per million tokens: $1.25 and $10. `@tallystick/core/prices` knows most models.
const catalog = staticPrices({ "gpt-5": { inputMicrosPerMillion: 1_250_000, outputMicrosPerMillion: 10_000_000 } })
const creditOf = (user: string): Limit => ({ account: `user:${user}`, unit: "microusd" })

/** A payment's webhook may come twice: it counts once. */
export const paid = async (user: string, microusd: number, paymentId: string): Promise<void> => {
  await quota.setLimit({ ...creditOf(user), limit: 0, id: "first" })
  await quota.addCredit({ ...creditOf(user), amount: microusd, paymentId })
}

export const chat = async (request: Request, user: string): Promise<Response> => {
  const prompt = await request.text()
  const bounds = { promptBytes: utf8Bytes(prompt) + 200, maxOutputTokens: 1_000 }
  const { micros } = estimateMicros({ catalog, model: "gpt-5", ...bounds })
  const limits = [creditOf(user)]
  const turn = await quota.open({ limits, estimate: { microusd: micros }, signal: request.signal })
  if (!turn.granted) return denialResponse(turn)
  const priced = metered(model, turn, { catalog })
  const result = streamText({ model: priced, prompt, maxOutputTokens: 1_000, abortSignal: turn.signal })
  return streamed(turn, result.toTextStreamResponse())
}
// #endregion
import { model } from "./model.ts"

const user = `ada-${process.pid}`
for (const payment of ["payment-1", "payment-1"]) await paid(user, 20_000, `${user}-${payment}`)
const ask = async () => {
  const response = await chat(new Request("http://localhost", { method: "POST", body: "Why is the sky blue?" }), user)
  return `${response.status} ${(await response.text()).replace(user, "ada").slice(0, 60)}`
}
for (let call = 0; call < 3; call++) console.log(await ask())
const [usage] = await quota.usage([creditOf(user)])
console.log(`used ${usage?.used} of ${usage?.limit}`)
await quota.close()
