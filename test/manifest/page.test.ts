import test from 'ava'
import { openPage } from '../../src/manifest/text-page.ts'

const layoutOf = (text: string) => openPage(text, { start: text.search(/\S/), end: text.length }).layout

test('the layout of a document is what its own lines show', (t) => {
  const usual = { eol: '\n', json: false, blank: ' ', nest: 2, dashes: 2, dash: '- ' }
  t.deepEqual(layoutOf('spec:\n  containers:\n    - name: a\n'), usual as ReturnType<typeof layoutOf>)
  t.like(layoutOf('spec:\n  containers:\n  - name: a\n'), { dashes: 0 })
  t.like(layoutOf('spec:\r\n    containers:\r\n        -   name: a\r\n'), {
    eol: '\r\n',
    nest: 4,
    dashes: 4,
    dash: '-   ',
  })
  t.like(layoutOf('spec: # what\n\n   # why\n   "containers": # who\n      # first\n      - name: a\n'), {
    nest: 3,
    dashes: 3,
  })
  t.like(layoutOf('spec:\n  containers:\n    -\n      name: a\n'), { dashes: 2, dash: '- ' })
  t.like(layoutOf('- spec:\n    containers:\n    - name: a\n      env:\n        - name: b\n'), { dashes: 0 })
  t.like(layoutOf('kind: Pod\n'), { nest: 2, dashes: 0, dash: '- ' })
})

test('only what JSON takes is JSON', (t) => {
  t.like(layoutOf('{\n\t"kind": "Pod"\n}'), { json: true, blank: '\t' })
  t.like(layoutOf('{\n  "kind": "Pod"\n}'), { json: true, blank: ' ' })
  t.like(layoutOf('{kind: Pod}'), { json: false, blank: ' ' })
  t.like(layoutOf('{"kind": Pod}'), { json: false })
})

test('of several documents each has its own', (t) => {
  const [first, second] = ['spec:\n  containers:\n  - name: a\n', 'spec:\n    containers:\n        - name: b\n']
  const text = `${first}---\n${second}`
  t.like(openPage(text, { start: 0, end: first.length }).layout, { nest: 2, dashes: 0 })
  t.like(openPage(text, { start: first.length + 4, end: text.length }).layout, { nest: 4, dashes: 4 })
})
