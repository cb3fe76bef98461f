import test from 'ava'
import * as fc from 'fast-check'
import { substituteScript, substituteText, substituteVariable, substituteWords } from '../../src/tekton/substitution.ts'

const SHA = 'a1b2'
const FILES: Readonly<Record<string, string>> = {
  '/tekton/steps/step-make/results/name': 'Ada',
  '/tekton/steps/step-make/results/line': 'Ada\n',
  '/tekton/steps/step-make/results/json': '"Ada \\"x\\""',
  '/tekton/steps/step-make/results/list': '["a","b c","$(steps.make.results.name)"]\n',
  '/tekton/steps/step-make/results/none': '[]',
  '/tekton/steps/step-make/results/map': '{"url":"http://x","empty":""}',
  '/tekton/steps/step-make/results/numbers': '[1,2]',
  '/tekton/steps/step-make/results/broken': '["a"',
  '/tekton/steps/step-make/artifacts/provenance.json': JSON.stringify({
    inputs: [{ name: 'source', values: [{ uri: 'git:x?a=1&b=2', digest: { sha256: SHA, sha1: 'c' } }] }],
    outputs: [{ name: 'image', values: [{ digest: { sha256: SHA }, uri: 'pkg:image' }, { uri: 'pkg:other' }] }],
  }),
}
const read = (path: string) => FILES[path]
const result = (what: string) => `$(steps.make.results.${what})`

for (const [word, value] of [
  ['plain $(HOME) $$', 'plain $(HOME) $$'],
  [result('name'), 'Ada'],
  [`${result('name')} and ${result('name')}`, 'Ada and Ada'],
  [`--name=${result('name')},${result('map.url')}`, '--name=Ada,http://x'],
  [result('line'), 'Ada\n'],
  [result('json'), 'Ada "x"'],
  [result('list[1]'), 'b c'],
  [result('list[2]'), '$(steps.make.results.name)'],
  [result('map.empty'), ''],
  // Of another kind than the reference says: Go's zero value.
  [result('list'), ''],
  [result('map'), ''],
  [result('map.no'), ''],
  [result('list.key'), ''],
  [result('name.key'), ''],
  [`<${result('name[*]')}>`, '<>'],
  [result('numbers'), '[1,2]'],
  [result('broken'), '["a"'],
  ['$(steps.make.other.name)', '$(steps.make.other.name)'],
  ['$(steps.make.outputs.image)', `[{"digest":{"sha256":"${SHA}"},"uri":"pkg:image"},{"uri":"pkg:other"}]`],
  // Keys sorted, and HTML's own letters escaped, as Go writes JSON.
  ['$(steps.make.inputs.source)', `[{"digest":{"sha1":"c","sha256":"${SHA}"},"uri":"git:x?a=1\\u0026b=2"}]`],
] as const) {
  test(`${word} becomes ${value.trim()}`, (t) => {
    t.deepEqual(substituteWords([word], read), { value: [value] })
    t.deepEqual(substituteVariable(word, read), { value })
    t.deepEqual(substituteText(word, read), { value })
  })
}

test('[*] becomes as many words as there are, none for an empty list', (t) => {
  const words = ['first', result('list[*]'), result('none[*]'), 'last']
  t.deepEqual(substituteWords(words, read), { value: ['first', 'a', 'b c', '$(steps.make.results.name)', 'last'] })
})

test('[*] becomes nothing in a variable', (t) => {
  t.deepEqual(substituteVariable(`<${result('list[*]')}>`, read), { value: '<>' })
})

for (const [word, why] of [
  [result('no'), /there is no \/tekton\/steps\/step-make\/results\/no;/],
  [result('list[3]'), /only 3 items/],
  [result('name[0]'), /only 0 items/],
  [result('a.b.c'), /write it as/],
  [result('a[x]'), /write it as/],
  [result('../../../etc/passwd'), /write it as/],
  [`x${result('list[*]')}`, /a word of its own/],
  ['$(steps.make.outputs.no)', /no outputs of the name no/],
  ['$(steps.other.outputs.image)', /there is no .*step-other.*provenance/],
] as const) {
  test(`${word} is an error that names it`, (t) => {
    const made = substituteWords(['fine', word], read)
    t.true('problem' in made)
    if (!('problem' in made)) return
    t.true(made.problem.includes(word.replace(/^x/, '')), made.problem)
    t.regex(made.problem, why)
  })
}

test('a script gets artifacts, and never results: a result could be shell', (t) => {
  const script = `echo ${result('name')} '$(steps.make.outputs.image)'`
  const made = substituteScript(script, read)
  t.deepEqual(made, {
    value: `echo ${result('name')} '[{"digest":{"sha256":"${SHA}"},"uri":"pkg:image"},{"uri":"pkg:other"}]'`,
  })
})

test('what a result holds is put in as it is, and not looked through again', (t) => {
  const any = fc.string({ unit: 'grapheme' }).filter((text) => !/^["[{]/.test(text))
  const property = fc.property(any, any, any, (before, content, after) => {
    const word = `${before.replaceAll('$', '')}${result('x')}${after.replaceAll('$', '')}`
    const made = substituteWords([word], () => `${content}$(steps.a.results.b)`)
    t.deepEqual(made, { value: [word.replace(result('x'), () => `${content}$(steps.a.results.b)`)] })
  })
  t.notThrows(() => fc.assert(property))
})
