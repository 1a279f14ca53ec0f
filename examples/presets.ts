/**
 * The snippets of `docs/presets.md` and `docs/http.md`, word for word: `node examples/presets.ts`
 */
// #region create
import { memoryStore } from "@tallystick/adapter-memory"
import {
  anonymous,
  clientAddress,
  createQuota,
  denialResponse,
  fromEnv,
  isChallenge,
  registered,
  staticPrices
} from "@tallystick/core"

const quota = createQuota({ store: memoryStore() })
const secret = process.env["QUOTA_SECRET"] ?? "16 bytes or more, kept with your other secrets"
const settings = fromEnv() // ANON_TOKEN_LIMIT, PREMIUM_CREDIT_MICROS_LIMIT, ...
const visitors = anonymous({ ...settings.anonymous, secret, challengeAfter: 2 })
const users = registered(settings.registered)
// #endregion

/** Stands for a call to a model. */
const model = async (_prompt: string) => ({ text: "Because it scatters.", usage: { total: 3_100, micros: 4_217 } })

/** Stands for your session, whose cookie you sign. */
const sessionOf = (_request: Request): { id: string; pass?: string | undefined } => session
const session: { id: string; pass?: string | undefined } = { id: "session-1" }
const verifiedByProvider = async (_token: string): Promise<boolean> => true

// #region visitor
const visit = async (request: Request, remoteAddress: string): Promise<Response> => {
  const { id, pass } = sessionOf(request)
  const address = clientAddress(request, { trustedProxies: ["10.0.0.0/8"], remoteAddress })
  const turn = await visitors.open(quota, {
    session: id,
    address,
    pass,
    estimate: { tokens: 4_000 },
    signal: request.signal
  })
  if (!turn.granted) return denialResponse(turn, { accountNames: "hide" })
  const reply = await model(await request.text())
  await turn.finalize({ tokens: reply.usage.total })
  return new Response(reply.text)
}
// #endregion

// #region solved
const solve = async (request: Request, token: string): Promise<void> => {
  if (!(await verifiedByProvider(token))) return
  const current = sessionOf(request)
  const { pass } = await visitors.solved(quota, { session: current.id, token })
  current.pass = pass // kept with the session
}
// #endregion

// #region user
const catalog = staticPrices({ "gpt-5": { inputMicrosPerMillion: 1_250_000, outputMicrosPerMillion: 10_000_000 } })

const ask = async (user: string, prompt: string): Promise<string> => {
  const { micros } = users.estimate({ catalog, model: "gpt-5", reserveTokens: 4_000 })
  const request = users.request({ user, estimate: { microusd: micros } })
  return quota.guard(request, async (call) => {
    const reply = await model(prompt)
    call.used({ microusd: reply.usage.micros })
    return reply.text
  })
}
// #endregion

// #region guard
const isAsked = async (sessionId: string, address: string): Promise<boolean> => {
  const turn = await visitors.open(quota, { session: sessionId, address })
  if (turn.granted) await turn.release()
  return isChallenge(turn)
}
// #endregion

// #region credit
await quota.setLimit({ ...users.limit("ada"), limit: 5_000_000, id: "ada's first credit" })
await quota.addCredit({ ...users.limit("ada"), amount: 10_000_000, paymentId: "payment-1" })
// #endregion

// #region partition
/** For Redis Cluster: what one reservation names must lie in one slot. */
const partition = (account: string): string => (account.startsWith("anon") ? "visitors" : account)
// #endregion

const request = () =>
  new Request("https://example.org", { method: "POST", body: "Why?", headers: { "x-forwarded-for": "198.51.100.7" } })
for (let visits = 0; visits < 3; visits++) {
  const response = await visit(request(), "10.0.0.1")
  console.log(`${response.status} ${response.headers.get("content-type")}`)
}
await solve(request(), "token of the captcha")
console.log((await visit(request(), "10.0.0.1")).status)
console.log(await isAsked("session-2", "198.51.100.7"))
console.log(await ask("ada", "Why?"))
const { limit, used } = await users.usage(quota, "ada")
console.log(`${used} of ${limit}`)
const visitor = await visitors.request({ session: "session-1", address: "198.51.100.7" })
console.log(new Set(visitor.limits.map(({ account }) => partition(account))).size, partition("user:ada"))
await quota.close()
