/** Random pods as random text, in all styles of YAML and JSON. */
import * as fc from 'fast-check'
import { arbitraryPod, type Pod } from './arbitrary-pod.ts'
import { type Choose, printYaml } from './yaml-style.ts'

export interface PodText {
  readonly pod: Pod
  /** The text, which parses to the pod. */
  readonly text: string
  readonly format: 'yaml' | 'json'
}

const INDENTATIONS = [undefined, 2, 4, '\t']

/** Generates texts. Fewer and smaller numbers give plainer text, so failures shrink to block YAML. */
export const arbitraryManifest: fc.Arbitrary<PodText> = fc
  .record({
    pod: arbitraryPod,
    numbers: fc.array(fc.nat({ max: 4999 }), { maxLength: 300, size: 'max' }),
    json: fc.nat({ max: 15 }),
  })
  .map(({ pod, numbers, json }) => {
    const choose = followNumbers(numbers)
    const shuffled = shuffleKeys(pod, choose) as typeof pod & Readonly<Record<string, unknown>>
    if (json > 12) return { pod, text: `${JSON.stringify(shuffled, null, INDENTATIONS[choose(4)])}\n`, format: 'json' }
    return { pod, text: dress(printYaml(shuffled, choose), choose), format: 'yaml' }
  })

/** Makes choices from a list of numbers, which is repeated. Without numbers all choices are 0. */
function followNumbers(numbers: readonly number[]): Choose {
  let next = 0
  return (ways) => (numbers[next++ % Math.max(numbers.length, 1)] ?? 0) % ways
}

function shuffleKeys(value: unknown, choose: Choose): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffleKeys(item, choose))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, part]) => [key, shuffleKeys(part, choose)] as const)
  const from = choose(3) === 0 ? 0 : choose(entries.length + 1)
  return Object.fromEntries([...entries.slice(from), ...entries.slice(0, from)])
}

/** Adds text around a document, and chooses its line ends. */
function dress(text: string, choose: Choose): string {
  const before = ['', '---\n', '# first\n', '--- # first\n', '%YAML 1.2\n---\n', '# first\n\n---\n\n'][choose(6)] ?? ''
  const after = ['', '---\n', '...\n', '# last\n', '---\n# nothing\n'][choose(5)] ?? ''
  const whole = before + text + after
  const marked = choose(10) === 1 ? `\uFEFF${whole}` : whole
  return choose(5) === 1 ? marked.replaceAll('\n', '\r\n') : marked
}
