/**
 * Accounts that are named together must be judged together; the others need not be: what is linearizable account set by account set is linearizable.
 */
import type { Operation } from "./operation.ts"

export interface Component {
  readonly accounts: ReadonlyArray<string>
  /** In the order in which they were sent. */
  readonly operations: ReadonlyArray<Operation>
}

/** Sets of accounts that share a command or a read, each with all that happened to it. */
export const componentsOf = (operations: ReadonlyArray<Operation>): ReadonlyArray<Component> => {
  const parents = new Map<string, string>()
  const rootOf = (key: string): string => {
    let root = key
    for (let parent = parents.get(root); parent !== undefined && parent !== root; parent = parents.get(root))
      root = parent
    parents.set(key, root)
    return root
  }
  for (const { keys } of operations) for (const key of keys) parents.set(rootOf(key), rootOf(keys[0]!))
  const components = new Map<string, { accounts: Array<string>; operations: Array<Operation> }>()
  const at = (key: string) => {
    const root = rootOf(key)
    const known = components.get(root)
    if (known !== undefined) return known
    const made = { accounts: [], operations: [] }
    components.set(root, made)
    return made
  }
  for (const key of parents.keys()) at(key).accounts.push(key)
  for (const operation of operations) if (operation.keys.length > 0) at(operation.keys[0]!).operations.push(operation)
  for (const { operations } of components.values()) operations.sort((left, right) => left.sentNs - right.sentNs)
  return [...components.values()]
}
