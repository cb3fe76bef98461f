import test from 'ava'
import { collectRemarks, describeRemark } from '../../src/import/remark.ts'

test('what is not listed is counted, at the place of the first', (t) => {
  const remarks = collectRemarks()
  for (let line = 1; line <= 203; line++) {
    remarks.note({ file: 'c.yaml', at: { line, column: 1 } }, `service "s${line}"`, 'lost', 'mend it')
    remarks.note({ file: 'c.yaml', at: { line, column: 1 } }, 'service "again"', 'lost', 'mend it')
  }
  t.is(remarks.noted.length, 201)
  t.is(
    remarks.noted.slice(-1).map(describeRemark).join(''),
    'c.yaml:201:1: 3 more remarks are not listed; correct those above, and try again',
  )
})
