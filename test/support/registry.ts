/** A real registry on loopback: `docker-registry` of the Debian package, with its storage in a directory of the test. */
import { execa } from 'execa'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RegistryOptions {
  /** The field `auth` of docker-registry's configuration. */
  readonly auth?: Readonly<Record<string, unknown>>
  readonly tls?: { readonly certificate: string; readonly key: string }
  /** The registry from which it fetches missing images. */
  readonly proxyOf?: string
}

export interface Registry {
  /** The address as `127.0.0.1:port`. */
  readonly host: string
  stop(): Promise<void>
}

export function makeDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'podorder-registry-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** @param storage a directory, which several registries may share @throws when the program is missing, or ends at once */
export async function startRegistry(storage: string, { auth, tls, proxyOf }: RegistryOptions = {}): Promise<Registry> {
  const own = mkdtempSync(join(storage, 'settings-'))
  const keep = (name: string, content: string): string => {
    writeFileSync(join(own, name), content)
    return join(own, name)
  }
  const settings = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: proxyOf === undefined ? join(storage, 'data') : join(own, 'data') } },
    http: {
      addr: '127.0.0.1:0',
      secret: 'test',
      ...(tls && { tls: { certificate: keep('tls.crt', tls.certificate), key: keep('tls.key', tls.key) } }),
    },
    ...(auth && { auth }),
    ...(proxyOf !== undefined && { proxy: { remoteurl: proxyOf } }),
  }
  // JSON is YAML.
  const child = execa('docker-registry', ['serve', keep('config.yml', JSON.stringify(settings))], {
    reject: false,
    stdin: 'ignore',
    buffer: false,
    env: { OTEL_TRACES_EXPORTER: 'none' },
  })
  const said: string[] = []
  const port = new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      said.push(piece)
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(said.join(''))?.[1]
      if (found !== undefined) resolve(found)
    })
    void child.then(({ code }) => {
      if (code === 'ENOENT') reject(new Error('docker-registry is missing: apt-get install docker-registry'))
      else reject(new Error(`docker-registry has ended: ${said.join('')}`))
    })
  })
  const host = `127.0.0.1:${await port}`
  return {
    host,
    async stop() {
      child.kill('SIGKILL')
      await child
    },
  }
}

export interface ImageOptions {
  readonly entrypoint?: readonly string[]
  readonly cmd?: readonly string[]
  readonly format?: 'oci' | 'docker'
  readonly os?: string
  readonly architecture?: string
  readonly variant?: string
}

export interface IndexEntry {
  readonly digest: string
  readonly size: number
  readonly mediaType: string
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string }
}

const TYPES = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    index: 'application/vnd.oci.image.index.v1+json',
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  },
} as const

export interface Pusher {
  /** Pushes an image. @returns its entry for an index */
  readonly image: (name: string, options: ImageOptions) => Promise<IndexEntry>
  /** Pushes an attestation, as build tools do. It has no platform and is not an image. */
  readonly attestation: (repository: string) => Promise<IndexEntry>
  readonly index: (name: string, entries: readonly IndexEntry[], format?: 'oci' | 'docker') => Promise<IndexEntry>
  /** Pushes an artifact that is not an image. */
  readonly artifact: (name: string) => Promise<IndexEntry>
}

/** Pushes unusual objects with the distribution API. A name is `repository[:tag]`; without a tag only the digest names the object. */
export function openPusher({ host }: Registry): Pusher {
  const putBlob = async (repository: string, content: string, mediaType: string) => {
    const begun = await send('POST', `http://${host}/v2/${repository}/blobs/uploads/`)
    const url = new URL(begun.headers.get('location') ?? '', `http://${host}`)
    url.searchParams.set('digest', digestOf(content))
    await send('PUT', url.href, content, 'application/octet-stream')
    return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) }
  }
  const manifest = async (name: string, body: object, mediaType: string): Promise<IndexEntry> => {
    const [repository = '', tag] = name.split(':')
    const content = JSON.stringify(body)
    await send('PUT', `http://${host}/v2/${repository}/manifests/${tag ?? digestOf(content)}`, content, mediaType)
    return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) }
  }
  const pushImage = async (name: string, config: object, configType: string, format: 'oci' | 'docker') => {
    const blob = await putBlob(name.split(':')[0] ?? '', JSON.stringify(config), configType)
    const mediaType = TYPES[format].manifest
    return manifest(name, { schemaVersion: 2, mediaType, config: blob, layers: [] }, mediaType)
  }
  return {
    artifact: (name) => pushImage(name, {}, 'application/vnd.cncf.helm.config.v1+json', 'oci'),
    async image(name, { entrypoint, cmd, format = 'oci', os = 'linux', architecture = 'amd64', variant }) {
      const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) }
      const config = {
        ...platform,
        config: { Entrypoint: entrypoint ?? null, Cmd: cmd },
        rootfs: { type: 'layers', diff_ids: [] },
      }
      return { ...(await pushImage(name, config, TYPES[format].config, format)), platform }
    },
    async attestation(repository) {
      const pushed = await pushImage(repository, { attests: 'nothing' }, TYPES.oci.config, 'oci')
      return { ...pushed, platform: { os: 'unknown', architecture: 'unknown' } }
    },
    index: (name, manifests, format = 'oci') =>
      manifest(name, { schemaVersion: 2, mediaType: TYPES[format].index, manifests }, TYPES[format].index),
  }
}

async function send(method: string, url: string, body?: string, type?: string): Promise<Response> {
  const answer = await fetch(url, {
    method,
    ...(body !== undefined && { body }),
    ...(type && { headers: { 'content-type': type } }),
  })
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`)
  return answer
}

export function digestOf(content: string): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
