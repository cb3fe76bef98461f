/** The commands of images, for `check`: where inject would stop, `check` goes on and reports what is unknown. */
import type { Finding } from './finding.ts'
import { placeIn } from './checked-pod.ts'
import type { FoundPod } from '../manifest/found-pods.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import { findImageCommands } from '../inject/image-commands.ts'
import type { InjectPorts } from '../inject/ports.ts'
import type { ReadManifest } from './read-manifest.ts'

export interface KnownCommands {
  readonly commands: ReadonlyMap<FoundPod, ReadonlyMap<string, FoundCommand>>
  /** The platforms of the image of each command, where known. */
  readonly platforms: ReadonlyMap<FoundCommand, readonly string[]>
  /** The findings of each manifest, in the order of the manifests. */
  readonly findings: readonly (readonly Finding[])[]
}

/** Substitute for an unknown command: the rewrite needs a command, and its result is not shown. */
const UNKNOWN = 'unknown'

export async function findKnownCommands(
  read: readonly ReadManifest[],
  ports: Pick<InjectPorts, 'findCommands'>,
): Promise<KnownCommands> {
  const unknown = new Map<FoundCommand, { readonly problem: string; readonly fix: string }>()
  const platforms = new Map<FoundCommand, readonly string[]>()
  const findCommands: InjectPorts['findCommands'] = async (wanted) => {
    const answers = await ports.findCommands(wanted)
    return answers.map((answer) => {
      if (!('problem' in answer)) {
        if (answer.on !== undefined) platforms.set(answer, answer.on)
        return answer
      }
      const stand = { words: [UNKNOWN] }
      unknown.set(stand, answer)
      return stand
    })
  }
  const opened = read.map(({ input, manifest, pods, fit }) => {
    return { input, manifest, pods, wanted: fit, problems: [], warnings: [] }
  })
  const found = await findImageCommands(opened, { findCommands })
  if ('problems' in found) throw new Error(found.problems.join('\n'))
  const findings = read.map(({ input: { file }, fit }) =>
    fit.flatMap(({ pod }) =>
      [...(found.get(pod) ?? [])].flatMap(([container, command]): readonly Finding[] => {
        const problem = unknown.get(command)
        if (problem === undefined) return []
        const at = placeIn(pod.tree, container, 'image')
        const { problem: what, fix } = problem
        return [{ rule: 'command', level: 'error', file, at, container, what, fix }]
      }),
    ),
  )
  return { commands: found, platforms, findings }
}
