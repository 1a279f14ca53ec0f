/**
 * The breaker itself: it finds what is to be broken, and breaks it.
 */
import { describe, expect, test } from "vitest"

import { mutate } from "../../sim/break/mutant.ts"
import { mutantsOf } from "../break/mutants.ts"
import { replacing, statementsOf } from "../break/statements.ts"

/** Of a function whose body is this. */
const brokenOf = (body: string, language: string): ReadonlyArray<string> => {
  const text = `CREATE FUNCTION f(a bigint) RETURNS bigint LANGUAGE ${language} AS $$ ${body} $$;`
  return mutantsOf(text).map((mutant) => mutate(text, mutant).split(" $$")[1]!.trim())
}

describe("mutants of a query", () => {
  test.each([
    ["SELECT a < b", ["SELECT a >= b", "SELECT a <= b"]],
    ["SELECT a = 'b < c' -- a < b\n", ["SELECT a <> 'b < c' -- a < b"]],
    ["SELECT 7", ["SELECT 8", "SELECT 6"]],
    ["SELECT coalesce(a, b)", ["SELECT coalesce(a)", "SELECT coalesce( b)"]],
    ["SELECT a IS NULL", ["SELECT a IS NOT NULL"]],
    ["SELECT NOT EXISTS (SELECT)", ["SELECT  EXISTS (SELECT)"]],
    ["SELECT a & ~b", ["SELECT a | ~b", "SELECT a & b"]],
    ["SELECT a ~ b", []],
    ["SELECT a - -b", ["SELECT a + -b", "SELECT a - b"]],
    ["SELECT least(a, true)", ["SELECT greatest(a, true)", "SELECT least(a, false)"]],
    [
      "SELECT FROM t WHERE a AND b",
      ["SELECT FROM t WHERE a OR b", "SELECT FROM t WHERE true AND b", "SELECT FROM t WHERE a AND true"]
    ],
    ["SELECT FROM t WHERE f(a)", ["SELECT FROM t WHERE true"]],
    ["SELECT FROM t ORDER BY a FOR UPDATE", ["SELECT FROM t  FOR UPDATE", "SELECT FROM t ORDER BY a"]],
    ["SELECT CASE WHEN a THEN b END", ["SELECT CASE WHEN true THEN b END", "SELECT CASE WHEN false THEN b END"]],
    ["SELECT f(a, b)", ["SELECT f(b, a)"]],
    ["UPDATE t SET a = b, c = d", ["UPDATE t SET  c = d", "UPDATE t SET a = b"]]
  ])("%s", (body, broken) => {
    expect(brokenOf(body, "sql").toSorted()).toEqual(broken.toSorted())
  })
})

describe("mutants of a procedure", () => {
  test.each([
    ["BEGIN a := b; END", ["BEGIN NULL; END"]],
    [
      "BEGIN IF a THEN b := c; END IF; END",
      [
        "BEGIN IF true THEN b := c; END IF; END",
        "BEGIN IF false THEN b := c; END IF; END",
        "BEGIN IF a THEN NULL; END IF; END"
      ]
    ],
    ["BEGIN a := CASE b WHEN c THEN d ELSE e END; END", ["BEGIN NULL; END"]],
    ["BEGIN FOR a IN b LOOP DELETE FROM c; END LOOP; END", ["BEGIN FOR a IN b LOOP NULL; END LOOP; END"]]
  ])("%s", (body, broken) => {
    expect(brokenOf(body, "plpgsql").toSorted()).toEqual(broken.toSorted())
  })
})

test("a statement ends where its quotes have ended", () => {
  const text = "CREATE TABLE t (a int);\nCREATE FUNCTION f() AS $$ SELECT 1; $$;\nCREATE VIEW v AS SELECT 1;"
  const statements = statementsOf(text)
  expect(statements.map(({ kind }) => kind)).toEqual(["other", "function", "view"])
  expect(replacing(text.slice(statements[1]!.start, statements[1]!.end))).toBe(
    "CREATE OR REPLACE FUNCTION f() AS $$ SELECT 1; $$;"
  )
})
