/** More runs than anybody waits for; what `--seconds` alone means. */
export const MAX_RUNS = 100_000_000
