/** The commands of containers whose manifests have none. */
import { decodeBase64 } from '../base/base64.io.ts'
import { commandAnnotation } from '../pod/annotation-names.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import { findEntry, findTree } from '../manifest/tree.ts'
import type { Container } from '../pod/pod.ts'
import { missingCommands } from '../rewrite/rewrite.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import { collectSources } from '../pod/sources.ts'
import type { CommandWanted } from '../image/lookup.ts'
import type { ReadOrders } from './orders.ts'
import type { InjectPorts } from './ports.ts'

/** @returns commands by pod and container name, or a line for each command that is not found */
export async function findImageCommands(
  opened: readonly ReadOrders[],
  { findCommands }: Pick<InjectPorts, 'findCommands'>,
): Promise<ReadonlyMap<FoundPod, ReadonlyMap<string, FoundCommand>> | { readonly problems: readonly string[] }> {
  const missing = opened.flatMap(({ manifest, wanted }) => {
    const { secrets } = collectSources((manifest?.documents ?? []).map(({ value }) => value))
    return wanted.flatMap(({ pod, order }) =>
      (order === undefined ? [] : missingCommands(pod.template, order)).map((container) => {
        const pullSecrets = listPullSecrets(pod).flatMap((name) => {
          const content = secrets.get(name)?.get('.dockerconfigjson')
          if (content === undefined) return []
          return ['text' in content ? content.text : decodeBase64(content.base64)]
        })
        return { pod, container, wanted: wantCommand(pod, container, pullSecrets) }
      }),
    )
  })
  const commands = new Map<FoundPod, Map<string, FoundCommand>>()
  const problems: string[] = []
  const found = missing.length === 0 ? [] : await findCommands(missing.map(({ wanted }) => wanted))
  missing.forEach(({ pod, container }, index) => {
    const command = found[index]
    if (command === undefined) throw new Error(`no answer for container ${container.name}`)
    if ('problem' in command) {
      const { problem: what, fix } = command
      problems.push(pod.say({ at: placeOf(pod, container.name), container: container.name, what, fix }))
    } else commands.set(pod, (commands.get(pod) ?? new Map<string, FoundCommand>()).set(container.name, command))
  })
  return problems.length > 0 ? { problems } : commands
}

function wantCommand(pod: FoundPod, { name, image, args }: Container, pullSecrets: readonly string[]): CommandWanted {
  const said = pod.template.metadata?.annotations?.[commandAnnotation(name)]
  return { container: name, image: image ?? '', args: args ?? undefined, said, pullSecrets }
}

function listPullSecrets({ template }: FoundPod): readonly string[] {
  const secrets = template.spec['imagePullSecrets']
  return Array.isArray(secrets) ? secrets.map((secret: { readonly name?: unknown } | null) => String(secret?.name)) : []
}

function placeOf({ tree, template }: FoundPod, container: string) {
  const found = (['initContainers', 'containers'] as const)
    .map((list) => {
      const index = (template.spec[list] ?? []).findIndex(({ name }) => name === container)
      return findTree(tree, ['spec', list, index])
    })
    .find((one) => one !== undefined)
  return (findEntry(found, 'image')?.value ?? found ?? tree).at
}
