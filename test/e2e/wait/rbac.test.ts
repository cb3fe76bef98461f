import test from 'ava'
import { writeRbac } from '../../../src/commands/rbac.ts'

const OPTIONS = { namespace: 'shop', serviceAccount: 'web' }

test('the least Role of the targets that need one', (t) => {
  const { code, text } = writeRbac(['pod/db', 'tcp://broker:1', 'job/ops/migrate'], OPTIONS)
  t.is(code, 0)
  t.deepEqual(text.match(/^kind: .*|^ {2}namespace: .*|^ {4}resource.*/gm), [
    ...['kind: Role', '  namespace: shop', '    resources: ["pods"]', '    resourceNames: ["db"]'],
    ...['kind: RoleBinding', '  namespace: shop', 'kind: Role', '  namespace: ops'],
    ...['    resources: ["jobs"]', '    resourceNames: ["migrate"]', 'kind: RoleBinding', '  namespace: ops'],
  ])
  t.is(text.match(/ {4}name: web\n {4}namespace: shop\n/g)?.length, 2)
})

test('what is no target, or needs no Role, is said', (t) => {
  t.deepEqual(writeRbac(['pods/db'], OPTIONS), {
    code: 2,
    text: 'unknown target "pods/db"; did you mean "pod/"?',
  })
  t.deepEqual(writeRbac(['tcp://broker:1'], OPTIONS), {
    code: 2,
    text: 'none of these needs the API; name a target such as pod/db, job/migrate or service/mail',
  })
})
