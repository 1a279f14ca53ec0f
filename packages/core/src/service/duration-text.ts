/**
 * Durations for people: one unit, rounded up, so that whoever waits that long is not too early.
 *
 * @example
 * durationText(10_800_000) // => "3 h"
 * durationText(61_000) // => "61 s"
 */
export const durationText = (ms: number): string => {
  if (ms <= 120_000) return `${Math.max(1, Math.ceil(ms / 1_000))} s`
  if (ms <= 7_200_000) return `${Math.ceil(ms / 60_000)} min`
  if (ms <= 172_800_000) return `${Math.ceil(ms / 3_600_000)} h`
  return `${Math.ceil(ms / 86_400_000)} days`
}
