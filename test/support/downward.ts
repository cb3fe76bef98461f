/**
 * A downward volume as the kubelet maintains it. Updates are played back step by step from the inotify events in a container under
 * Kubernetes 1.26 (`test/fixtures/downward.jsonl`, from a volume with the files `ready`, `labels` and `annotations`).
 */
import {
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const FIXTURE = new URL('../fixtures/downward.jsonl', import.meta.url)
/** The recorded files that are replaced by podorder's two files. */
const FILES: ReadonlyMap<string, keyof Lists> = new Map([
  ['ready', 'ready'],
  ['labels', 'failed'],
])

export interface Lists {
  readonly ready: string
  readonly failed: string
}

interface Recorded {
  readonly update: string
  readonly events: readonly { readonly dir: string; readonly events: readonly string[]; readonly name?: string }[]
}

const updates = readFileSync(FIXTURE, 'utf8')
  .split('\n')
  .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Recorded]))

/** The names of the recorded updates. */
export const UPDATES: readonly string[] = updates.map(({ update }) => update)

/** Makes the volume of a pod without the annotations. */
export function makeVolume(dir: string): void {
  mkdirSync(join(dir, '..0'), { recursive: true })
  for (const file of FILES.values()) {
    writeFileSync(join(dir, '..0', file), '')
    symlinkSync(join('..data', file), join(dir, file))
  }
  symlinkSync('..0', join(dir, '..data'))
}

/** Plays back an update. @param update an item of `UPDATES` */
export function updateVolume(dir: string, update: string, lists: Lists): void {
  const old = readlinkSync(join(dir, '..data'))
  const made = `..${Number(old.slice(2)) + 1}`
  const { events } = updates.find((recorded) => recorded.update === update) ?? { events: [] }
  const recorded = events.find((event) => event.events.includes('ISDIR'))?.name
  for (const { dir: directory, events: kinds, name } of events) {
    const [kind] = kinds
    const file = FILES.get(name ?? '')
    if (directory !== '') {
      if (file === undefined) continue
      const path = join(dir, directory === recorded ? made : old, file)
      if (kind === 'CREATE') writeFileSync(path, '')
      else if (kind === 'CLOSE_WRITE') writeFileSync(path, lists[file])
      else if (kind === 'DELETE') unlinkSync(path)
    } else if (kind === 'CREATE') {
      if (name === '..data_tmp') symlinkSync(made, join(dir, name))
      else mkdirSync(join(dir, made))
    } else if (kind === 'MOVED_TO') renameSync(join(dir, '..data_tmp'), join(dir, '..data'))
    else if (kind === 'DELETE') rmdirSync(join(dir, old))
  }
}
