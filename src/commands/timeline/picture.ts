/** A history as a file of its own. */
import type { PictureFormat } from '../../core/picture/format.ts'
import { writeHistory } from '../../core/timeline/history-json.ts'
import type { History } from '../../core/timeline/history.ts'

/** Ends with a line end. */
export async function drawPicture(format: PictureFormat, history: History): Promise<string> {
  switch (format) {
    case 'json':
      return writeHistory(history)
    case 'svg':
      return (await import('../../core/picture/timeline-svg.ts')).drawTimelineSvg(history)
    case 'html':
      return (await import('../../core/picture/timeline-html.ts')).drawTimelineHtml(history)
  }
}
