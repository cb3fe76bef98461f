/** What docs/reference.md says of annotations, conditions and targets: tried on the built executable, and complete. */
import test, { type ExecutionContext } from 'ava'
import { OPTION_KEYS } from '../src/order/options.ts'
import { conditionsOf, parseOutside } from '../src/order/outside-target.ts'
import { ORDERING, OTHERS } from '../src/order/said.ts'
import { openPlace } from './support/podorder.ts'
import { readColumn, readSection, readTable, sortOnce, wordsOf } from './support/reference.ts'

interface Parts {
  readonly annotations: Readonly<Record<string, string>>
  readonly restartPolicy?: string
  readonly spec?: Readonly<Record<string, unknown>>
}

function write({ annotations, restartPolicy = 'Always', spec = {} }: Parts): string {
  const containers = ['db', 'web'].map((name) => ({ name, image: name, command: [`/${name}`] }))
  const metadata = { name: 'shop', annotations }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { restartPolicy, containers, ...spec } })
}

const after = (what: string): Parts => ({ annotations: { 'podorder.io/depends-on': `web: ${what}` } })

/** What check says of it; the exit code first. */
async function check(t: ExecutionContext, parts: Parts): Promise<string> {
  const { code, stdout } = await openPlace(t).run(['check', '--offline', '-'], { stdin: write(parts) })
  return `${code} ${stdout}`
}

async function inject(t: ExecutionContext, parts: Parts): Promise<string> {
  const { code, stdout, stderr } = await openPlace(t).run(['inject', '--offline', '-'], { stdin: write(parts) })
  t.is(code, 0, stderr)
  return stdout
}

test('its annotations are all that there are', (t) => {
  const named = readColumn('Annotations and labels', 'annotation').flatMap(wordsOf)
  t.deepEqual(sortOnce(named.map((name) => name.replace('podorder.io/', ''))), sortOnce([...ORDERING, ...OTHERS]))
})

for (const { annotation = '', example = '' } of readTable('Annotations and labels')) {
  if (example === '') continue
  test(`${annotation}: ${example} is taken`, async (t) => {
    const { annotations } = after('{db: ready}')
    const name = annotation.replace('<container>', 'db')
    const others = annotation.endsWith('/steps') ? {} : annotations
    t.regex(await check(t, { annotations: { ...others, [name]: example } }), /^0 /)
  })
}

test('the options of a container are all that there are', (t) => {
  t.deepEqual(readColumn('Options of a container', 'option').flatMap(wordsOf), OPTION_KEYS)
})

for (const { option = '', example = '' } of readTable('Options of a container')) {
  test(`the option ${option}: ${example} is taken`, async (t) => {
    const { annotations } = after('{db: ready}')
    const write = { annotations: { ...annotations, 'podorder.io/options': `web: {${option}: ${example}}` } }
    t.regex(await check(t, write), /^0 /)
  })
}

test('what holds without wait-timeout and stop-order is as it says', async (t) => {
  const unsaid = (name: string) =>
    readTable('Annotations and labels').find(({ annotation }) => annotation === `podorder.io/${name}`)?.['without it']
  t.is(unsaid('wait-timeout'), '1h under Never, else never')
  t.true((await inject(t, { ...after('{db: ready}'), restartPolicy: 'Never' })).includes('--wait-timeout=1h"'))
  for (const restartPolicy of ['OnFailure', 'Always']) {
    t.false((await inject(t, { ...after('{db: ready}'), restartPolicy })).includes('--wait-timeout'))
  }
  t.is(unsaid('stop-order'), 'reverse with ready, started')
  for (const condition of readColumn('Conditions', 'condition')) {
    const isReversed = (await inject(t, { ...after(`{db: ${condition}}`), restartPolicy: 'Never' })).includes(
      '--stop-after',
    )
    t.is(isReversed, ['ready', 'started'].includes(condition), condition)
  }
})

test('its conditions are all that there are, and synonyms mean the same', async (t) => {
  const conditions = readColumn('Conditions', 'condition')
  const said = await check(t, after('{db: something}'))
  t.true(said.includes(`use ${conditions.join(', ').replace(/, (?=\w+$)/, ' or ')} [`), said)
  for (const { condition, synonym } of readTable('Conditions')) {
    for (const word of [condition, ...(synonym ?? '').split(', ')].filter((each) => each !== '')) {
      const stdout = await inject(t, { ...after(`{db: ${word}}`), restartPolicy: 'Never' })
      t.true(stdout.includes(`"--wait-file=/podorder/run/db/${condition}"`), word)
    }
  }
  t.true((await inject(t, after('[db]'))).includes('run/db/ready"'))
})

test('the options of a condition are all that there are', async (t) => {
  const [, options = ''] = /`(\{condition: [^`]+\})`/.exec(readSection('Conditions')) ?? []
  const names = [...options.matchAll(/(\w+):/g)].map(([, name]) => name)
  t.regex(await check(t, after(`{db: ${options}}`)), /^0 /)
  const said = await check(t, after('{db: {something: 1}}'))
  t.true(said.includes(`use ${names.join(', ').replace(/, (?=\w+$)/, ' or ')} [`), said)
})

test('its targets are all that there are, with all of their conditions', async (t) => {
  const targets = readColumn('Targets outside', 'target')
  const unknown = parseOutside('something:x')
  const [, list = ''] = /use (.*)$/.exec('problem' in unknown ? unknown.problem : '') ?? []
  const kinds = targets.map((target) => /^[a-z]+(?:\/|:\/\/)/.exec(target)?.[0] ?? '')
  t.deepEqual(sortOnce(kinds), sortOnce(list.split(', ')))
  for (const { target = '', conditions = '' } of readTable('Targets outside')) {
    t.deepEqual(wordsOf(conditions), conditionsOf(target), target)
    const real = target
      .replace('NAME', 'name')
      .replace('HOST:PORT/PATH', 'host:80/path')
      .replace('HOST:PORT', 'host:80')
    for (const condition of wordsOf(conditions)) {
      t.regex(await check(t, after(`{"${real}": ${condition}}`)), /^0 /, `${target} ${condition}`)
    }
  }
})
