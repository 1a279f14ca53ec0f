/**
 * How many tokens a prompt can be at most, without a tokenizer.
 *
 * A byte-level BPE (o200k, cl100k, Claude's, Llama's) starts from one token per UTF-8 byte and only merges; one with
 * byte fallback never needs more than a token per byte either. So the bytes of the text are a sound bound, in one
 * linear pass. Measured on 17 texts, o200k took 0.18 tokens per byte of English and 1.00 of rare Chinese, never more;
 * characters / 4 was 8 times too low there, and js-tiktoken took 54 s for 20,000 times the letter a.
 */
import { InvalidInput } from "../machine/invalid-input.ts"
import { readAmount, readObject } from "../service/check.ts"

/**
 * Around each message. OpenAI's cookbook (`num_tokens_from_messages`) counts 3 or 4, and 1 more for a name; the rest
 * is margin.
 */
export const TOKENS_PER_MESSAGE = 8

/** Once per prompt. The cookbook counts 3 tokens that open the reply. */
export const TOKENS_PER_PROMPT = 3

/** Around each tool's definition. Undocumented; several times what its punctuation can take. */
export const TOKENS_PER_TOOL = 32

/** Once, if there are tools: the hidden system prompt. Anthropic documents up to 530 tokens (Claude 3 Opus, `auto`). */
export const TOKENS_FOR_TOOLS = 530

/** A message: text, or text parts. Parts of another kind (images, files, audio) need `nonTextPartTokens`. */
export interface PromptMessage {
  readonly role: string
  readonly name?: string | undefined
  readonly content: string | ReadonlyArray<{ readonly type: string; readonly text?: string | undefined }>
}

export interface PromptBoundOptions {
  /** Tool definitions, as they are sent: the bytes of their JSON count. */
  readonly tools?: ReadonlyArray<unknown> | undefined
  /** What each part without text costs at most. Without it such a part is refused: its bytes say nothing. */
  readonly nonTextPartTokens?: number | undefined
}

/**
 * The UTF-8 bytes of a text, without encoding it. A lone surrogate counts 3: it is sent as U+FFFD.
 *
 * @example
 * utf8Bytes("naïve €") // => 10
 */
export const utf8Bytes = (text: string): number => {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) {
      bytes += 1
      continue
    }
    bytes += 2
    // A pair is 4 bytes: 2 units, and the 2 that the first of them adds.
    if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(index + 1))) index++
  }
  return bytes
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/**
 * A sound upper bound of a prompt's input tokens: bytes plus the constants above.
 *
 * @throws InvalidInput for a part without text, unless `nonTextPartTokens` is given
 *
 * @example
 * promptBound("hello") // => 16
 * promptBound([{ role: "user", content: "hello" }]) // => 20
 */
export const promptBound = (
  prompt: string | ReadonlyArray<PromptMessage>,
  options: PromptBoundOptions = {}
): number => {
  if (typeof prompt === "string")
    return utf8Bytes(prompt) + TOKENS_PER_MESSAGE + TOKENS_PER_PROMPT + toolTokens(options)
  if (!Array.isArray(prompt)) throw new InvalidInput("prompt", "a string or an array of messages", prompt)
  let tokens = TOKENS_PER_PROMPT + toolTokens(options)
  for (const [index, message] of prompt.entries()) tokens += messageTokens(`prompt[${index}]`, message, options)
  return tokens
}

const messageTokens = (field: string, value: unknown, options: PromptBoundOptions): number => {
  const message = readObject(value, field)
  const named = textTokens(`${field}.role`, message["role"]) + textTokens(`${field}.name`, message["name"] ?? "")
  const { content } = message
  if (!Array.isArray(content)) return TOKENS_PER_MESSAGE + named + textTokens(`${field}.content`, content)
  const parts = content.map((part: unknown, index) => partTokens(`${field}.content[${index}]`, part, options))
  return TOKENS_PER_MESSAGE + named + parts.reduce((sum, tokens) => sum + tokens, 0)
}

const partTokens = (field: string, value: unknown, options: PromptBoundOptions): number => {
  const part = readObject(value, field)
  if (typeof part["text"] === "string") return utf8Bytes(part["text"]) + TOKENS_PER_MESSAGE
  if (options.nonTextPartTokens !== undefined) return readAmount(options.nonTextPartTokens, "nonTextPartTokens")
  throw new InvalidInput(field, "a part with text (or give nonTextPartTokens)", part["type"])
}

const textTokens = (field: string, value: unknown): number => {
  if (typeof value === "string") return utf8Bytes(value)
  throw new InvalidInput(field, "a string", value)
}

const toolTokens = (options: PromptBoundOptions): number => {
  const tools = options.tools ?? []
  if (tools.length === 0) return 0
  return TOKENS_FOR_TOOLS + tools.length * TOKENS_PER_TOOL + utf8Bytes(JSON.stringify(tools))
}
