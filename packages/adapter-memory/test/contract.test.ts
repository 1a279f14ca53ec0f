import { QuotaStore } from "@tallystick/core/store"
import { contract } from "@tallystick/sim/contract"
import * as Layer from "effect/Layer"

import { memoryStore } from "../src/index.ts"

contract("the memory store", Layer.sync(QuotaStore, memoryStore))
