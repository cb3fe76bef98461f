/** Passes a manifest through inject, the API server's rules for pods, inject again, and eject, and compares it byte for byte. */
import type { ExecutionContext } from 'ava'
import { findTemplates } from '../../src/manifest/template.ts'
import type { PodTemplate } from '../../src/pod/pod.ts'
import { readPodManifest } from '../../src/manifest/yaml.io.ts'
import { eject, type Given, inject } from './inject.ts'
import { validateObject } from './schema.ts'

export async function goThereAndBack(
  t: ExecutionContext,
  text: string,
  { pods = 1, ...given }: Given & { readonly pods?: number } = {},
): Promise<void> {
  const { code, stdout, stderr } = await inject('in.yaml', text, given)
  t.is(code, 0, `${stderr}\n${text}`)
  t.notRegex(stderr, /layout|no pod/, stderr)
  const { documents, faults } = readPodManifest(stdout)
  t.deepEqual(faults, [])
  const templates = documents.flatMap(({ value }) => findTemplates(value, given.templates))
  const injected = templates.filter(({ template }) => isInjected(template))
  t.is(injected.length, pods)
  for (const { template } of injected) {
    const { spec } = template
    if (given.rewrite?.binSource !== 'image-volume') t.is(spec.initContainers?.[0]?.name, 'podorder-init')
    t.true(
      spec.containers.every(({ command, name }) => name === 'free' || command?.[0]?.endsWith('/entrypoint') === true),
    )
    const metadata = { name: 'shop', ...template.metadata }
    t.deepEqual(validateObject(dropNulls({ apiVersion: 'v1', kind: 'Pod', metadata, spec })), [])
  }
  t.is((await inject('in.yaml', stdout, given)).stdout, stdout, 'it is changed once')
  t.is((await eject('in.yaml', stdout, given)).stdout, text)
}

function isInjected({ metadata }: PodTemplate): boolean {
  return Object.hasOwn(metadata?.annotations ?? {}, 'podorder.io/original')
}

/** Removes nulls, as the API server does before its checks. */
function dropNulls(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => (part === null ? undefined : part))
}
