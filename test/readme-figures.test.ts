/** The figures in README.md are those of docs/bench.json, written by scripts/readme-figures.ts. */
import test from 'ava'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { formatFigures, type Measured, putFigures } from '../scripts/figure-table.ts'

const read = (name: string): string => readFileSync(fileURLToPath(new URL(`../${name}`, import.meta.url)), 'utf8')
/** Prettier pads the columns of a table, and wraps nothing else. */
const bare = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---')

test('README.md has the figures of docs/bench.json', (t) => {
  const readme = read('README.md')
  const measured = JSON.parse(read('docs/bench.json')) as Measured
  t.is(bare(readme), bare(putFigures(readme, formatFigures(measured))), 'npm run figures')
})

test('a figure that is missed is said to be, one that was not measured has no row, and a peer that was not there no column', (t) => {
  const machine = { cpu: 'a CPU', cores: 2, kernel: '6.1' }
  const bars = [{ text: '<= 2 x floor', met: false }]
  const figures = [{ name: 'hand-off, p50', unit: 'ms', values: { entrypoint: 1.2345, floor: 0.5 }, bars }]
  t.deepEqual(formatFigures({ machine, figures }).split('\n'), [
    '| median | entrypoint | minimal C program | bar |',
    '| --- | --- | --- | --- |',
    '| hand-off: flag to the command’s first instruction | 1.23 ms | 0.5 ms | <= 2 x floor: missed |',
    '',
    '2 cores of a CPU, Linux 6.1, `npm run bench -- --long`.',
  ])
})
