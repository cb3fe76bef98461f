import test from 'ava'
import * as fc from 'fast-check'
import { chooseDirection, describeTerms, groupFollowers } from '../../src/graph/diagram.ts'
import { arbitraryDiagram, drawPairs, SHAPES } from '../support/diagrams.ts'

test('terms are said as a person would', (t) => {
  const terms = { condition: 'ready', optional: false, critical: false }
  t.is(describeTerms(terms), 'ready')
  t.is(describeTerms({ ...terms, optional: true }), 'ready (optional)')
  t.is(describeTerms({ ...terms, timeoutMs: 120_000 }), 'ready (within 2m)')
  t.is(describeTerms({ ...terms, timeoutMs: 1500, optional: true }), 'ready (within 1.5s, optional)')
  t.is(describeTerms({ ...terms, restart: true }), 'ready (restart)')
  t.is(
    describeTerms({ ...terms, optional: true, restart: true, restartAfterMs: 30_000 }),
    'ready (optional, restart after 30s)',
  )
})

test('what fits across a screen goes from left to right, and so does what is wide', (t) => {
  t.is(chooseDirection(drawPairs(2, [[1, 0]])), 'LR')
  t.is(chooseDirection(drawPairs(0, [])), 'LR')
  const directions = Object.entries(SHAPES).map(([name, make]) => [name, chooseDirection(make())])
  t.deepEqual(Object.fromEntries(directions), {
    'a chain': 'TB',
    'a star': 'LR',
    '12 stages, each container after all of the one before': 'LR',
    '12 stages, each container after one or two of the one before': 'LR',
    '1,000 links anyhow': 'LR',
    'each after the one before and after the first': 'TB',
    'each after the one before and after that at half its number': 'TB',
    'nothing but one link': 'LR',
  })
})

test('who is grouped waits for the very same, and who waits for the very same in a stage is grouped', (t) => {
  fc.assert(
    fc.property(arbitraryDiagram, (diagram) => {
      const saysOf = (name: string): readonly string[] =>
        diagram.links
          .filter(({ container }) => container === name)
          .map((link) => `${link.target} ${describeTerms(link)}`)
          .toSorted()
      const groups = groupFollowers(diagram)
      t.deepEqual(
        groups.flatMap(({ nodes }) => nodes.map(({ name }) => name)).toSorted(),
        diagram.nodes.map(({ name }) => name).toSorted(),
      )
      const said = groups.map(({ nodes, links }) => {
        const own = links.map((link) => `${link.target} ${describeTerms(link)}`).toSorted()
        for (const { name } of nodes) t.deepEqual(saysOf(name), own)
        return JSON.stringify([nodes[0].stage, own])
      })
      t.is(new Set(said).size, said.length)
    }),
  )
})
