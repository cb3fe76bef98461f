/** Differences between texts, in the unified format. */
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

/** A difference that takes longer to find is too large to be useful. */
const TIMEOUT_MS = 10_000

/** @returns undefined when the texts are too different to be compared in time */
export function diffTexts(name: string, before: string, after: string): string | undefined {
  const options = { context: 3, timeout: TIMEOUT_MS, headerOptions: FILE_HEADERS_ONLY }
  return createTwoFilesPatch(name, name, before, after, '', '', options)
}
