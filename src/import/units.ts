/** Durations, sizes and modes of files as compose files and ECS task definitions write them. Pure. */

const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w))+$/
const DURATION_PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g
const UNIT_MS: Readonly<Record<string, number>> = {
  ...{ ns: 0.000_001, us: 0.001, µs: 0.001, ms: 1, s: 1000 },
  ...{ m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 },
}

/** Reads `1m30s` as 90000. A number without a unit is seconds. @returns ms; undefined when it is not a duration */
export function parseComposeDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!DURATION.test(text)) return undefined
  return [...text.matchAll(DURATION_PART)].reduce((sum, [, amount, unit = '']) => {
    return sum + Number(amount) * (UNIT_MS[unit] ?? 0)
  }, 0)
}

const SIZE = /^(\d+(?:\.\d+)?)\s*(b|k|kb|ki|kib|m|mb|mi|mib|g|gb|gi|gib|t|tb|ti|tib)?$/i
const POWERS = ['b', 'k', 'm', 'g', 't']

/** Reads `512m`, `1gb`. All units are powers of 1024 (compose-spec, specifying byte values). @returns bytes */
export function parseComposeSize(text: string): number | undefined {
  const [, amount, unit = 'b'] = SIZE.exec(text.trim()) ?? []
  if (amount === undefined) return undefined
  return Math.round(Number(amount) * 1024 ** POWERS.indexOf(unit.charAt(0).toLowerCase()))
}

/** Writes bytes as the shortest exact quantity of Kubernetes: 536870912 -> `512Mi`. */
export function writeBytes(bytes: number): string {
  const units = ['', 'Ki', 'Mi', 'Gi', 'Ti']
  let value = bytes
  let unit = 0
  while (value >= 1024 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value}${units[unit]}`
}

/** Writes CPUs as a quantity of Kubernetes, at least 1m: 0.25 -> `250m`, 2 -> `2`. */
export function writeCpus(cpus: number): string {
  const milli = Math.max(1, Math.round(cpus * 1000))
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
}

/** Reads permissions of a file: octal, with or without a leading 0 or 0o. */
export function parseMode(text: string): number | undefined {
  return /^(?:0o?)?[0-7]{1,4}$/.test(text) ? Number.parseInt(text.replace(/^0o/, ''), 8) : undefined
}
