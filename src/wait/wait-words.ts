/** First words of `entrypoint` for which it only waits. No imports: the file is loaded at every start. */
export const WAIT_WORDS: readonly string[] = ['wait', 'pod', 'pod-we', 'pod-wr', 'job', 'job-we', 'job-wr', 'service']
