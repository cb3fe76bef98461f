/** What kind of file system a volume is on, as far as `install` must know. Pure. */

/**
 * File systems of a local disk or of memory: they give a write its room, quotas included, or fail it at once. An emptyDir is
 * on one of them. The numbers are those of statfs(2), from linux/magic.h.
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
 * @param type as statfs(2) gives it.
 * @returns false for file systems that may say only at fsync that there is no room: those of a network (NFS, SMB, Ceph),
 * FUSE, and all that are not known.
 */
export function tellsFullAtWrite(type: number): boolean {
  return LOCAL.has(type)
}
