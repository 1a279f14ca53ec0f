import * as fc from "fast-check"
import { expect, test } from "vitest"

import { type Waiter, WaitingLine } from "../../src/service/waiting-line.ts"

interface Numbered extends Waiter<Numbered> {
  readonly number: number
}

test("who waits stands in order of arrival, whoever leaves from wherever", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(), { nil: null }), { maxLength: 60 }), (steps) => {
      const line = new WaitingLine<Numbered>()
      let waiting: Array<Numbered> = []
      for (const [number, step] of steps.entries()) {
        const gone = step === null ? undefined : waiting[step % Math.max(1, waiting.length)]
        if (gone === undefined) {
          const beating: Numbered = { number, dueMs: 0, line: undefined, before: undefined, behind: undefined }
          line.add(beating)
          waiting.push(beating)
          expect(beating.line).toBe(line)
        } else {
          line.remove(gone)
          waiting = waiting.filter((one) => one !== gone)
          expect(gone).toEqual({ ...gone, line: undefined, before: undefined, behind: undefined })
        }
        expect(line.first).toBe(waiting[0])
      }
      for (const beating of waiting) {
        expect(line.first).toBe(beating)
        line.remove(beating)
      }
      expect(line.first).toBeUndefined()
    })
  )
})
