/** The first words of `entrypoint` that make it wait and do nothing else. No imports: it is read at every start. */
export const WAIT_WORDS: readonly string[] = ['wait', 'pod', 'pod-we', 'pod-wr', 'job', 'job-we', 'job-wr', 'service']
