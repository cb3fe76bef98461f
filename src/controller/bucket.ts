/** A token bucket: a burst of writes at once, then a fixed rate. Times are passed in. Pure. */

export interface Bucket {
  /** Tokens per second. */
  readonly rate: number
  readonly size: number
  readonly tokens: number
  readonly atMs: number
}

export function fillBucket(rate: number, size: number, nowMs: number): Bucket {
  return { rate, size, tokens: size, atMs: nowMs }
}

/** @returns the time until the next token when there is none */
export function takeToken(bucket: Bucket, nowMs: number): { readonly bucket: Bucket; readonly waitMs: number } {
  const grown = bucket.tokens + ((nowMs - bucket.atMs) / 1000) * bucket.rate
  const tokens = Math.min(bucket.size, grown)
  if (tokens < 1) return { bucket: { ...bucket, tokens, atMs: nowMs }, waitMs: ((1 - tokens) / bucket.rate) * 1000 }
  return { bucket: { ...bucket, tokens: tokens - 1, atMs: nowMs }, waitMs: 0 }
}
