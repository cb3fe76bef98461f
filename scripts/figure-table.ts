/** The table of costs in README.md, made from figures of the bench. Pure. */

/** The output of the bench with `--json`. */
export interface Measured {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly kernel: string }
  readonly figures: readonly {
    readonly name: string
    readonly unit: string
    readonly values: Readonly<Record<string, number>>
    readonly bars: readonly { readonly text: string; readonly met: boolean }[]
  }[]
}

const COLUMNS = ['entrypoint', 'tini', 'dumb-init', 'sh loop', 'tekton', 'floor'] as const
const HEADINGS = ['median', 'entrypoint', 'tini', 'dumb-init', '`sleep 1` loop', 'Tekton', 'minimal C program', 'bar']

/** The names of figures in the bench, and their names in the README. */
const ROWS: readonly (readonly [name: string, words: string])[] = [
  ['start-up of true', 'start-up of `true`'],
  ['hand-off, p50', 'hand-off: flag to the command’s first instruction'],
  ['hand-off, p99', 'the same, p99'],
  ['command running, anonymous', 'anonymous memory, command running'],
  ['waiting, anonymous', 'anonymous memory, waiting'],
  ['running on 8 CPUs, anonymous', 'the same on 8 CPUs, command running'],
  ['waiting on 8 CPUs, anonymous', 'the same on 8 CPUs, waiting'],
  ['measuring readiness, highest of 180 s, anonymous', 'anonymous memory, measuring readiness, highest of 180 s'],
  ['100 waiting, CPU each in 120 s after 75 s', 'CPU of a waiting wrapper in 120 s, after 75 s'],
  ['100 waiting, released by one flag and gone', '100 waiting wrappers released by one flag, all gone'],
  ['install, one pod', '`install`, one pod'],
  ['install, 5 pods at once, the slowest', '`install`, five pods at once, the slowest'],
  ['executable, MB', 'executable, MB'],
  ['image, zstd -19, MB', 'image, zstd -19, MB'],
  ['inject, one pod of 1000 steps', '`inject`, a pod of 1,000 containers'],
  ['inject, 10000 documents of a pod each', '`inject`, 10,000 documents of a pod each'],
  ['webhook, p99 of these', 'webhook, 200 reviews/s over TLS, p99'],
  ['webhook, PSS after', 'webhook, memory'],
  ['controller, 10000 pods, highest RSS', 'controller, 10,000 pods: memory'],
  ['controller, 1000 changes/s: p99 of these', 'controller, 1,000 changes/s: change to patch, p99'],
]

const BEGIN = '<!-- figures: npm run bench -- --long --json docs/bench.json && npm run figures -->'
const END = '<!-- end of figures -->'

/** Formats the table as Markdown. Figures and peers that were not measured are left out. */
export function formatFigures({ machine, figures }: Measured): string {
  const found = ROWS.flatMap(([name, words]) => {
    const figure = figures.find((one) => one.name === name)
    return figure === undefined ? [] : [{ words, figure }]
  })
  const columns = COLUMNS.flatMap((column, index) =>
    found.some(({ figure }) => figure.values[column] !== undefined)
      ? [{ column, heading: HEADINGS[index + 1] ?? '' }]
      : [],
  )
  const bare = figures.find(({ name }) => name === 'start-up of true')?.values['bare']
  const rows = found.map(({ words, figure }) => [
    figure.name === 'start-up of true' && bare !== undefined ? `${words} (bare: ${formatNumber(bare)} ms)` : words,
    ...columns.map(({ column }) => formatValue(figure.values[column], figure.unit)),
    figure.bars.map(({ text, met }) => (met ? text : `${text}: missed`)).join('; '),
  ])
  const table = [
    ['median', ...columns.map(({ heading }) => heading), 'bar'],
    Array.from({ length: columns.length + 2 }, () => '---'),
    ...rows,
  ]
  return [
    ...table.map((row) => `| ${row.join(' | ')} |`),
    '',
    `${machine.cores} cores of ${machine.cpu}, Linux ${machine.kernel}, \`npm run bench -- --long\`.`,
  ].join('\n')
}

/** Replaces the table in the README. @throws when the README has no place for it */
export function putFigures(readme: string, figures: string): string {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (from === -1 || to < from) throw new Error(`README.md has no ${BEGIN} … ${END}`)
  return `${readme.slice(0, from + BEGIN.length)}\n\n${figures}\n\n${readme.slice(to)}`
}

function formatValue(value: number | undefined, unit: string): string {
  if (value === undefined) return ''
  return `${formatNumber(value)}${unit === '' ? '' : ` ${unit}`}`
}

/** Formats a number with three significant digits. */
function formatNumber(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
}
