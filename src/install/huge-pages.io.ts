/**
 * Which parts of a program are worth huge pages. Linux keeps what was written at once in one piece of its page cache, where the
 * file system can (XFS from 6.6, ext4 from 6.16), and maps a piece of 2 MiB by one entry instead of 512. Every start then takes
 * 0.7 ms less to come and to go. But a process is weighed by what it has mapped, so the rest stays in small pieces.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

/** The size of a huge page, where a page has 4 KiB. On a kernel with other pages what is found here is of no use, and does no harm. */
export const HUGE_BYTES = 2 * 1024 * 1024
const PAGE_BYTES = 4096

/** Half a huge page: never is more mapped in addition than was mapped anyway. */
const LEAST_PAGES = HUGE_BYTES / PAGE_BYTES / 2

/** An entry of /proc/self/pagemap, little-endian; the highest bit says that the page is there (proc_pid_pagemap(5)). */
const ENTRY_BYTES = 8
const PRESENT = 0x80

/** `00200000-01a39000 r--p 00000000 fe:00 2162712   /podorder/bin/entrypoint`. What is writable is no candidate. */
const MAPPING = /^([0-9a-f]+)-([0-9a-f]+) r-[-x]p ([0-9a-f]+) \S+ \d+ +(.+)$/gm

/** @returns offsets in the file of huge pages that this process, which runs the file, uses much of; none where it cannot tell. */
export function listUsed(path: string): ReadonlySet<number> {
  const pages = new Map<number, number>()
  try {
    const pagemap = openSync('/proc/self/pagemap', 'r')
    try {
      for (const [, start = '', end = '', offset = '', name] of readFileSync('/proc/self/maps', 'latin1').matchAll(
        MAPPING,
      )) {
        if (name === path) countPages(pagemap, parseInt(start, 16), parseInt(end, 16), parseInt(offset, 16), pages)
      }
    } finally {
      closeSync(pagemap)
    }
  } catch {
    // Without /proc, or where it tells nothing, nothing is known to be used.
    return new Set()
  }
  return new Set([...pages].flatMap(([piece, count]) => (count < LEAST_PAGES ? [] : [piece])))
}

function countPages(pagemap: number, start: number, end: number, offset: number, pages: Map<number, number>): void {
  // The kernel maps a huge page only where file and memory are aligned alike.
  if ((start - offset) % HUGE_BYTES !== 0) return
  const entries = new Uint8Array(((end - start) / PAGE_BYTES) * ENTRY_BYTES)
  const length = readSync(pagemap, entries, 0, entries.length, (start / PAGE_BYTES) * ENTRY_BYTES)
  for (let at = 0; at < length; at += ENTRY_BYTES) {
    if (((entries[at + ENTRY_BYTES - 1] ?? 0) & PRESENT) === 0) continue
    const place = offset + (at / ENTRY_BYTES) * PAGE_BYTES
    const piece = place - (place % HUGE_BYTES)
    pages.set(piece, (pages.get(piece) ?? 0) + 1)
  }
}
