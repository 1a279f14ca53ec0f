// A vitest reporter that leaves the numbers of tests in the file that scripts/test.mjs names.
import { writeFileSync } from "node:fs"

export default class CountReporter {
  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      if (module.state() === "failed" && module.errors().length > 0) counts.failed++ // it could not be loaded
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state in counts) counts[state]++
      }
    }
    const file = process.env.TALLYSTICK_TEST_COUNTS
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts))
  }
}
