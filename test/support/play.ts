/** Runs pods from manifests with `podman kube play`. */
import type { ExecutionContext } from 'ava'
import { execa } from 'execa'
import { eventually } from './eventually.ts'
import { podman, PODMAN_ENVIRONMENT } from './podman.ts'

export interface PlayedPod {
  /** Returns the output of a container so far. */
  stdout(container: string): Promise<string>
  stderr(container: string): Promise<string>
  /** Waits until a container has written a text. */
  says(container: string, text: string): Promise<unknown>
  /** Sends a signal to a container's first process. */
  signal(container: string, signal: string): Promise<void>
  /** Waits until a container has ended. @returns its exit code */
  end(container: string): Promise<number>
}

/**
 * Starts a pod. Returns when its init containers have ended and the others have been started.
 * @param t the pod is removed when this test ends
 * @param manifest a pod with a unique name
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
