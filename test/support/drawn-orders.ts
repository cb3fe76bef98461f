/** Orders for tests of pictures: a plain one, one with all features, and random ones. */
import * as fc from 'fast-check'
import type { Diagram, DiagramLink, DiagramNode } from '../../src/graph/diagram.ts'
import { anyText } from './histories.ts'

function node(name: string, stage: number, more: Partial<DiagramNode> = {}): DiagramNode {
  return { name, kind: 'container', stage, main: false, critical: false, ...more }
}

function link(container: string, target: string, more: Partial<DiagramLink> = {}): DiagramLink {
  return { container, target, condition: 'ready', optional: false, critical: false, ...more }
}

export const VOTING_ORDER: Diagram = {
  title: 'Pod/voting',
  nodes: [
    ...['redis', 'postgres', 'worker', 'vote'].map((name, stage) => node(name, stage)),
    node('result', 4, { main: true }),
  ],
  links: [
    link('postgres', 'redis'),
    link('worker', 'redis'),
    link('worker', 'postgres'),
    link('vote', 'worker'),
    link('result', 'vote'),
  ],
  criticalMs: undefined,
}

const on = { critical: true } as const
const LONG = 'warm-up-of-a-cache-with-a-name-that-is-longer-than-a-box-can-be'

/** An order with times, optional waits, timeouts, a target outside the pod, an init container, and a container that is not wrapped. */
export const MIXED_ORDER: Diagram = {
  title: 'Deployment/checkout',
  nodes: [
    node('db', 0, { ...on, durationMs: 8000 }),
    node('cache', 0, { durationMs: 1200 }),
    node('migrate', 1, { ...on, durationMs: 43_000 }),
    node(LONG, 1),
    node('api', 2, { ...on, durationMs: 2100, main: true }),
    node('end', 3),
    node('proxy', 0, { kind: 'plain' }),
    node('service/mail', 0, { kind: 'outside' }),
    node('setup', 0, { kind: 'init' }),
  ],
  links: [
    link('migrate', 'db', on),
    link(LONG, 'cache', { optional: true, timeoutMs: 30_000 }),
    link('api', 'migrate', { ...on, condition: 'completed' }),
    link('api', LONG, { condition: 'ended', optional: true }),
    link('api', 'service/mail', { condition: 'open', timeoutMs: 120_000 }),
    link('end', 'api', { condition: 'started' }),
  ],
  criticalMs: 53_100,
}

/** Generates invalid orders, with markup in names and conditions, and cycles. */
export const anyDrawnOrder: fc.Arbitrary<Diagram> = fc
  .uniqueArray(anyText, { minLength: 1, maxLength: 6 })
  .chain((names) =>
    fc.record({
      title: anyText,
      nodes: fc.tuple(
        ...names.map((name) =>
          fc.record({
            name: fc.constant(name),
            kind: fc.constantFrom('container', 'plain', 'outside'),
            stage: fc.nat(3),
            main: fc.boolean(),
            critical: fc.boolean(),
            durationMs: fc.nat(100_000),
          }),
        ),
      ),
      links: fc.array(
        fc.record({
          container: fc.constantFrom(...names),
          target: fc.constantFrom(...names),
          condition: anyText,
          optional: fc.boolean(),
          timeoutMs: fc.nat(100_000),
          critical: fc.boolean(),
        }),
        { maxLength: 6 },
      ),
      criticalMs: fc.option(fc.nat(100_000), { nil: undefined }),
    }),
  )
