/**
 * The names under which one model is asked for, as one.
 */
import type { PriceQuery } from "./price-catalog.ts"

/** A model's id as its vendor writes it, and who serves it. */
export interface ModelId {
  readonly model: string
  readonly provider: string | undefined
}

/** By the first part of an AI SDK `model.provider`, or by a name that people write. */
const providers: Readonly<Record<string, string>> = {
  "amazon-bedrock": "aws",
  bedrock: "aws",
  aws: "aws",
  azure: "azure",
  "azure-openai": "azure",
  openai: "openai",
  anthropic: "anthropic",
  google: "google",
  gemini: "google",
  vertex: "google",
  "google-vertex": "google",
  vertex_ai: "google",
  openrouter: "openrouter"
}

const knownProvider = (name: string): string | undefined =>
  Object.hasOwn(providers, name) ? providers[name] : undefined

/** `us.anthropic.claude-…`, `anthropic.claude-…`: only Bedrock names models so. */
const bedrockName = /^(?:(?:us|us-gov|eu|apac|jp|au|global)\.)?[a-z0-9]+\.[a-z]/

/** `models/…`, `publishers/google/models/…`, `projects/…/models/…`: Google's resource names. */
const resourceName = /^(?:.*\/)?models\//

/**
 * The ids of OpenAI, Anthropic, Google, Vertex, Bedrock, Azure and OpenRouter without what stands around them. The
 * name of an Azure deployment is your own: give it a row in a static table.
 *
 * @example
 * normalizeModel({ model: "anthropic/claude-sonnet-4-5" }) // => { model: "claude-sonnet-4-5", provider: "anthropic" }
 * normalizeModel({ model: "gpt-5", provider: "openai.responses" }) // => { model: "gpt-5", provider: "openai" }
 */
export const normalizeModel = (query: Pick<PriceQuery, "model" | "provider">): ModelId => {
  const given = query.provider?.split(".")[0]?.toLowerCase()
  const provider = given === undefined ? undefined : (knownProvider(given) ?? given)
  const isResource = resourceName.test(query.model)
  const model = query.model.replace(resourceName, "")
  // OpenRouter's own ids are vendor/model.
  if (provider === "openrouter") return { model, provider }
  if (isResource) return { model, provider }
  const split = /^([a-z_-]+)([/:])(.+)$/.exec(model)
  const vendor = split === null ? undefined : knownProvider(split[1]!)
  if (vendor !== undefined) return normalizeModel({ model: split![3]!, provider: provider ?? vendor })
  if (provider === undefined && bedrockName.test(model)) return { model, provider: "aws" }
  return { model, provider }
}

/** What may follow a model's id without naming another model: a date, `latest`, Bedrock's version. */
const harmlessRest = /^(?:[-@](?:\d{8}|\d{4}-\d{2}-\d{2}|latest|default))?(?:-v\d+(?::\d+)?)?$/

/** Where it runs, as Bedrock says it, and as the catalogue says it for all regions. */
const region = /^(?:us|us-gov|eu|apac|jp|au|global|regional)\./

/** Whether a catalogue's entry is the model that was asked for, and not one whose name only begins like it. */
export const isSameModel = (asked: string, found: string): boolean => {
  const dashed = (id: string): string =>
    id
      .toLowerCase()
      .replace(region, "")
      .replaceAll(/(?<=\d)\.(?=\d)/g, "-")
  const [full, entry] = [dashed(asked), dashed(found)]
  const start = full.indexOf(entry)
  if (start < 0) return false
  // Before it: a region and a vendor, as Bedrock has them, or a vendor and a slash.
  return /^(?:[a-z0-9-]+[./])*$/.test(full.slice(0, start)) && harmlessRest.test(full.slice(start + entry.length))
}
