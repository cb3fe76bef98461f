/** The look at a review before it is parsed: whose it is, how deep, how many values. */
import test from 'ava'
import * as fc from 'fast-check'
import { scanReview } from '../../src/webhook/review-scan.ts'
import { RECORDED } from '../support/admission.ts'

const scan = (value: unknown) => scanReview(Buffer.from(JSON.stringify(value)))

test('every recorded review is within the budget, and its uid and namespace are found', (t) => {
  for (const [name, review] of RECORDED) {
    const { request } = review as unknown as { request: { uid: string; namespace?: string } }
    t.deepEqual(scan(review), { uid: request.uid, namespace: request.namespace ?? '', refusal: undefined }, name)
  }
})

test('what lies deeper, or in texts, is not taken for the review’s own', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), fc.string({ maxLength: 60 }), (object, text, namespace) => {
      const review = {
        kind: 'AdmissionReview',
        request: { object: { namespace: 'inner', uid: 'inner', object }, text, namespace, uid: 'u' },
      }
      const { uid, namespace: found } = scan(review)
      t.deepEqual([uid, found], ['u', namespace])
    }),
  )
})

test('whatever the bytes are, it comes to an end', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      t.is(typeof scanReview(bytes).namespace, 'string')
    }),
  )
  for (const text of [
    '',
    '"',
    '"\\',
    '{"request":{"uid":"',
    '}}}}',
    '{"request":{"namespace":"\\ud800","uid":"\\q"}}',
  ]) {
    t.is(typeof scanReview(Buffer.from(text)).namespace, 'string')
  }
})

test('more levels or more values than any pod has are refused, and the uid is there for the answer', (t) => {
  const review = (object: string) =>
    scanReview(Buffer.from(`{"request":{"uid":"u","namespace":"n","object":${object}}}`))
  t.is(review(`${'['.repeat(90)}${']'.repeat(90)}`).refusal, undefined)
  t.deepEqual(review('['.repeat(3_000_000)), {
    ...{ uid: 'u', namespace: 'n', refusal: 'it is nested more than 100 levels deep; pods are not' },
  })
  t.is(review(`[${'1,'.repeat(99_000)}1]`).refusal, undefined)
  t.regex(review(`[${'1,'.repeat(100_000)}1]`).refusal ?? '', /more than 100000 values/)
})
