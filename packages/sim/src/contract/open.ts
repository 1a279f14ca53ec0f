/**
 * A store for checks that run without a test runner.
 */
import type { QuotaStore } from "@tallystick/core/store"
import type * as Layer from "effect/Layer"

import { readOptions } from "./options.ts"
import type { ContractOptions } from "./options.ts"
import { openSubject } from "./subject.ts"
import type { Opened } from "./subject.ts"

/** Builds the store that the checks of `contractChecks` run on; `end` closes it. */
export const openContract = <E>(layer: Layer.Layer<QuotaStore, E>, options: ContractOptions = {}): Promise<Opened> =>
  openSubject(layer, readOptions(options))
