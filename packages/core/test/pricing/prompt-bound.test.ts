import * as fc from "fast-check"
import { assert, describe, it } from "vitest"

import {
  InvalidInput,
  promptBound,
  TOKENS_FOR_TOOLS,
  TOKENS_PER_MESSAGE,
  TOKENS_PER_PROMPT,
  TOKENS_PER_TOOL,
  utf8Bytes
} from "../../src/index.ts"

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units))
)
const bytes = (text: string) => Buffer.byteLength(text, "utf8")

describe("utf8Bytes", () => {
  it("counts what is sent, lone surrogates included", () => {
    fc.assert(fc.property(anyText, (text) => assert.strictEqual(utf8Bytes(text), bytes(text))))
    for (const text of ["", "a", "é", "€", "😀", "\ud800", "\udc00", "\ud800\ud800\udc00", "a\udc00\ud800"])
      assert.strictEqual(utf8Bytes(text), bytes(text))
  })

  it("is linear: ten million characters in a blink", () => {
    assert.strictEqual(utf8Bytes("漢".repeat(10_000_000)), 30_000_000)
  })
})

describe("promptBound", () => {
  it("is the bytes and the constants", () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.tuple(fc.constantFrom("system", "user"), anyText)), (text, messages) => {
        assert.strictEqual(promptBound(text), bytes(text) + TOKENS_PER_MESSAGE + TOKENS_PER_PROMPT)
        const prompt = messages.map(([role, content]) => ({ role, content }))
        const sum = messages.reduce(
          (sum, [role, content]) => sum + TOKENS_PER_MESSAGE + bytes(role) + bytes(content),
          0
        )
        assert.strictEqual(promptBound(prompt), TOKENS_PER_PROMPT + sum)
      })
    )
  })

  it("counts names, text parts and tools", () => {
    const message = {
      role: "user",
      name: "ada",
      content: [
        { type: "text", text: "hé" },
        { type: "text", text: "llo" }
      ]
    }
    const plain = TOKENS_PER_PROMPT + 3 * TOKENS_PER_MESSAGE + 4 + 3 + 3 + 3
    assert.strictEqual(promptBound([message]), plain)
    const tools = [{ name: "look", description: "é" }]
    assert.strictEqual(
      promptBound([message], { tools }),
      plain + TOKENS_FOR_TOOLS + TOKENS_PER_TOOL + bytes(JSON.stringify(tools))
    )
    assert.strictEqual(promptBound([message], { tools: [] }), plain)
  })

  it("refuses a part whose bytes say nothing, unless told what it costs", () => {
    const message = { role: "user", content: [{ type: "image_url" }] }
    assert.throws(() => promptBound([message]), InvalidInput, "prompt[0].content[0] must be a part with text")
    assert.strictEqual(
      promptBound([message], { nonTextPartTokens: 1_600 }),
      TOKENS_PER_PROMPT + TOKENS_PER_MESSAGE + 4 + 1_600
    )
    assert.throws(() => promptBound([{ role: "user", content: 5 } as never]), InvalidInput, "prompt[0].content must be")
    assert.throws(() => promptBound(5 as never), InvalidInput, "prompt must be")
  })
})
