/**
 * When a search ends early: Ctrl-C, or its seconds are over.
 */
export interface Stop {
  readonly signal: AbortSignal
  /** No timer may keep the program alive. */
  readonly cancel: () => void
}

export const stopAfter = (seconds: number | undefined, interrupt: AbortSignal): Stop => {
  if (seconds === undefined) return { signal: interrupt, cancel: () => undefined }
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), seconds * 1_000)
  return { signal: AbortSignal.any([interrupt, over.signal]), cancel: () => clearTimeout(timer) }
}

/** 1 whenever something broke: that is the news, also after Ctrl-C. */
export const exitStatus = (isOk: boolean, interrupt: AbortSignal): number => {
  if (!isOk) return 1
  return interrupt.aborted ? Number(interrupt.reason) : 0
}
