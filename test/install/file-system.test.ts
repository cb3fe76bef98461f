/** Which file systems `install` leaves to write to the disk when they like. */
import test from 'ava'
import { tellsFullAtWrite } from '../../src/install/file-system.ts'

/** statfs(2), linux/magic.h; the others from fs/<name> of the kernel. */
const TYPES: readonly [name: string, type: number, tellsAtWrite: boolean][] = [
  ['ext4', 0xef53, true],
  ['XFS', 0x58465342, true],
  ['btrfs', 0x9123683e, true],
  ['tmpfs', 0x01021994, true],
  ['overlayfs', 0x794c7630, true],
  ['NFS', 0x6969, false],
  ['SMB', 0xff534d42, false],
  ['SMB2', 0xfe534d42, false],
  ['Ceph', 0x00c36400, false],
  ['9p', 0x01021997, false],
  ['FUSE', 0x65735546, false],
  ['ZFS', 0x2fc12fc1, false],
  ['unknown', 0, false],
]

for (const [name, type, tellsAtWrite] of TYPES) {
  test(`${name}: ${tellsAtWrite ? 'no fsync' : 'fsync'}`, (t) => t.is(tellsFullAtWrite(type), tellsAtWrite))
}
