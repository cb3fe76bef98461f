/**
 * The way to the application from inside its pod.
 *
 * The kubelet connects to the pod's IP. From inside, that address is not the way in: a service mesh redirects it to its
 * proxy, which takes any connection, whether the application listens or not. So a check without `host` goes to loopback,
 * and only when nothing listens there to the address on which, says the kernel, something does. HTTP's Host (and gRPC's
 * authority) still names the pod's IP, since servers that know their hosts have been told to expect that one. A server on
 * loopback alone is ready here while it is not for the kubelet: it is there for the other containers of its pod.
 */
import type { Socket } from 'node:net'
import { networkInterfaces } from 'node:os'
import { codeOf } from '../base/system-error.ts'
import { findListeners } from './listeners.ts'

const LOOPBACK = '127.0.0.1'

/** Calls `knock` with the address to try; where that is ours to choose, a second time if there is a better one. */
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
    // At once: asynchronous reading would start threads that the wrapper keeps, and the kernel answers from memory.
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

/** The pod's IP, as far as a container can tell: its first address that leads outside. */
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
