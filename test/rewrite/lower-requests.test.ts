import test from 'ava'
import type { Condition } from '../../src/order/conditions.ts'
import type { Order } from '../../src/order/order.ts'
import { isChain, lowerRequests } from '../../src/rewrite/lower-requests.ts'

type Link = readonly [string, string, Condition]

function order(links: readonly Link[]): Pick<Order, 'containers' | 'edges'> {
  const edges = links.map(([target, container, condition]) => {
    return { target, container, condition, optional: false, at: { line: 1, column: 1 } }
  })
  return { containers: [...new Set(links.flatMap(([target, container]) => [target, container]))], edges }
}

test('a chain is of containers each of which starts after the end of the one before', (t) => {
  const isOne = (...links: readonly Link[]) => isChain(order(links) as Order)
  t.true(isOne(['a', 'b', 'completed'], ['b', 'c', 'ended'], ['a', 'c', 'failed']))
  t.false(isOne(['a', 'b', 'ready']))
  t.false(isOne(['a', 'b', 'completed'], ['a', 'c', 'completed']))
})

test('of each resource the step that asks for most keeps its request, the others ask for none', (t) => {
  const step = (name: string, resources?: object) => ({ name, ...(resources === undefined ? {} : { resources }) })
  const lowered = lowerRequests([
    step('a', { requests: { cpu: '500m', memory: '1Gi' } }),
    step('b', { requests: { cpu: '1' }, limits: { memory: '2Gi', cpu: '2' } }),
    step('c', { limits: { cpu: '100m' } }),
    step('d'),
  ])
  t.deepEqual(Object.fromEntries(lowered), {
    a: { requests: { cpu: '0', memory: '0' } },
    c: { requests: { cpu: '0' }, limits: { cpu: '100m' } },
  })
})
