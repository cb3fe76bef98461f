import test from 'ava'
import { findNodeFault } from '../../src/cli/node-version.ts'

const ROWS: readonly (readonly [own: string, range: string, enough: boolean])[] = [
  ['22.22.0', '>=22.22', true],
  ['22.21.9', '>=22.22', false],
  ['20.20.2', '>=22.22', false],
  ['9.22.0', '>=22.22', false],
  ['23.0.0', '>=22.22', true],
  ['26.10.0', '>=22.22', true],
  ['22.0.0', '>=22', true],
]

for (const [own, range, enough] of ROWS) {
  test(`Node ${own} for ${range}`, (t) => t.is(findNodeFault(own, range) === undefined, enough))
}

test('it names both', (t) => {
  const says = 'this is Node 20.20.2, and podorder needs 22.22 or newer; install a newer one (https://nodejs.org)'
  t.is(findNodeFault('20.20.2', '>=22.22'), says)
})
