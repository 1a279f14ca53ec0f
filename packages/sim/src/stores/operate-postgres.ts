/** A Postgres store and what operators ask of it, where a URL asks for them. */
import { postgresOperator, postgresStore } from "@tallystick/adapter-postgres"

import { CALL_TIMEOUT_MS, type Operated, type OperatedOptions } from "../cli/operator/operated.ts"

export const operatedPostgres = ({ url, schema }: OperatedOptions): Operated => ({
  store: postgresStore({ url, schema, callTimeoutMs: CALL_TIMEOUT_MS }),
  operator: postgresOperator({ url, schema })
})
