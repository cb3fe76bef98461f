/** Images in podman's store: podorder's own, and those whose ENTRYPOINT and CMD are the command of a container. */
import { combineCommand, readImageWords } from '../image/image-command.ts'
import { DEFAULT_IMAGE } from '../pod/own.ts'
import { missingCommands } from '../rewrite/rewrite.ts'
import type { FoundCommand } from '../rewrite/wrap.ts'
import type { LoadedPod, LoadRefusal } from './load.ts'
import type { Podman } from './ports.ts'

/** @returns one line about the fault when podman does not have the image; else undefined */
export async function findImageFault(image: string, podman: Podman): Promise<string | undefined> {
  const { problem } = await podman(['image', 'inspect', '--format', '{{.Id}}', image])
  if (problem === undefined) return undefined
  const fix =
    image === DEFAULT_IMAGE
      ? 'make it with: npm run build:image-files && npm run build:image; or name another one with --image'
      : `get it with: podman pull ${image}`
  return `podorder: podman has no image ${image}, which podorder-init installs the entrypoint from; ${fix}`
}

/** @returns by name of each ordered container without a `command`: the words and the stop signal of its image; or the faults */
export async function lookUpCommands(
  { file, template, order }: LoadedPod,
  podman: Podman,
  cancel: AbortSignal,
): Promise<ReadonlyMap<string, FoundCommand> | LoadRefusal> {
  const faults: string[] = []
  const commands = new Map<string, FoundCommand>()
  for (const { name, image = '', args, imagePullPolicy } of order === undefined
    ? []
    : missingCommands(template, order)) {
    const refuse = (what: string): void => void faults.push(`${file}: container "${name}": ${what}`)
    const { stdout, problem } = await inspectImage(image, imagePullPolicy !== 'Never', podman, cancel)
    const found = problem === undefined ? readImageWords(stdout) : { entrypoint: [], cmd: [] }
    const words = combineCommand(found, args)
    if (problem !== undefined) refuse(`podman: ${problem}; write its command, or give podman the image`)
    else if (words.length === 0) refuse(`its image ${image} has no ENTRYPOINT and no CMD; write its command`)
    commands.set(name, { words, stopSignal: found.stopSignal })
  }
  return faults.length > 0 ? { faults } : commands
}

async function inspectImage(image: string, mayPull: boolean, podman: Podman, cancel: AbortSignal) {
  const inspect = () => podman(['image', 'inspect', '--format', '{{json .Config}}', image])
  const found = await inspect()
  if (found.problem === undefined || !mayPull) return found
  const pulled = await podman(['pull', '--quiet', image], { cancel })
  return pulled.problem === undefined ? inspect() : pulled
}
