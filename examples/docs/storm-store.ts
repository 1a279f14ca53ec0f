/**
 * A snippet of docs/storm.md.
 */
// #region store
import { myStore } from "./my-store.ts"

/** `name` is for what it keeps: no other storm has it. Close removes nothing; what it made is yours to remove. */
export default ({ name, callTimeoutMs }: { name: string; callTimeoutMs: number }) =>
  myStore({ table: name, callTimeoutMs })
// #endregion
