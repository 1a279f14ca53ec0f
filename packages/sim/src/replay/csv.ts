/**
 * Records of a CSV text (RFC 4180), each with the line on which it begins: quoted fields, doubled quotes and line breaks
 * within quotes, CRLF or LF, a byte order mark, an empty last line.
 */
export interface CsvRecord {
  /** From 1, as an editor counts. */
  readonly line: number
  readonly fields: ReadonlyArray<string>
  /** What makes it no record: a quote left open, or text behind a closed one. */
  readonly defect: string | null
}

export function* csvRecords(text: string): Generator<CsvRecord> {
  const reader = new Reader(text.startsWith("\uFEFF") ? text.slice(1) : text)
  while (!reader.isAtEnd) yield reader.record()
}

class Reader {
  readonly #text: string
  #at = 0
  #line = 1

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  record(): CsvRecord {
    const line = this.#line
    const fields: Array<string> = []
    let defect: string | null = null
    for (;;) {
      const field = this.#text[this.#at] === '"' ? this.#quoted() : { value: this.#plain(), defect: null }
      fields.push(field.value)
      defect ??= field.defect
      if (this.#text[this.#at] !== ",") break
      this.#at++
    }
    this.#lineBreak()
    return { line, fields, defect }
  }

  /** Up to the next comma or the end of the line. */
  #plain(): string {
    const from = this.#at
    while (!this.isAtEnd && this.#text[this.#at] !== "," && !this.#isLineBreak(this.#at)) this.#at++
    return this.#text.slice(from, this.#at)
  }

  #quoted(): { readonly value: string; readonly defect: string | null } {
    let value = ""
    for (;;) {
      const close = this.#text.indexOf('"', this.#at + 1)
      if (close === -1) {
        const rest = this.#plainToLineEnd()
        return { value: rest, defect: "a quote is opened and never closed" }
      }
      const part = this.#text.slice(this.#at + 1, close)
      this.#line += part.split("\n").length - 1
      value += part
      this.#at = close + 1
      if (this.#text[this.#at] !== '"') break
      value += '"'
    }
    const behind = this.#plain()
    return { value, defect: behind === "" ? null : `there is ${JSON.stringify(behind)} behind a closing quote` }
  }

  /** A quote left open would swallow the rest of the file: the record ends with its line instead. */
  #plainToLineEnd(): string {
    const from = this.#at
    while (!this.isAtEnd && !this.#isLineBreak(this.#at)) this.#at++
    return this.#text.slice(from, this.#at)
  }

  #isLineBreak(at: number): boolean {
    return this.#text[at] === "\n" || (this.#text[at] === "\r" && this.#text[at + 1] === "\n")
  }

  #lineBreak(): void {
    if (this.#text[this.#at] === "\r") this.#at++
    if (this.#text[this.#at] === "\n") this.#at++
    this.#line++
  }
}
