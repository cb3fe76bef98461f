/** Writes a history as a file. */
import type { PictureFormat } from '../picture/format.ts'
import { writeHistory } from '../history/history-json.ts'
import type { History } from '../history/history.ts'

/** @returns the content of the file, which ends with a line end */
export async function drawPicture(format: PictureFormat, history: History): Promise<string> {
  switch (format) {
    case 'json':
      return writeHistory(history)
    case 'svg':
      return (await import('./timeline-svg.ts')).drawTimelineSvg(history)
    case 'html':
      return (await import('./timeline-html.ts')).drawTimelineHtml(history)
  }
}
