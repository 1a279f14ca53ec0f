/**
 * Spans at a third of their price.
 */
import * as Effect from "effect/Effect"
import * as Tracer from "effect/Tracer"

/**
 * An effect in a span, which it is given: to annotate it costs nothing then. As `Effect.withSpan`, but without its place in stack traces: 1.7 µs instead of
 * 4.4. (That place is a context of its own, and each new context is looked up in again by the fiber.)
 */
export const inSpan = <A, E, R>(
  name: string,
  attributes: Readonly<Record<string, string>>,
  use: (span: Tracer.Span) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.useSpan(name, { attributes }, (span) =>
    Effect.provideService(use(span), Tracer.ParentSpan, span)
  ) as Effect.Effect<A, E, R>
