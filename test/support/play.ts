/** Pods from manifests, by `podman kube play`. */
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { eventually } from './eventually.ts'
import { podman, PODMAN_ENVIRONMENT } from './podman.ts'

export interface PlayedPod {
  /** What a container has written so far. */
  stdout(container: string): Promise<string>
  stderr(container: string): Promise<string>
  /** Until a container has written this. */
  says(container: string, text: string): Promise<unknown>
  /** To a container's first process. */
  signal(container: string, signal: string): Promise<void>
  /** Until a container has ended. @returns its exit code */
  end(container: string): Promise<number>
}

/**
 * @param manifest of one pod, whose name no other has.
 * @param t when this test ends, the pod is removed.
 * @returns when its init containers have ended, and the others have been started.
 */
export async function playPod(t: ExecutionContext, name: string, manifest: object): Promise<PlayedPod> {
  t.teardown(async () => {
    await podman('pod', 'rm', '--force', '--ignore', '--time', '0', name)
    const volumes = await podman('volume', 'ls', '--quiet', '--filter', `name=${name}`)
    if (volumes !== '') await podman('volume', 'rm', '--force', ...volumes.split('\n'))
  })
  await execa('podman', ['kube', 'play', '--network=none', '-'], {
    env: PODMAN_ENVIRONMENT,
    input: JSON.stringify(manifest),
  })
  const logs = (container: string) =>
    execa('podman', ['logs', `${name}-${container}`], { env: PODMAN_ENVIRONMENT, stripFinalNewline: false })
  return {
    stdout: async (container) => (await logs(container)).stdout,
    stderr: async (container) => (await logs(container)).stderr,
    says: (container, text) =>
      eventually(`${container} says "${text}"`, async () => {
        const { stdout, stderr } = await logs(container)
        if (stdout.includes(text) || stderr.includes(text)) return true
        throw new Error(`it says ${stdout}${stderr}`)
      }),
    signal: async (container, signal) => void (await podman('kill', '--signal', signal, `${name}-${container}`)),
    end: async (container) => Number(await podman('wait', `${name}-${container}`)),
  }
}
