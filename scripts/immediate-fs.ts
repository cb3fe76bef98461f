/**
 * Replaces `node:fs/promises` for chokidar in the executable, by synchronous calls. Asynchronous calls start two or three threads,
 * which every waiting wrapper would keep. There are only a few calls, and on a local disk they take microseconds.
 */
import fs from 'node:fs'

type Of<Name extends keyof typeof fs.promises> = (typeof fs.promises)[Name]

export const lstat = (async (path: string) => fs.lstatSync(path)) as Of<'lstat'>
export const stat = (async (path: string) => fs.statSync(path)) as Of<'stat'>
export const readdir = (async (path: string) => fs.readdirSync(path)) as unknown as Of<'readdir'>
export const readlink = (async (path: string) => fs.readlinkSync(path)) as Of<'readlink'>
export const realpath = (async (path: string) => fs.realpathSync(path)) as Of<'realpath'>
/** Opens a file. chokidar calls this on Windows only. */
export const open: Of<'open'> = async (...words) => (await import('node:fs/promises')).open(...words)
