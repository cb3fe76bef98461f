/** Colours for a terminal: each container has one, the same in every run of the pod. Pure. */

/** ANSI foreground colours that are legible on dark and on light backgrounds. Neighbours differ clearly; red is kept for errors. */
const COLOURS = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94] as const

export interface Palette {
  /** @param index the container's place in the pod */
  paint(text: string, index: number): string
  dim(text: string): string
  /** For failures. */
  bad(text: string): string
  /** For what was skipped because of another failure. */
  skipped(text: string): string
  /** Resets all colours that the text itself has set. */
  seal(text: string): string
}

const same = (text: string): string => text

export function choosePalette(coloured: boolean): Palette {
  if (!coloured) return { paint: same, dim: same, bad: same, skipped: same, seal: same }
  return {
    paint: (text, index) => `\u001B[${COLOURS[index % COLOURS.length]}m${text}\u001B[39m`,
    bad: (text) => `\u001B[31m${text}\u001B[39m`,
    skipped: (text) => `\u001B[33m${text}\u001B[39m`,
    dim: (text) => `\u001B[2m${text}\u001B[22m`,
    seal: (text) => (text.includes('\u001B') ? `${text}\u001B[0m` : text),
  }
}

/** NO_COLOR and FORCE_COLOR as defined by no-color.org and force-color.org. By convention FORCE_COLOR=0 means no colour. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  const forced = env['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  if ((env['NO_COLOR'] ?? '') !== '') return false
  return isTerminal && isCapable(env)
}

/** Whether a terminal interprets escape sequences: without TERM this is unknown and counts as no. */
export function isCapable(env: Readonly<Record<string, string | undefined>>): boolean {
  const { TERM = '' } = env
  return TERM !== '' && TERM !== 'dumb'
}

/** Colours the lines of a unified diff as git does. */
export function paintDiff(diff: string): string {
  const colourOf = (line: string): number | undefined => {
    if (/^(?:---|\+\+\+) /.test(line)) return 1
    if (line.startsWith('@@')) return 36
    return line.startsWith('+') ? 32 : line.startsWith('-') ? 31 : undefined
  }
  return diff
    .split('\n')
    .map((line) => {
      const colour = colourOf(line)
      return colour === undefined ? line : `\u001B[${colour}m${line}\u001B[m`
    })
    .join('\n')
}
