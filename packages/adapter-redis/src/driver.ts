/**
 * The port between the store and a Redis client: one function, so that any client fits.
 */

/** What the function gets: EVALSHA with a hash, or EVAL with the text where the server has lost it. */
export type EvalCommand = "EVALSHA" | "EVAL"

/**
 * A Redis client as the store needs it.
 *
 * `evaluate` sends `command script keys.length ...keys ...args` once (a client's own re-sending must be off) and gives the reply: integers as numbers,
 * texts as strings, nil as null, arrays as arrays. It rejects with the server's own error, whose message begins with its code (`OOM …`), with
 * `NotAppliedError` if it is certain that nothing was sent, and with anything else if it is not.
 *
 * @example
 * const driver: RedisDriver = {
 *   evaluate: (command, script, keys, args) => client.sendCommand([command, script, String(keys.length), ...keys, ...args])
 * }
 */
export interface RedisDriver {
  /** What is sent first is at the server first, as over one connection; then group commit has two flushes under way. Default: no. */
  readonly ordered?: boolean | undefined
  readonly evaluate: (
    command: EvalCommand,
    script: string,
    keys: ReadonlyArray<string>,
    args: ReadonlyArray<string>,
    /** Aborts at the call's deadline. */
    signal: AbortSignal
  ) => Promise<unknown>
}
