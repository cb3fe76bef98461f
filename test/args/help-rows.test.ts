import test from 'ava'
import * as fc from 'fast-check'
import { formatRows, PAGE_WIDTH } from '../../src/args/help-rows.ts'

test('a row says name, value, that it may be repeated, and what it does, in line with the others', (t) => {
  const table = {
    a: { kind: 'list', value: 'PATH', help: 'first' },
    'long-name': { kind: 'switch', help: 'second' },
  } as const
  t.deepEqual(formatRows(table), ['  --a PATH …   first', '  --long-name  second'])
  t.deepEqual(formatRows(table, { names: ['a'], spell: (name) => `-${name}` }), ['  -a PATH …  first'])
})

test('no line is wider than a page, no word is lost, and what goes on stands below itself', (t) => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/)
  fc.assert(
    fc.property(word, fc.array(word, { minLength: 1, maxLength: 60 }), (name, words) => {
      const lines = formatRows({ [name]: { kind: 'switch', help: words.join(' ') } })
      for (const line of lines) t.true(line.length <= PAGE_WIDTH)
      const indent = name.length + 6
      t.deepEqual(lines.map((line) => line.slice(indent)).join(' '), words.join(' '))
      for (const line of lines.slice(1)) t.is(line.slice(0, indent).trim(), '')
    }),
  )
})
