/**
 * Connects to the application from inside its pod.
 *
 * The kubelet connects to the pod's IP. From inside the pod that address does not work: a service mesh redirects it to its proxy,
 * which accepts any connection, even if the application does not listen. So a check without `host` goes to loopback. If nothing
 * listens there, it goes to the address of a listener in the kernel's tables. HTTP's Host (and gRPC's authority) is still the
 * pod's IP, for which servers that check it are configured. A server on loopback only is ready here and not for the kubelet: it
 * serves the other containers of its pod.
 */
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { codeOf } from '../base/system-error.ts'
import { findListeners } from './listeners.ts'

const LOOPBACK = '127.0.0.1'

/** Calls `knock` with the address to try. Without `host`, calls it again with a listener's address if there is one. */
export async function reach<Result>(
  host: string | undefined,
  port: number,
  knock: (address: string) => Promise<Result>,
): Promise<Result> {
  try {
    return await knock(host ?? LOOPBACK)
  } catch (error) {
    if (host !== undefined || codeOf(error) !== 'ECONNREFUSED') throw error
    const { readFileSync } = await import('node:fs')
    // Synchronous: asynchronous reading would start threads that the wrapper keeps, and the kernel answers from memory.
    const tables = ['tcp', 'tcp6'].map((name) => {
      try {
        return readFileSync(`/proc/net/${name}`, 'latin1')
      } catch {
        return ''
      }
    })
    const address = findListeners(tables.join('\n'), port).find((found) => found !== LOOPBACK)
    if (address === undefined) throw error
    return await knock(address)
  }
}

/** The pod's IP as a container sees it: the first address that is not internal. */
export function findOwnAddress(): string {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return addresses.find(({ internal, address }) => !internal && !address.startsWith('fe80:'))?.address ?? LOOPBACK
}

export async function dial(address: string, port: number, over: AbortSignal): Promise<Socket> {
  const { connect } = await import('node:net')
  over.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = connect({ host: address, port })
  socket.on('connect', () => resolve(socket))
  socket.on('error', reject)
  over.addEventListener('abort', () => socket.destroy())
  return promise
}
