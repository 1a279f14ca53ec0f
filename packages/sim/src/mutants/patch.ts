/**
 * A bug to plant: edits of the real source, found by their exact text. So a patch that no longer fits fails, and never silently plants nothing.
 */
import type { InvariantId } from "../report/model.ts"

export interface Edit {
  /** Relative to `packages/`: `core/src/machine/reserve.ts`. */
  readonly file: string
  /** Text that occurs in the file exactly once. */
  readonly find: string
  readonly replace: string
}

export interface Patch {
  readonly name: string
  /** What is wrong with the store, in a sentence. */
  readonly what: string
  readonly edits: ReadonlyArray<Edit>
  /** The invariant that alone finds it; absent: several do, whichever breaks first. */
  readonly expects?: InvariantId | undefined
}

/** A patch that does not fit the source. */
export class PatchError extends Error {
  readonly _tag = "PatchError"
}

/** The text of a file with the edits of a patch that are meant for it. */
export const applyEdits = (patch: Patch, file: string, text: string): string => {
  let after = text
  for (const edit of patch.edits) {
    if (edit.file !== file) continue
    const parts = after.split(edit.find)
    if (parts.length !== 2) {
      throw new PatchError(`${patch.name}: its text stands ${parts.length - 1} times in ${file}: ${edit.find}`)
    }
    after = parts.join(edit.replace)
  }
  return after
}
