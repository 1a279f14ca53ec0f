/** A store module as a user writes it. */
import { memoryStore } from "@tallystick/adapter-memory"

export default memoryStore
