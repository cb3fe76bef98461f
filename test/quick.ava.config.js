/** `npm run test:quick`: the pure rooms, in worker threads. What starts processes or servers is left to `npm test`. */
export default {
  extensions: ['ts'],
  files: [
    'test/floors.test.ts',
    'test/{args,base,check,cli,controller,entrypoint,explain,flags,graph,history,kube,manifest,order}/*.test.ts',
    'test/{pod,picture,probe,rewrite,run,tekton,timeline,wait,webhook}/*.test.ts',
    // Servers, processes, openssl.
    '!test/kube/{access,client,double,follow}.test.ts',
    '!test/graph/layout.test.ts',
    '!test/probe/prober.test.ts',
    '!test/run/survivor.test.ts',
    '!test/webhook/{certificate,secure}.test.ts',
  ],
}
