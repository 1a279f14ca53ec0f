/** Makes three running Redis servers one cluster. */
import { redisCommand } from "./resp.ts"
import { until } from "./wait.ts"

export interface Node {
  readonly host?: string
  readonly port: number
  readonly bus: number
}

const slots = 16_384

export const formCluster = async (nodes: ReadonlyArray<Node>): Promise<void> => {
  const share = Math.ceil(slots / nodes.length)
  const [first] = nodes
  await Promise.all(
    nodes.map(async (node, i) => {
      const last = Math.min((i + 1) * share, slots) - 1
      await redisCommand(node, "CLUSTER", "SET-CONFIG-EPOCH", String(i + 1))
      await redisCommand(node, "CLUSTER", "ADDSLOTSRANGE", String(i * share), String(last))
    })
  )
  for (const node of nodes.slice(1)) {
    await redisCommand(first!, "CLUSTER", "MEET", "127.0.0.1", String(node.port), String(node.bus))
  }
  await until("the cluster", async () => {
    const infos = await Promise.all(nodes.map((node) => redisCommand(node, "CLUSTER", "INFO")))
    const formed = infos.every(
      (info) => info.includes("cluster_state:ok") && info.includes(`cluster_size:${nodes.length}`)
    )
    return formed ? true : undefined
  })
}
