import test from 'ava'
import { type FailureKind, isTransient, readFailure } from '../../src/kube/failure.ts'
import { readRefusals } from '../support/recordings.ts'

test("every recorded refusal gives its kind and the API's own message", (t) => {
  const kinds: Readonly<Record<number, FailureKind>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'missing',
    409: 'conflict',
    410: 'expired',
    429: 'throttled',
  }
  const refusals = readRefusals()
  t.true(refusals.length > 70)
  for (const { case: name, response } of refusals) {
    const { status, headers, body } = response
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const failure = readFailure(status, text, headers['retry-after'])
    t.is(failure.kind, kinds[status] ?? 'invalid', name)
    t.is(failure.status, status)
    const said = typeof body === 'string' ? body.trim() : body.message
    t.true(said.startsWith(failure.message) && failure.message !== '', name)
  }
})

test('how long to wait is taken from the header, or from the body', (t) => {
  t.is(readFailure(429, 'Too many requests', '3').retryAfterMs, 3000)
  t.is(readFailure(504, '{"details":{"retryAfterSeconds":1}}', undefined).retryAfterMs, 1000)
  t.is(readFailure(429, '', undefined).retryAfterMs, undefined)
  t.is(readFailure(503, '', 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfterMs, undefined)
})

test('an answer of something that is no API server is told by its first line', (t) => {
  t.is(readFailure(502, '<html>\n<body>', undefined).message, '<html>')
  t.is(readFailure(502, '', undefined).message, 'HTTP status 502')
  t.is(readFailure(502, 'x'.repeat(1000), undefined).message.length, 300)
})

test('no answer, 429 and 5xx may pass; a refusal does not', (t) => {
  for (const status of [429, 500, 502, 503, 504]) t.true(isTransient(readFailure(status, '', undefined)), `${status}`)
  for (const status of [400, 401, 403, 404, 409, 410, 422]) {
    t.false(isTransient(readFailure(status, '', undefined)), `${status}`)
  }
})
