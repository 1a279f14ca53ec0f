/**
 * Names that say nothing: HMAC-SHA-256 under the operator's secret. A plain hash of an IPv4 address is undone by trying
 * all four billion; this one only by who has the secret.
 */
import { InvalidInput } from "../machine/invalid-input.ts"

/** Makes pseudonyms and proofs under one secret. */
export interface Pseudonyms {
  /**
   * 32 hexadecimal digits: 128 bits, of which no two of 10^15 addresses share one by chance. `kind` keeps apart what
   * could be written alike.
   */
  readonly of: (kind: string, text: string) => Promise<string>
  /** 64 hexadecimal digits that only the secret's owner can make for this text. */
  readonly proofOf: (kind: string, text: string) => Promise<string>
  /** Whether it is the proof of this text. Takes the same time wherever the two differ. */
  readonly isProof: (kind: string, text: string, proof: unknown) => Promise<boolean>
}

/** Hexadecimal digits of a pseudonym: 128 bits. */
const PSEUDONYM_LENGTH = 32

/** 128 bits, as the pseudonyms themselves: a shorter secret would be their weakest part. */
const MIN_SECRET_BYTES = 16
const MAX_SECRET_BYTES = 1_024

const algorithm = { name: "HMAC", hash: "SHA-256" }
const encoder = new TextEncoder()

/**
 * @param secret 16 to 1,024 bytes, or a text of as many. Keep it: a new one gives everybody new accounts.
 * @throws InvalidInput naming `secret`; it does not show the value
 */
export const pseudonyms = (secret: string | Uint8Array): Pseudonyms => {
  const bytes = readSecret(secret)
  let imported: Promise<CryptoKey> | undefined
  const importKey = async () => crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"])
  const key = async () => (imported ??= importKey())
  // A line feed is in no kind, so that no two pairs are one message.
  const messageOf = (kind: string, text: string) => encoder.encode(`${kind}\n${text}`)
  const proofOf = async (kind: string, text: string) =>
    hexOf(new Uint8Array(await crypto.subtle.sign("HMAC", await key(), messageOf(kind, text))))
  return {
    of: async (kind, text) => (await proofOf(kind, text)).slice(0, PSEUDONYM_LENGTH),
    proofOf,
    isProof: async (kind, text, proof) => {
      if (typeof proof !== "string" || !/^[0-9a-f]{64}$/.test(proof)) return false
      return crypto.subtle.verify("HMAC", await key(), bytesOf(proof), messageOf(kind, text))
    }
  }
}

const readSecret = (secret: unknown): Uint8Array<ArrayBuffer> => {
  const range = `a text or Uint8Array of ${MIN_SECRET_BYTES} to ${MAX_SECRET_BYTES} bytes`
  // Never the value itself: errors are logged.
  if (typeof secret !== "string" && !(secret instanceof Uint8Array))
    throw new InvalidInput("secret", range, secret === undefined ? undefined : Symbol("of another type"))
  const bytes = typeof secret === "string" ? encoder.encode(secret) : Uint8Array.from(secret)
  if (bytes.length < MIN_SECRET_BYTES || bytes.length > MAX_SECRET_BYTES)
    throw new InvalidInput("secret", range, `one of ${bytes.length} bytes`)
  return bytes
}

const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")

const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16))
