/** What a server in a container needs of its engine. */
import type { Running } from "./running.ts"

export interface ContainerOptions {
  readonly image: string
  readonly command: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
  /** Ports of the container, each published at the free port of the host that stands beside it. */
  readonly ports: ReadonlyArray<{ readonly container: number; readonly host: number }>
  readonly files?: Readonly<Record<string, string>> | undefined
}

export interface Container extends Pick<Running, "kill" | "stop"> {
  readonly host: string
  readonly ip: string
  readonly revive: () => Promise<void>
  readonly log: () => Promise<string>
}

export type Run = (options: ContainerOptions) => Promise<Container>

/** Where files of a test lie in a container. */
export const containerFolder = "/tallystick"

/** A container whose server does not come up is of no use; its log says why. */
export const orRemove = async <A>(container: Container, start: () => Promise<A>): Promise<A> => {
  try {
    return await start()
  } catch (error) {
    const log = await container.log().catch(() => "")
    await container.stop().catch(() => {})
    throw new Error(`${String(error)}\n${log}`, { cause: error })
  }
}
