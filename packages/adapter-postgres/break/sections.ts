/**
 * Where in the files a place of the whole text was written: a section that stands in several places is one piece of code, and is broken as one.
 */
import { readFileSync } from "node:fs"

import { migrations } from "../src/schema.ts"
import type { Mutant } from "./mutants.ts"

interface Piece {
  readonly file: string
  /** Where it begins in the file, and in the whole text. */
  readonly from: number
  readonly start: number
}

/** With its sections in their places. */
export const wholeText = migrations.map(({ text }) => text).join("")

const piecesOf = (names: ReadonlyArray<string>): ReadonlyArray<Piece> => {
  const pieces: Array<Piece> = []
  let whole = ""
  const add = (file: string): void => {
    const text = readFileSync(new URL(`../sql/${file}`, import.meta.url), "utf8")
    let from = 0
    const take = (to: number): void => {
      pieces.push({ file, from, start: whole.length })
      whole += text.slice(from, to)
    }
    for (const { 0: line, 1: section, index } of text.matchAll(/^ *-- section ([a-z-]+)\n/gm)) {
      take(index)
      add(`execute/${section}.sql`)
      from = index + line.length
    }
    take(text.length)
  }
  for (const name of names) add(name)
  if (whole !== wholeText) throw new Error("the sections are put together otherwise than src/schema.ts does")
  return pieces
}

/** Mutants of one place in the files, as one. */
export const onePerPlace = (mutants: ReadonlyArray<Mutant>): ReadonlyArray<Mutant> => {
  const pieces = piecesOf(migrations.map(({ name }) => name))
  const placeOf = (at: number): string => {
    const { file, from, start } = pieces.findLast((piece) => piece.start <= at)!
    return `${file} ${from + at - start}`
  }
  const found = new Map<string, Mutant>()
  for (const mutant of mutants) {
    const key = `${placeOf(mutant.start)} ${placeOf(mutant.end - 1)} ${mutant.after}`
    const first = found.get(key)
    found.set(key, first === undefined ? mutant : { ...first, copies: [...(first.copies ?? []), mutant.start] })
  }
  return [...found.values()]
}
