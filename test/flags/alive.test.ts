/** A connection to a predecessor's liveness socket. */
import test from 'ava'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeFiles } from '../../src/base/files-node.io.ts'
import { holdLifeline } from '../../src/flags/alive.io.ts'
import { socketIn } from '../../src/flags/layout.ts'
import { eventually } from '../support/eventually.ts'

test('a lifeline that is closed before its connection is made leaves no connection', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'podorder-'))
  let came = 0
  let ended = 0
  const server = createServer((socket) => {
    came++
    socket.resume().on('close', () => ended++)
  })
  t.teardown(() => {
    server.close()
    rmSync(dir, { recursive: true })
  })
  await new Promise<void>((resolve) => void server.listen(socketIn(dir), resolve))
  const lifeline = holdLifeline(dir, nodeFiles, () => {})
  t.is(lifeline.state(), 'connecting')
  lifeline.close()
  await eventually('the connection has come and gone', () => came === 1 && ended === 1)
})
