/** The test file's end of the coordinator's socket. */
import * as http from "node:http"
import { inject } from "vitest"
import type { Requests } from "./wire.ts"

export const ask = async <Name extends keyof Requests>(
  name: Name,
  ...args: Requests[Name]["args"]
): Promise<Requests[Name]["answer"]> => {
  const socketPath = inject("testServers")
  if (socketPath === undefined) throw new Error("this project has no globalSetup for servers: see vitest.config.ts")
  const text = await post(socketPath, JSON.stringify({ name, args }))
  const { answer, error } = JSON.parse(text) as { answer: Requests[Name]["answer"]; error?: string }
  if (error !== undefined) throw new Error(error)
  return answer
}

const post = (socketPath: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method: "POST", agent: false }, (response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (more: string) => (text += more))
      response.on("end", () => resolve(text)).on("error", reject)
    })
    request.on("error", reject)
    request.end(body)
  })
