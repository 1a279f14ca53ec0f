/**
 * Stores as every process of a storm opens them: with the defaults of their adapters, but for how long a call may take.
 */
import type { QuotaStore } from "@tallystick/core/store"
import { isIP, Socket } from "node:net"
import { checkServerIdentity } from "node:tls"
import type { PeerCertificate } from "node:tls"
import { pathToFileURL } from "node:url"

import type { Proxy } from "../proxy/index.ts"
import type { Address } from "./place.ts"

/** Loads only the adapter that is asked for. */
export const openStore = async (address: Address, callTimeoutMs: number): Promise<QuotaStore> => {
  const { kind, url, name, byPort } = address
  switch (kind) {
    case "redis": {
      const by = byPort === undefined ? { url } : tlsToRedis(url, byPort)
      return (await import("@tallystick/adapter-redis")).redisStore({ ...by, prefix: name, callTimeoutMs })
    }
    case "postgres": {
      const by = byPort === undefined ? { url } : { url, options: { stream: () => socketTo(byPort) } }
      return (await import("@tallystick/adapter-postgres")).postgresStore({ ...by, schema: name, callTimeoutMs })
    }
    case "module": {
      const module = (await import(pathToFileURL(url).href)) as { readonly default: MakeStore }
      return module.default({ name, callTimeoutMs })
    }
  }
}

/** The same place, through the proxy. */
export const byWayOf = ({ port, url }: Pick<Proxy, "port" | "url">, address: Address): Address =>
  isHidden(address.url) ? { ...address, byPort: port } : { ...address, url }

/** Of what is encrypted, the proxy loses whatever is sent in one piece; a certificate does not name it. */
const isHidden = (url: string): boolean => url.startsWith("rediss:") || /[?&](sslmode|ssl)=(?!disable|false)/.test(url)

/** ioredis connects to the proxy, and checks the certificate against the host of the URL. */
const tlsToRedis = (given: string, port: number) => {
  const url = new URL(given)
  const host = url.hostname.replaceAll(/^\[|\]$/g, "")
  url.hostname = LOOPBACK
  url.port = String(port)
  const named = isIP(host) === 0 ? { servername: host } : {}
  const checked = {
    checkServerIdentity: (_: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate)
  }
  return { url: url.href, options: { tls: { ...named, ...checked } } }
}

/** For pg, which goes on to TLS by itself: wherever it is told to connect, it reaches the proxy. */
const socketTo = (port: number): Socket => {
  const socket = new Socket()
  const connect = socket.connect.bind(socket)
  return Object.assign(socket, { connect: () => connect(port, LOOPBACK) })
}

const LOOPBACK = "127.0.0.1"

/** The default export of a module: a store that keeps its rows under this name. Every process makes one. */
export type MakeStore = (options: {
  readonly name: string
  readonly callTimeoutMs: number
}) => QuotaStore | Promise<QuotaStore>
