/**
 * The colours of all pictures, for light and dark backgrounds. Colour is never the only difference: things of different colours also
 * differ in pattern, thickness, edge or sign. Pure.
 */

/**
 * The first five are for text, with a contrast of 4.5 to 1 to `surface`, `raised` and `band` (WCAG 2.2, 1.4.3). The next five are for
 * shapes, with 3 to 1 (1.4.11). `line` and `pale` carry no information.
 */
export type Colour =
  | 'ink'
  | 'muted'
  | 'critical'
  | 'failed'
  | 'accent'
  | 'waiting'
  | 'starting'
  | 'running'
  | 'ready'
  | 'unclear'
  | 'surface'
  | 'raised'
  | 'line'
  | 'band'
  | 'pale'

type Theme = Readonly<Record<Colour, string>>

export const LIGHT: Theme = {
  ink: '#1c2128',
  muted: '#57606a',
  critical: '#a8430a',
  failed: '#b3172b',
  accent: '#1d5fc4',
  waiting: '#848d97',
  starting: '#3b7dd8',
  running: '#3b7dd8',
  ready: '#1f8f80',
  unclear: '#767f8a',
  surface: '#ffffff',
  raised: '#f5f7f9',
  line: '#e1e5ea',
  band: '#f7f8fa',
  pale: '#e4eefb',
}

export const DARK: Theme = {
  ink: '#e8ecf1',
  muted: '#9ba6b2',
  critical: '#ffa657',
  failed: '#ff8079',
  accent: '#79b4ff',
  waiting: '#76818d',
  starting: '#5799f0',
  running: '#4482de',
  ready: '#2d9483',
  unclear: '#8d97a3',
  surface: '#12161c',
  raised: '#1b2129',
  line: '#2b323b',
  band: '#171c23',
  pale: '#1b2a40',
}

/** System fonts, so that no font is fetched. */
export const SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',sans-serif"
export const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

/**
 * Fills in the colours of rules, such as `$ink`, for a standalone picture. It writes values, since programs that are not browsers know
 * neither variables nor media queries; they show the light colours.
 */
export function paintAlone(rules: string): string {
  return `${fill(rules, (colour) => LIGHT[colour])}@media (prefers-color-scheme:dark){${fill(rules, (colour) => DARK[colour])}}`
}

/** Fills in the colours of rules for a page that declares them once. */
export function paintPage(rules: string): string {
  return fill(rules, (colour) => `var(--${colour})`)
}

/** Declares the colours. `data-theme` overrides the reader's preference. */
export function declareColours(): string {
  const light = `color-scheme:light;${declare(LIGHT)}`
  const dark = `color-scheme:dark;${declare(DARK)}`
  return [
    `:root{${light}}`,
    `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}`,
    `:root[data-theme=dark]{${dark}}`,
    `@media print{:root,:root[data-theme=dark],:root:not([data-theme=light]){${light}}}`,
  ].join('')
}

function declare(theme: Theme): string {
  return Object.entries(theme)
    .map(([colour, value]) => `--${colour}:${value}`)
    .join(';')
}

function fill(rules: string, valueOf: (colour: Colour) => string): string {
  return rules.replaceAll(/\$([a-z]+)/g, (_, colour: string) => valueOf(colour as Colour))
}
