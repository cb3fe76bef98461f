/** Finds the processes that listen on TCP ports of this machine, in /proc. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'

/** The state of a listening socket (include/net/tcp_states.h of the kernel). */
const TCP_LISTEN = '0A'
const ASK_MS = 500

/**
 * Reads the listening sockets that this machine can reach at a loopback address.
 * @returns the inodes of the sockets by port; undefined without /proc
 */
function readListeners(): ReadonlyMap<number, readonly string[]> | undefined {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((path) => existsSync(path))
  if (tables.length === 0) return undefined
  const listeners = new Map<number, string[]>()
  for (const line of tables.flatMap((path) => readFileSync(path, 'utf8').split('\n'))) {
    // sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode (net/ipv4/tcp_ipv4.c, get_tcp4_sock)
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    const [address = '', port = ''] = local.split(':')
    if (state !== TCP_LISTEN || !isOwn(address)) continue
    const number = Number.parseInt(port, 16)
    listeners.set(number, [...(listeners.get(number) ?? []), inode])
  }
  return listeners
}

/** Tells whether an address of /proc/net/tcp is unspecified or loopback. It is written as little-endian words of 32 bits. */
function isOwn(address: string): boolean {
  return (
    /^0+$/.test(address) ||
    /^[\dA-F]{6}7F$/.test(address) ||
    /^0{24}01000000$/.test(address) ||
    /^0{16}FFFF0000.{6}7F$/.test(address)
  )
}

/** Names the process that has one of the sockets. Only root sees the descriptors of other users' processes. */
function nameOwner(inodes: readonly string[]): string | undefined {
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`))
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const descriptors = tryRead(() => readdirSync(`/proc/${pid}/fd`)) ?? []
    const isOwner = descriptors.some((one) => wanted.has(tryRead(() => readlinkSync(`/proc/${pid}/fd/${one}`)) ?? ''))
    if (isOwner) return `${tryRead(() => readFileSync(`/proc/${pid}/comm`, 'utf8'))?.trim()}, pid ${pid}`
  }
  return undefined
}

/** @returns undefined for a process that has ended or belongs to another user, and for a descriptor that has just been closed */
function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Tells whether a connection to the port succeeds, for systems without /proc. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: ASK_MS })
    const end = (answered: boolean) => (): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false))
  })
}

/** @returns for each port that is taken, the process that listens, such as `nginx, pid 812`; undefined if it is unknown */
export async function findPortOwners(ports: readonly number[]): Promise<ReadonlyMap<number, string | undefined>> {
  const owners = new Map<number, string | undefined>()
  if (ports.length === 0) return owners
  const listeners = readListeners()
  for (const port of ports) {
    if (listeners === undefined) {
      if (await answers(port)) owners.set(port, undefined)
      continue
    }
    const inodes = listeners.get(port)
    if (inodes !== undefined) owners.set(port, nameOwner(inodes))
  }
  return owners
}
