/** The listeners of TCP ports of this machine, as the kernel tells them. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'

/** include/net/tcp_states.h */
const TCP_LISTEN = '0A'
const ASK_MS = 500

/** @returns port -> the inodes of the sockets that listen on it, at an address by which this machine reaches itself */
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

/** Any address, or loopback, in the words of /proc/net/tcp: 32-bit words, little-endian. */
function isOwn(address: string): boolean {
  return (
    /^0+$/.test(address) ||
    /^[\dA-F]{6}7F$/.test(address) ||
    /^0{24}01000000$/.test(address) ||
    /^0{16}FFFF0000.{6}7F$/.test(address)
  )
}

/** The kernel tells of others' processes to root only. */
function nameOwner(inodes: readonly string[]): string | undefined {
  const wanted = new Set(inodes.map((inode) => `socket:[${inode}]`))
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const descriptors = tryRead(() => readdirSync(`/proc/${pid}/fd`)) ?? []
    const isOwner = descriptors.some((one) => wanted.has(tryRead(() => readlinkSync(`/proc/${pid}/fd/${one}`)) ?? ''))
    if (isOwner) return `${tryRead(() => readFileSync(`/proc/${pid}/comm`, 'utf8'))?.trim()}, pid ${pid}`
  }
  return undefined
}

/** @returns undefined for a process that is gone or of another user, and for a descriptor that has just been closed */
function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Whether anybody answers, for systems without /proc. */
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

/** @returns of those ports that are taken, who has them: `nginx, pid 812`, or undefined where that is not told */
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
