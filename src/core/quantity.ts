/** Kubernetes quantities (`500m`, `64Mi`, `1e3`), as far as the downward API needs them. Source: apimachinery pkg/api/resource. */

const SUFFIXES: Readonly<Record<string, number>> = {
  '': 1,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** `"500m"` -> 0.5. @returns undefined when it is no quantity. */
export function parseQuantity(quantity: unknown): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([a-zA-Z]*))$/.exec(String(quantity))
  if (match === null) return undefined
  const [, amount, exponent, suffix = ''] = match
  const scale = exponent === undefined ? SUFFIXES[suffix] : 10 ** Number(exponent)
  return scale === undefined ? undefined : Number(amount) * scale
}
