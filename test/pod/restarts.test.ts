import test from 'ava'
import * as fc from 'fast-check'
import {
  followsEnd,
  diesForGood,
  parseRestartRule,
  readRestarts,
  type RestartRule,
  writeRestartRule,
} from '../../src/pod/restarts.ts'

const arbitraryRule: fc.Arbitrary<RestartRule> = fc.record({
  action: fc.constantFrom('Restart', 'RestartAllContainers'),
  operator: fc.constantFrom('In', 'NotIn'),
  codes: fc.uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 5 }),
})

test('the policy decides where there is no rule', (t) => {
  const after = (policy: string) => [0, 1, 137].map((code) => followsEnd(readRestarts({}, policy), code))
  t.deepEqual(after('Never'), ['stays', 'stays', 'stays'])
  t.deepEqual(after('OnFailure'), ['stays', 'restarts', 'restarts'])
  t.deepEqual(after('Always'), ['restarts', 'restarts', 'restarts'])
})

test('a policy of its own comes before the pod’s, which is Always where nothing is said', (t) => {
  t.is(readRestarts({ restartPolicy: 'OnFailure' }, 'Never').policy, 'OnFailure')
  t.is(readRestarts({}, 'Never').policy, 'Never')
  t.is(readRestarts({}, undefined).policy, 'Always')
  t.is(readRestarts({ restartPolicy: 'sometimes' }, 'Never').policy, 'Never')
})

test('of the rules the first that matches decides', (t) => {
  const restarts = readRestarts(
    {
      restartPolicy: 'Never',
      restartPolicyRules: [
        { action: 'Restart', exitCodes: { operator: 'In', values: [42, 43] } },
        { action: 'RestartAllContainers', exitCodes: { operator: 'NotIn', values: [0, 1] } },
      ],
    },
    'Never',
  )
  t.deepEqual(
    [0, 1, 42, 43, 44].map((code) => followsEnd(restarts, code)),
    ['stays', 'stays', 'restarts', 'restarts', 'restarts all'],
  )
  t.false(diesForGood(restarts))
})

test('rules without a policy beside them are none, as the API server has it', (t) => {
  const restartPolicyRules = [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }]
  t.deepEqual(readRestarts({ restartPolicyRules }, 'Never').rules, [])
})

test('property: a flag says the rule as it was', (t) => {
  fc.assert(fc.property(arbitraryRule, (rule) => t.deepEqual(parseRestartRule(writeRestartRule(rule)), rule)))
})

test('property: of all whole numbers that the API server takes the flag has those that are exit codes', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -400, max: 400 }), { maxLength: 9 }), fc.nat(255), (values, code) => {
      const restartPolicyRules = [{ action: 'Restart', exitCodes: { operator: 'In', values } }]
      const restarts = readRestarts({ restartPolicy: 'Never', restartPolicyRules }, 'Never')
      const [rule] = restarts.rules
      t.deepEqual(rule === undefined ? undefined : parseRestartRule(writeRestartRule(rule)), rule)
      t.is(followsEnd(restarts, code), values.includes(code) ? 'restarts' : 'stays')
    }),
  )
})

test('property: nothing that a container may say of its restarts makes it fail', (t) => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (restartPolicyRules, podPolicy) => {
      const { policy, rules } = readRestarts({ restartPolicy: 'Never', restartPolicyRules }, podPolicy)
      t.is(policy, 'Never')
      t.true(Array.isArray(rules))
    }),
  )
  for (const text of [
    '',
    'Restart',
    'Restart:In',
    'Restart:In:x',
    'Stop:In:3',
    'Restart:Is:3',
    'Restart:In:3,',
    'Restart:In:3:4',
  ]) {
    t.is(parseRestartRule(text), undefined, text)
  }
})
