/** The kind of a volume's file system, as far as `install` needs it. Pure. */

/**
 * File systems on a local disk or in memory. When there is no space, or a quota is used up, write(2) fails at once. An emptyDir is
 * on one of them. The numbers are the types of statfs(2), from linux/magic.h.
 */
const LOCAL: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext2, ext3, ext4'],
  [0x5846_5342, 'XFS'],
  [0x9123_683e, 'btrfs'],
  [0x0102_1994, 'tmpfs'],
  [0x8584_58f6, 'ramfs'],
  [0x794c_7630, 'overlayfs'],
])

/**
 * @param type of statfs(2)
 * @returns false for file systems that may report a full disk only at fsync: network file systems (NFS, SMB, Ceph), FUSE, and
 * unknown ones.
 */
export function tellsFullAtWrite(type: number): boolean {
  return LOCAL.has(type)
}
