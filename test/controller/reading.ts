/** Reading `depends-on` as the controller does. */
import { readNested } from '../../src/manifest/yaml.io.ts'
import { createWaitsReader } from '../../src/controller/waits.ts'

export const readWaits = createWaitsReader(readNested)
