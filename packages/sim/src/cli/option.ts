/**
 * What an option of a command takes. A command lists its options as data: the reader, the help and the types come from it.
 */
export interface Option<A> {
  /** A flag takes no value. */
  readonly isFlag: boolean
  /** Stands for the value in the help: `N`, `FILE`. */
  readonly placeholder: string
  readonly help: string
  /** What it is when it was not given. */
  readonly initial: A
  /** What it takes, in words: "an integer from 1 to 100". */
  readonly range: string
  /** undefined: the text is not in the range. */
  readonly read: (text: string) => A | undefined
}

export type Options = Readonly<Record<string, Option<unknown>>>

/** The values of a command's options, under the same names. */
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer A> ? A : never }

export const flag = (help: string): Option<boolean> => ({
  isFlag: true,
  placeholder: "",
  help,
  initial: false,
  range: "",
  read: () => true
})

export const integer = (min: number, max: number, initial: number, help: string): Option<number> => ({
  ...optionalInteger(min, max, help),
  initial,
  read: integerReader(min, max)
})

export const optionalInteger = (min: number, max: number, help: string): Option<number | undefined> => ({
  isFlag: false,
  placeholder: "N",
  help,
  initial: undefined,
  range: `an integer from ${min} to ${max}`,
  read: integerReader(min, max)
})

/** Digits alone: no sign but a leading minus, no exponent, no point. */
const integerReader =
  (min: number, max: number) =>
  (text: string): number | undefined => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN
    return value >= min && value <= max ? value : undefined
  }

export const text = (placeholder: string, initial: string, help: string): Option<string> => ({
  ...optionalText(placeholder, help),
  initial,
  read: (given) => (given === "" ? undefined : given)
})

export const optionalText = (placeholder: string, help: string): Option<string | undefined> => ({
  isFlag: false,
  placeholder,
  help,
  initial: undefined,
  range: "a text that is not empty",
  read: (given) => (given === "" ? undefined : given)
})

/** Several of a fixed set, separated by commas; none given: all. */
export const someOf = <A extends string>(
  all: ReadonlyArray<A>,
  placeholder: string,
  help: string
): Option<ReadonlyArray<A> | undefined> => ({
  isFlag: false,
  placeholder,
  help,
  initial: undefined,
  range: `one or more of ${all.join(",")}`,
  read: (given) => {
    const names = given.split(",").map((name) => name.trim())
    const found = all.filter((name) => names.includes(name))
    return found.length === new Set(names).size ? found : undefined
  }
})

export const custom = <A>(option: Omit<Option<A>, "isFlag">): Option<A> => ({ ...option, isFlag: false })
