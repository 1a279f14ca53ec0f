/**
 * The port between the store and a Postgres client: one function, so that any client fits.
 */

export interface QueryResult {
  readonly rows: ReadonlyArray<Readonly<Record<string, unknown>>>
}

export interface QueryOptions {
  /** Aborts at the call's deadline. */
  readonly signal: AbortSignal
  /** Run it in a transaction of its own, at READ COMMITTED: the default isolation of this role or database is another. */
  readonly begins: boolean
}

/**
 * A Postgres client as the store needs it.
 *
 * `query` sends one statement once and gives its rows. The statement has `$1`, `$2` … each once and in order, and all values are texts. It rejects with the
 * server's own error, which has its SQLSTATE as `code`, with `NotAppliedError` if it is certain that nothing was sent, and with anything else if it is not.
 *
 * @example
 * const store = postgresStore({ driver: { query: (text, values) => client.query(text, values) } })
 */
export interface PostgresDriver {
  readonly query: (text: string, values: ReadonlyArray<string>, options: QueryOptions) => Promise<QueryResult>
  /** Ends what the driver itself opened. */
  readonly close?: (() => Promise<void>) | undefined
}
