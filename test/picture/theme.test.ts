import test from 'ava'
import { type Colour, DARK, declareColours, LIGHT, paintAlone } from '../../src/picture/theme.ts'

const TEXTS: readonly Colour[] = ['ink', 'muted', 'critical', 'failed', 'accent']
const SHAPES: readonly Colour[] = ['waiting', 'starting', 'running', 'ready', 'unclear']
/** What text and shapes stand on. */
const GROUNDS: readonly Colour[] = ['surface', 'raised', 'band']

/** Relative luminance as WCAG 2.2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

for (const [name, theme] of Object.entries({ light: LIGHT, dark: DARK })) {
  test(`${name}: text has a contrast of 4.5 to 1, shapes of 3 to 1, on every ground`, (t) => {
    for (const ground of GROUNDS) {
      for (const text of TEXTS) t.true(contrast(theme[text], theme[ground]) >= 4.5, `${text} on ${ground}`)
      for (const shape of SHAPES) t.true(contrast(theme[shape], theme[ground]) >= 3, `${shape} on ${ground}`)
    }
  })

  test(`${name}: marks that lie on bars can be told from them`, (t) => {
    for (const bar of ['running', 'ready'] as const) t.true(contrast(theme.ink, theme[bar]) >= 3, bar)
  })
}

test('every colour is a hexadecimal one in both themes', (t) => {
  t.deepEqual(Object.keys(LIGHT), Object.keys(DARK))
  for (const value of [...Object.values(LIGHT), ...Object.values(DARK)]) t.regex(value, /^#[0-9a-f]{6}$/)
})

test('a picture that stands alone has plain light colours first, for programs that know no media queries', (t) => {
  t.is(paintAlone('.a{fill:$ink}'), `.a{fill:${LIGHT.ink}}@media (prefers-color-scheme:dark){.a{fill:${DARK.ink}}}`)
})

test('a page prints in light colours', (t) => {
  t.true(declareColours().includes(`@media print{:root`))
  t.true(declareColours().lastIndexOf(LIGHT.surface) > declareColours().lastIndexOf(DARK.surface))
})
