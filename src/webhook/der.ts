/** The part of DER (ITU-T X.690) that certificates need. Pure. */

const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  identifier: 0x06,
  text: 0x0c,
  shortTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(TAGS.sequence, joinBytes(parts))
}

export function set(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(TAGS.set, joinBytes(parts))
}

export const TRUE = tagged(TAGS.boolean, Uint8Array.of(0xff))

/** @param bytes of a number that is not negative, big-endian */
export function integer(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0)
  const short = first === -1 ? Uint8Array.of(0) : bytes.subarray(first)
  return tagged(TAGS.integer, (short[0] ?? 0) < 0x80 ? short : joinBytes([Uint8Array.of(0), short]))
}

export function bits(bytes: Uint8Array, unused = 0): Uint8Array {
  return tagged(TAGS.bits, joinBytes([Uint8Array.of(unused), bytes]))
}

export function octets(bytes: Uint8Array): Uint8Array {
  return tagged(TAGS.octets, bytes)
}

export function text(value: string): Uint8Array {
  return tagged(TAGS.text, utf8(value))
}

/** @param dotted such as 2.5.29.17 */
export function identifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number)
  return tagged(TAGS.identifier, Uint8Array.from([first * 40 + second, ...others].flatMap(sevenBits)))
}

/** UTCTime, and from 2050 on GeneralizedTime (RFC 5280, section 4.1.2.5). @param ms Unix time */
export function time(ms: number): Uint8Array {
  const [date = '', clock = ''] = new Date(ms).toISOString().replaceAll(/[-:]/g, '').split('T')
  const written = `${date}${clock.slice(0, 6)}Z`
  return date < '2050' ? tagged(TAGS.shortTime, utf8(written.slice(2))) : tagged(TAGS.time, utf8(written))
}

/** A context-specific field of a certificate; constructed: it contains other values. */
export function field(number: number, content: Uint8Array, constructed: boolean): Uint8Array {
  return tagged(0x80 + (constructed ? 0x20 : 0) + number, content)
}

export function utf8(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function tagged(tag: number, content: Uint8Array): Uint8Array {
  return joinBytes([Uint8Array.from([tag, ...lengthOf(content.length)]), content])
}

function lengthOf(length: number): readonly number[] {
  if (length < 0x80) return [length]
  const bytes: number[] = []
  for (let left = length; left > 0; left >>= 8) bytes.unshift(left & 0xff)
  return [0x80 + bytes.length, ...bytes]
}

/** Writes base 128; all bytes except the last have the top bit set. */
function sevenBits(number: number): readonly number[] {
  const bytes = [number & 0x7f]
  for (let left = number >> 7; left > 0; left >>= 7) bytes.unshift(0x80 + (left & 0x7f))
  return bytes
}
