/** Reads the listeners of a port from the kernel's tables /proc/net/tcp and /proc/net/tcp6. Pure. */

/** include/net/tcp_states.h */
const TCP_LISTEN = '0A'

/**
 * Finds the addresses at which `port` can be reached in this network namespace; loopback for a listener on all addresses.
 * @param table text of /proc/net/tcp or tcp6: `sl local_address rem_address st …`, the address as 32-bit words in the
 * machine's byte order (little-endian on all supported machines), the port big-endian.
 */
export function findListeners(table: string, port: number): readonly string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const addresses: string[] = []
  for (const line of table.split('\n')) {
    const [, local = '', , state] = line.trim().split(/\s+/)
    if (state === TCP_LISTEN && local.endsWith(suffix)) addresses.push(readAddress(local.slice(0, -suffix.length)))
  }
  return addresses
}

function readAddress(words: string): string {
  const bytes = (words.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).toReversed())
  const isAny = bytes.every((byte) => byte === '00')
  if (bytes.length === 4) return isAny ? '127.0.0.1' : bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  if (isAny) return '::1'
  return (bytes.join('').match(/.{4}/g) ?? []).join(':').toLowerCase()
}
