/** The suites that had no server, and what to do about it. */
export class Skips {
  readonly #suites = new Map<string, string>()

  add(suite: string, why: string): void {
    this.#suites.set(suite, why)
  }

  get size(): number {
    return this.#suites.size
  }

  /** What to print at the end of a run: loud, and how to get servers. */
  lines(): ReadonlyArray<string> {
    const bar = "=".repeat(100)
    return [
      bar,
      `SKIPPED for want of a server: ${this.#suites.size}`,
      ...[...this.#suites].map(([suite, why]) => `  ${suite}\n      ${why}`),
      "To get servers: start Docker; or install redis-server (or valkey-server) and postgresql; or set",
      "TALLYSTICK_TEST_REDIS_URL and TALLYSTICK_TEST_POSTGRES_URL. See CONTRIBUTING.md, Test servers.",
      bar
    ]
  }
}
