/**
 * Drives a run: at once for a store in this process, awaiting what it waits for otherwise.
 */
import type { Waiting } from "./world.ts"

/** A value at once if the run never waits, else a promise of it. */
export const drive = <A>(run: Waiting<A>): A | Promise<A> => {
  const first = run.next()
  return first.done === true ? first.value : driveOn(run, first.value)
}

const driveOn = async <A>(run: Waiting<A>, first: Promise<unknown>): Promise<A> => {
  await first
  for (;;) {
    const next = run.next()
    if (next.done === true) return next.value
    await next.value
  }
}

/** A value at once, or once its promise has it. */
export function* resolved<A>(made: A | Promise<A>): Waiting<A> {
  if (!(made instanceof Promise)) return made
  let value: { readonly is: A } | undefined
  yield made.then((is) => {
    value = { is }
  })
  return value!.is
}
