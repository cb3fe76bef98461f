/** Kubernetes quantities (`500m`, `64Mi`, `1e3`), as far as the downward API needs them. Source: apimachinery pkg/api/resource. */

const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...['n', 'u', 'm'].map((suffix, index) => [suffix, 1000 ** (index - 3)] as const),
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index) => [suffix, 1000 ** (index + 1)] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, 1024 ** (index + 1)] as const),
])

/** Reads `"500m"` as 0.5. @returns undefined when it is not a quantity. */
export function parseQuantity(quantity: unknown): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([a-zA-Z]*))$/.exec(String(quantity))
  if (match === null) return undefined
  const [, amount, exponent, suffix = ''] = match
  const scale = exponent === undefined ? SUFFIXES.get(suffix) : 10 ** Number(exponent)
  return scale === undefined ? undefined : Number(amount) * scale
}
