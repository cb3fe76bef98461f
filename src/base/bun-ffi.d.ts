/** The part of Bun's FFI that podorder uses. Bun's own types would add globals that Node does not have. */
declare module 'bun:ffi' {
  type Pointer = number & { readonly __pointer: unique symbol }
  type Argument = NodeJS.ArrayBufferView | Pointer | number | bigint | null
  export interface Signature {
    readonly args: readonly string[]
    readonly returns: string
  }
  export type Functions<Table extends Readonly<Record<string, Signature>>> = {
    readonly [Name in keyof Table]: (...args: Argument[]) => number
  }
  export function dlopen<const Table extends Record<string, Signature>>(
    path: string,
    symbols: Table,
  ): { readonly symbols: Functions<Table> }
  /** Links functions that are already in memory. */
  export function linkSymbols<const Table extends Record<string, Signature & { readonly ptr: number }>>(
    symbols: Table,
  ): { readonly symbols: Functions<Table> }
  export function ptr(view: NodeJS.ArrayBufferView): Pointer
  export function toArrayBuffer(pointer: number, offset: number, length: number): ArrayBuffer
  export const read: { i32(pointer: number, offset: number): number }
}
