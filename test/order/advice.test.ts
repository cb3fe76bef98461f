/** Advice works: what a fault says to write is written where it says, and then nothing is wrong any more. */
import test from 'ava'
import { findings } from '../support/check.ts'

const CONTAINERS = ['clone', 'build', 'test', 'web', 'db', 'cache']

function writePod(annotation: string, policy = 'Never'): string {
  const probe = 'readinessProbe: {tcpSocket: {port: 1}}'
  const containers = CONTAINERS.map((name) => `  - {name: ${name}, image: x, command: [x], ${probe}}\n`).join('')
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations:\n${annotation}spec:\n  restartPolicy: ${policy}\n  containers:\n${containers}`
}

const depends = (text: string): string => `    podorder.io/depends-on: |\n      ${text}\n`
const steps = (text: string): string => `    podorder.io/steps: ${text}\n`

/** @param right the annotation once the advice, which is what stands in quotes, is taken */
interface Case {
  readonly wrong: string
  readonly right: (advice: string) => string
}

const CASES: Readonly<Record<string, Case>> = {
  'blanks for commas in steps': { wrong: steps('clone build test'), right: steps },
  'lines for commas in steps': { wrong: steps('|\n      clone\n      build'), right: steps },
  'a list as the text of steps': { wrong: steps('"[clone, build]"'), right: steps },
  'dashes in the text of steps': { wrong: steps('|\n      - clone\n      - build'), right: steps },
  'a list for steps': { wrong: steps('[clone, build, test]'), right: (advice) => `    ${advice}\n` },
  'a list of lines for steps': { wrong: steps('\n    - clone\n    - build'), right: (advice) => `    ${advice}\n` },
  'no blank behind a colon': { wrong: depends('web: {db:ready}'), right: depends },
  'no blank behind one of two colons': { wrong: depends('web: {db:ready, cache: started}'), right: depends },
  'no blank behind the colon of a word': { wrong: depends('web: db:started'), right: depends },
  'no blank behind colons in a list': { wrong: depends('web: [db:healthy, cache]'), right: depends },
  'no condition': { wrong: depends('web: {db: }'), right: (advice) => depends(`web: {${advice}}`) },
  running: { wrong: depends('web: {db: running}'), right: (advice) => depends(`web: {db: ${advice}}`) },
  succeeded: { wrong: depends('web: {db: succeeded}'), right: (advice) => depends(`web: {db: ${advice}}`) },
  complete: { wrong: depends('web: {db: complete}'), right: (advice) => depends(`web: {db: ${advice}}`) },
  'a condition with a slip': { wrong: depends('web: {db: raedy}'), right: (advice) => depends(`web: {db: ${advice}}`) },
  'a condition in capitals': { wrong: depends('web: {db: READY}'), right: (advice) => depends(`web: {db: ${advice}}`) },
  'a container with a slip': {
    wrong: depends('web: {bd: ready}'),
    right: (advice) => depends(`web: {${advice}: ready}`),
  },
  'an option with a slip': {
    wrong: depends('web: {db: {condition: ready, optionel: true}}'),
    right: (advice) => depends(`web: {db: {condition: ready, ${advice}: true}}`),
  },
  'an annotation with a slip': {
    wrong: '    podorder.io/depend-on: "web: {db: ready}"\n',
    right: (advice) => `    podorder.io/${advice.replace(/^podorder\.io\//, '')}: "web: {db: ready}"\n`,
  },
}

for (const [name, { wrong, right }] of Object.entries(CASES)) {
  test(`the advice for ${name} works`, async (t) => {
    const errors = (await findings(writePod(wrong))).filter(({ level }) => level === 'error')
    t.is(errors.length, 1, JSON.stringify(errors))
    const advice = /"(.*)"/.exec(errors[0]?.fix ?? '')?.[1]
    if (advice === undefined) return t.fail(errors[0]?.fix)
    const after = await findings(writePod(right(advice)))
    t.deepEqual(
      after.filter(({ rule }) => rule === 'order'),
      [],
      right(advice),
    )
  })
}

test('a map for depends-on becomes text: by a bar, or in quotes', async (t) => {
  const block = await findings(writePod('    podorder.io/depends-on:\n      web: {db: ready}\n'))
  t.is(block[0]?.fix, 'write "podorder.io/depends-on: |", and the map indented below it')
  t.deepEqual(await orders('    podorder.io/depends-on: |\n      web: {db: ready}\n'), [])
  const flow = await findings(writePod('    podorder.io/depends-on: {web: {db: ready}}\n'))
  t.is(flow[0]?.fix, 'put it in quotes')
  t.deepEqual(await orders('    podorder.io/depends-on: "{web: {db: ready}}"\n'), [])
})

async function orders(annotation: string): Promise<readonly unknown[]> {
  return (await findings(writePod(annotation))).filter(({ rule }) => rule === 'order')
}

const SYNONYMS = [
  'service_started',
  'START',
  'service_healthy',
  'healthy',
  'HEALTHY',
  'SUCCESS',
  'COMPLETE',
  'exited_successfully',
]
for (const word of SYNONYMS)
  test(`${word}, another platform's word, is taken`, async (t) =>
    t.deepEqual(await orders(depends(`web: {db: ${word}}`)), []))

test('required: false is optional: true', async (t) => {
  t.deepEqual(await orders(depends('web: {db: {condition: service_healthy, required: false}}')), [])
  t.is((await orders(depends('web: {db: {condition: ready, required: perhaps}}'))).length, 1)
})

test("Cloud Run's own annotation is an order where ours is absent", async (t) => {
  const theirs = `    run.googleapis.com/container-dependencies: '{"web": ["dv"]}'\n`
  t.is((await orders(theirs)).length, 1, 'it is read')
  t.deepEqual(await orders(theirs.replace('dv', 'db')), [])
  t.deepEqual(await orders(`${theirs}${steps('clone, build')}`), [], 'ours counts')
})
