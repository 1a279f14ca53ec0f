/** Where a server may come from, in the order in which the ways are tried. */

/** What is asked for. A server of one's own, or a cluster, is never one that a URL names. */
export type Kind = "redis" | "postgres"
export type Way =
  | { readonly way: "url"; readonly url: string; readonly variable: string }
  | { readonly way: "docker" | "binaries" | "embedded" }

export type Choice = { readonly ways: ReadonlyArray<Way>; readonly wish: string | undefined }

const wishes = ["docker", "binaries", "embedded", "none"] as const

/**
 * The ways to try, first to last.
 *
 * @example
 * choose("redis", {}, "shared").ways.map((way) => way.way) // ["docker", "binaries"]
 */
export const choose = (kind: Kind, env: NodeJS.ProcessEnv, use: "shared" | "own"): Choice => {
  const wish = env["TALLYSTICK_TEST_SERVERS"] || undefined
  const embedded = kind === "postgres" ? [{ way: "embedded" } as const] : []
  switch (wish) {
    case undefined: {
      const variable = kind === "redis" ? "TALLYSTICK_TEST_REDIS_URL" : "TALLYSTICK_TEST_POSTGRES_URL"
      const url = env[variable]
      const given = url && use === "shared" ? [{ way: "url", url, variable } as const] : []
      return { wish, ways: [...given, { way: "docker" }, { way: "binaries" }, ...embedded] }
    }
    case "none":
      return { wish, ways: [] }
    case "docker":
      return { wish, ways: [{ way: "docker" }] }
    case "binaries":
      return { wish, ways: [{ way: "binaries" }, ...embedded] }
    case "embedded":
      return { wish, ways: kind === "postgres" ? embedded : [{ way: "binaries" }] }
    default:
      throw new Error(`TALLYSTICK_TEST_SERVERS is ${JSON.stringify(wish)}, not one of ${wishes.join(", ")}`)
  }
}
