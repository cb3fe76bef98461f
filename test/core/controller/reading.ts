/** Reading `depends-on` as the controller does. */
import { readNested } from '../../../src/adapters/yaml.ts'
import { createWaitsReader } from '../../../src/core/controller/waits.ts'

export const readWaits = createWaitsReader(readNested)
