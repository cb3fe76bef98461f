/** Compresses and decompresses raw DEFLATE in base64 without padding, with node:zlib. */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Packing } from './message.ts'

export const deflatePacking: Packing = {
  pack: (text) => deflateRawSync(text, { level: constants.Z_BEST_COMPRESSION }).toString('base64').replace(/=+$/, ''),
  unpack(packed, limit) {
    try {
      return inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: limit }).toString()
    } catch {
      return undefined
    }
  },
}
