import type { AddressInfo, Server } from 'node:net'

/** @returns the port, chosen by the system for 0. @throws the system's error when it cannot listen */
export async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return (server.address() as AddressInfo).port
}
