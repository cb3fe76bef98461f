/**
 * Stands in for `node:fs/promises` in the executable's chokidar. Asynchronous calls start two or three threads, which every
 * waiting wrapper would keep; the calls are few, and on a local disk take microseconds.
 */
import fs from 'node:fs'

type Of<Name extends keyof typeof fs.promises> = (typeof fs.promises)[Name]

export const lstat = (async (path: string) => fs.lstatSync(path)) as Of<'lstat'>
export const stat = (async (path: string) => fs.statSync(path)) as Of<'stat'>
export const readdir = (async (path: string) => fs.readdirSync(path)) as unknown as Of<'readdir'>
export const readlink = (async (path: string) => fs.readlinkSync(path)) as Of<'readlink'>
export const realpath = (async (path: string) => fs.realpathSync(path)) as Of<'realpath'>
/** Called on Windows only. */
export const open: Of<'open'> = async (...words) => (await import('node:fs/promises')).open(...words)
