/** The fake API server with TLS, and clients of it. */
import type { ExecutionContext } from 'ava'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type KubeClient } from '../../src/kube/client.io.ts'
import type { Access } from '../../src/kube/access.ts'
import { type ApiServer, startApiServer } from './api-server.ts'
import { type Authority, createAuthority } from './certificates.ts'

export interface Setting {
  readonly dir: string
  readonly authority: Authority
  readonly server: ApiServer
  readonly client: (more?: Partial<Access>) => Promise<KubeClient>
}

/** Starts the server. It is closed when the test ends. */
export async function openSetting(t: ExecutionContext): Promise<Setting> {
  const dir = mkdtempSync(join(tmpdir(), 'podorder-kube-'))
  const authority = createAuthority(dir)
  const server = await startApiServer({ authority })
  t.teardown(async () => {
    await server.close()
    rmSync(dir, { recursive: true })
  })
  return {
    dir,
    authority,
    server,
    async client(more = {}) {
      const client = await createClient({
        server: server.url,
        ca: { text: authority.certificate },
        serverName: undefined,
        insecure: false,
        token: undefined,
        certificate: undefined,
        key: undefined,
        namespace: 'rec',
        ...more,
      })
      t.teardown(() => client.close())
      return client
    },
  }
}
