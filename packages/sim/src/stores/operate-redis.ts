/** A Redis store and what operators ask of it, where a URL asks for them. */
import { redisOperator, redisStore } from "@tallystick/adapter-redis"

import { CALL_TIMEOUT_MS, type Operated, type OperatedOptions } from "../cli/operator/operated.ts"

export const operatedRedis = ({ url, prefix, partition }: OperatedOptions): Operated => ({
  store: redisStore({
    url,
    prefix,
    callTimeoutMs: CALL_TIMEOUT_MS,
    ...(partition === undefined ? {} : { partition: () => partition })
  }),
  operator: redisOperator({ url, prefix, partition })
})
