import test from 'ava'
import * as fc from 'fast-check'
import { proposeWord, suggest } from '../../src/base/suggest.ts'

const CONDITIONS = ['started', 'ready', 'completed', 'failed', 'ended']

const SLIPS: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['redy', CONDITIONS, 'ready'],
  ['reayd', CONDITIONS, 'ready'],
  ['READY', CONDITIONS, 'ready'],
  ['complete', CONDITIONS, 'completed'],
  ['start', CONDITIONS, 'started'],
  ['never', ['Always', 'OnFailure', 'Never'], 'Never'],
  ['postgers', ['redis', 'postgres'], 'postgres'],
  ['bd', ['db', 'cache'], 'db'],
  ['healthy', CONDITIONS, undefined],
  ['x', ['a', 'b'], undefined],
  ['', CONDITIONS, undefined],
  ['db', [], undefined],
  ['__proto__', ['constructor', 'toString'], undefined],
]

for (const [word, known, nearest] of SLIPS) {
  test(`"${word}" of ${known.join(', ')}: ${nearest ?? 'nothing is near'}`, (t) => t.is(suggest(word, known), nearest))
}

test('of two equally near, the first', (t) => t.is(suggest('web3', ['web1', 'web2']), 'web1'))

test('a known word is its own nearest', (t) => {
  const word = fc.stringMatching(/^[a-z]{2,12}$/)
  fc.assert(
    fc.property(fc.uniqueArray(word, { minLength: 1 }), (known) => known.every((one) => suggest(one, known) === one)),
  )
  t.pass()
})

test('one letter left out of a longer word is found again', (t) => {
  const word = fc.stringMatching(/^[a-z]{3,20}$/)
  fc.assert(
    fc.property(word, fc.nat(), (known, where) => {
      const at = where % known.length
      return suggest(known.slice(0, at) + known.slice(at + 1), [known]) === known
    }),
  )
  t.pass()
})

test('the fix says what to do when nothing is near', (t) => {
  t.is(proposeWord('redy', CONDITIONS, 'ask'), 'did you mean "ready"?')
  t.is(proposeWord('green', CONDITIONS, 'ask'), 'ask')
})
