/**
 * Where requests and answers end, however the bytes are cut up on their way.
 */
import * as fc from "fast-check"
import { expect, test } from "vitest"

import type { Cutter } from "../../src/storm/proxy/pieces.ts"
import { postgres } from "../../src/storm/proxy/postgres.ts"
import { redis } from "../../src/storm/proxy/redis.ts"

const message = (kind: string, text = ""): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(4 + text.length)
  return Buffer.concat([Buffer.from(kind, "latin1"), length, Buffer.from(text, "latin1")])
}
const together = (...kinds: ReadonlyArray<string>): Buffer => Buffer.concat(kinds.map((kind) => message(kind, "x y")))

/** Each piece, and whether something ends there. */
const cases: ReadonlyArray<readonly [string, () => Cutter, ReadonlyArray<readonly [string | Buffer, boolean]>]> = [
  [
    "Redis requests",
    redis.requests,
    [
      ["*1\r\n$4\r\nPING\r\n", true],
      ["*3\r\n$7\r\nEVALSHA\r\n$2\r\n\r\n\r\n$0\r\n\r\n", true],
      ["*2\r\n$4\r\nECHO\r\n$3\r\n*1\r\r\n", true]
    ]
  ],
  [
    "Redis answers",
    redis.answers,
    [
      ["+OK\r\n", true],
      ["*2\r\n*2\r\n:1\r\n$-1\r\n*0\r\n", true],
      ["*-1\r\n", true],
      [">2\r\n+invalidate\r\n*1\r\n$1\r\na\r\n", false],
      ["%1\r\n+a\r\n~2\r\n#t\r\n_\r\n", true],
      ["|1\r\n+ttl\r\n:3\r\n$2\r\n\r\n\r\n", true],
      ["-ERR no\r\n", true]
    ]
  ],
  [
    "Postgres requests",
    postgres.requests,
    [
      [Buffer.concat([Buffer.from([0, 0, 0, 9]), Buffer.from("start")]), true],
      [message("p", "secret"), false],
      [message("Q", "SELECT 1"), true],
      [together("P", "B", "D", "E", "S"), true],
      [together("P", "H"), false],
      [together("X"), false]
    ]
  ],
  [
    "Postgres answers",
    postgres.answers,
    [
      [message("R", "ok"), false],
      [message("Z", "I"), true],
      [message("D", "ZZZZ"), false],
      [message("Z", "T"), true]
    ]
  ]
]

for (const [name, cutter, pieces] of cases) {
  test(name, () => {
    const bytes = Buffer.concat(pieces.map(([text]) => Buffer.from(text as string, "latin1")))
    const expected = pieces.map(([text, ends]) => [Buffer.from(text as string, "latin1").toString("latin1"), ends])
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        const { feed } = cutter()
        const found = edges.slice(1).flatMap((end, index) => feed(bytes.subarray(edges[index], end)))
        expect(found.map(({ bytes, ends }) => [bytes.toString("latin1"), ends])).toEqual(expected)
      })
    )
  })
}

test("of what is encrypted every chunk counts", () => {
  expect(redis.isHidden(Buffer.from([0x16, 3, 1, 0]))).toBe(true)
  expect(redis.isHidden(Buffer.from("*1\r\n"))).toBe(false)
  expect(postgres.isHidden(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]))).toBe(true)
  expect(postgres.isHidden(Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]))).toBe(false)
})
