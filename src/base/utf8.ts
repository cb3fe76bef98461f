/** Text and bytes without `Buffer`: the engine initializes `Buffer` at its first use, which takes 0.2 ms. Pure. */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @returns a C string, with NUL at the end */
export function encodeForC(text: string): Uint8Array {
  return encoder.encode(`${text}\0`)
}

/** Writes as many whole letters as fit. @returns the number of bytes */
export function encodeUtf8Into(text: string, memory: Uint8Array): number {
  return encoder.encodeInto(text, memory).written
}

export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}
