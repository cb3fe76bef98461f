/**
 * The meaning of words without quotes in Kubernetes: YAML 1.1 as sigs.k8s.io/yaml reads it (goyaml.v2/resolve.go), which kubectl,
 * kustomize and Helm use for every manifest. `0400` is 256, `yes` and `on` are true, `1_000` is a number, a date is text. Pure.
 */

export type ScalarValue = string | number | boolean | null

const spelled = (word: string): readonly string[] => [word, capitalize(word), word.toUpperCase()]
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'yes', 'true', 'on'].flatMap(spelled).map((word) => [word, true] as const),
  ...['n', 'no', 'false', 'off'].flatMap(spelled).map((word) => [word, false] as const),
  ...['', '~', ...spelled('null')].map((word) => [word, null] as const),
])

/** Numbers of YAML that JSON cannot write, so that Kubernetes refuses them. */
const ENDLESS = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/

/** An integer as Go's strconv.ParseInt reads it with base 0. */
const INTEGER = /^[-+]?(?:0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
/** A number that begins with a point. In it, `_` is valid only between digits. */
const FRACTION = /^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/

const MAX_UINT64 = 2n ** 64n

export function resolvePlain(written: string): ScalarValue {
  const word = WORDS.get(written)
  if (word !== undefined) return word
  if (written.startsWith('.')) return FRACTION.test(written) ? parseFloatOf(written) : written
  if (!/^[-+\d]/.test(written)) return written
  const digits = written.replaceAll('_', '')
  const integer = INTEGER.test(digits) ? parseInteger(digits) : undefined
  if (integer !== undefined) return integer
  return FLOAT.test(digits) ? parseFloatOf(digits, written) : written
}

/** Whether Kubernetes refuses the number, since JSON cannot write it. */
export function isEndless(written: string): boolean {
  return ENDLESS.test(written)
}

/** Reads a word, quoted or not, as the type of its tag. @returns undefined when it does not have that type */
export function resolveTagged(tag: string, written: string): ScalarValue | undefined {
  const value = resolvePlain(written)
  switch (/^tag:yaml\.org,2002:(.*)$/.exec(tag)?.[1] ?? '') {
    case 'null':
      return value === null ? null : undefined
    case 'bool':
      return typeof value === 'boolean' ? value : undefined
    case 'int':
      return typeof value === 'number' && !isFloat(written) ? value : undefined
    case 'float':
      return typeof value === 'number' ? value : undefined
    default:
      return written
  }
}

/** Converts a key to text, since JSON has no other keys, in the way of kubectl (sigs.k8s.io/yaml, convertToJSONableObject). */
export function keyText(value: string | number | boolean): string {
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value)
  // Go writes the fewest digits that identify a float32.
  for (let precision = 1; precision <= 9; precision++) {
    const digits = Number(value.toPrecision(precision))
    if (Math.fround(digits) === Math.fround(value)) return String(digits)
  }
  return String(value)
}

function isFloat(written: string): boolean {
  return !INTEGER.test(written.replaceAll('_', ''))
}

/** @returns undefined for an octal number that is too large, which is then read as a decimal float */
function parseInteger(digits: string): number | undefined {
  const sign = digits.startsWith('-') ? -1 : 1
  const unsigned = digits.replace(/^[-+]/, '')
  const octal = /^0[oO]?([0-7]+)$/.exec(unsigned)
  const value = BigInt(octal === null ? unsigned : `0o${octal[1]}`)
  if (octal !== null && !/^0[oO]/.test(unsigned) && value >= MAX_UINT64) return undefined
  // Never -0.
  return value === 0n ? 0 : sign * Number(value)
}

/** @returns the word itself when the number is too large */
function parseFloatOf(digits: string, written = digits): ScalarValue {
  const value = Number(digits.replaceAll('_', ''))
  return Number.isFinite(value) ? value || 0 : written
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
