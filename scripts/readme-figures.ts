/**
 * `bun scripts/readme-figures.ts`: writes the table of costs in README.md from docs/bench.json, which
 * `npm run bench -- --long --json docs/bench.json` makes. All its figures come from there.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { formatFigures, putFigures, type Measured } from './figure-table.ts'

const README = 'README.md'

const measured = JSON.parse(await readFile('docs/bench.json', 'utf8')) as Measured
await writeFile(README, putFigures(await readFile(README, 'utf8'), formatFigures(measured)))
