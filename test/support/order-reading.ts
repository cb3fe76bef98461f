/** Reads the order of a pod that has only annotations and names of containers. */
import { readManifest, readNested } from '../../src/manifest/yaml.io.ts'
import { readTemplate } from '../../src/manifest/template.ts'
import { describeFault } from '../../src/manifest/tree.ts'
import { type OrderReading, readOrder } from '../../src/order/annotations.ts'

export interface Pod {
  readonly containers?: string
  readonly init?: string
  readonly restartPolicy?: string
}

/** Reads the order of a pod with these annotations. They are YAML from line 4 on, with each line indented by 4. */
export function readPod(
  annotations: string,
  { containers = 'db cache migrate app', init, restartPolicy = 'Never' }: Pod = {},
): OrderReading {
  const list = (names: string): string =>
    `[${names
      .split(' ')
      .map((name) => `{name: ${name}}`)
      .join(', ')}]`
  const lines = annotations.split('\n').map((line) => `    ${line}`)
  const inits = init === undefined ? '' : `  initContainers: ${list(init)}\n`
  const { documents, faults } = readManifest(
    `kind: Pod\nmetadata:\n  annotations:\n${lines.join('\n')}\nspec:\n  restartPolicy: ${restartPolicy}\n${inits}  containers: ${list(containers)}\n`,
  )
  if (documents.length === 0) throw new Error(`the test's own YAML is wrong: ${JSON.stringify(faults)}`)
  return readOrderOf(documents)
}

/** Reads the order of the first document. */
export function readOrderOf([document]: ReturnType<typeof readManifest>['documents']): OrderReading {
  if (document === undefined) throw new Error('there is no document')
  return readOrder({ ...readTemplate(document.tree()), parse: readNested })
}

export const describeAll = (faults: OrderReading['faults']): readonly string[] =>
  faults.map((fault) => describeFault('pod.yaml', fault))

/** Writes the annotation depends-on as a literal block. */
export const block = (...lines: readonly string[]): string =>
  ['podorder.io/depends-on: |', ...lines.map((line) => `  ${line}`)].join('\n')
