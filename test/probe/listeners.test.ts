import test from 'ava'
import { findListeners } from '../../src/probe/listeners.ts'

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0502010A:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
   3: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0 0 4 1
   4: 000000FD000000000000000005000000:0051 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0 0 5 1
`

test('a listener is found at its address, one on every address at loopback', (t) => {
  t.deepEqual(findListeners(TABLE, 5432), ['127.0.0.1'])
  t.deepEqual(findListeners(TABLE, 8080), ['10.1.2.5'])
  t.deepEqual(findListeners(TABLE, 80), ['::1'])
  t.deepEqual(findListeners(TABLE, 81), ['fd00:0000:0000:0000:0000:0000:0000:0005'])
})

test('a connection is no listener, and an empty table has none', (t) => {
  t.deepEqual(findListeners(TABLE, 0xd431), [])
  t.deepEqual(findListeners('', 80), [])
})
