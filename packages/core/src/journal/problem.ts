/**
 * What a journal of files cannot do, told to its operator.
 */

/** What went wrong. Nothing of it is thrown away: each says where what it is about now is. */
export type JournalProblem =
  /** A record cannot be read. Its bytes were set aside; the others of its file are kept. */
  | {
      readonly kind: "corrupt"
      readonly file: string
      /** From 1. */
      readonly line: number
      readonly because: string
      /** Where its bytes are now, as one line. */
      readonly setAside: string
    }
  /** Nothing could be written. So many entries are only in the memory of this process; the next call tries again. */
  | { readonly kind: "write"; readonly folder: string; readonly onlyInMemory: number; readonly error: Error }
  /** A file of another process could not be taken over. It is left where it is; the next replay tries again. */
  | { readonly kind: "read"; readonly file: string; readonly error: Error }

export type ReportProblem = (problem: JournalProblem) => unknown

/** For people. */
export const wordsOf = (problem: JournalProblem): string => {
  switch (problem.kind) {
    case "corrupt":
      return `line ${problem.line} of ${problem.file} ${problem.because}; it was set aside in ${problem.setAside}`
    case "write":
      return `${problem.folder} cannot be written (${problem.error.message}); ${problem.onlyInMemory} entries are only in memory`
    case "read":
      return `${problem.file} cannot be taken over: ${problem.error.message}`
  }
}

/** Who is told unless told otherwise: whoever reads what the process warns of. */
export const warn: ReportProblem = (problem) =>
  process.emitWarning(wordsOf(problem), { type: "TallystickJournal", code: `TALLYSTICK_JOURNAL_${problem.kind}` })

export const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause), { cause }))

/** The code of an error of the file system: `ENOENT`, `ENOSPC`. */
export const codeOf = (cause: unknown): string | undefined => {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined
  return typeof cause.code === "string" ? cause.code : undefined
}
