/**
 * The journal of files, an entry of its own since it needs Node: `@tallystick/core/file-journal`.
 *
 * @example
 * import { fileJournal } from "@tallystick/core/file-journal"
 *
 * const journal = fileJournal({ folder: "/var/lib/app/tallystick" })
 */
export { fileJournal, type FileJournalOptions } from "./file-journal.ts"
export type { JournalProblem, ReportProblem } from "./problem.ts"
