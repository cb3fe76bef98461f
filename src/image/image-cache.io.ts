/** A cache of image configurations by digest, one file each. A failure is ignored: then the registry is asked again. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface ImageCache {
  /** @returns the record's text; undefined when there is none, or it cannot be read. */
  read(digest: string): Promise<string | undefined>
  /** Writes the whole record, or nothing. */
  write(digest: string, record: string): Promise<void>
}

/** @param directory created with the first record; only its owner has access */
export function openImageCache(directory: string): ImageCache {
  const pathOf = (digest: string): string => join(directory, `${digest.replace(':', '-')}.json`)
  return {
    async read(digest) {
      try {
        return await readFile(pathOf(digest), 'utf8')
      } catch {
        return undefined
      }
    },
    async write(digest, record) {
      const aside = join(directory, `.${randomUUID()}`)
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        await writeFile(aside, record, { mode: 0o600, flag: 'wx' })
        await rename(aside, pathOf(digest))
      } catch {
        await rm(aside, { force: true }).catch(() => undefined)
      }
    },
  }
}
