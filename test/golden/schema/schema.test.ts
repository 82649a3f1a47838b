import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../hub/cue/engine.ts';
import { schemaKinds, schemaOfAll } from '../../../hub/definitions/schema.ts';
import { typeSchemas } from '../../../hub/operations/schema.ts';
import { systemClock } from '../../../shared/adapters/clock.ts';

const folder = new URL('../../../docs/schema/', import.meta.url).pathname;
const draft = 'http://json-schema.org/draft-07/schema#';

describe('the schemas in docs', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  it('are what documents and the library say', async () => {
    const { signal } = new AbortController();
    const all = schemaOfAll({ types: await typeSchemas(cue, [], signal), isClosed: false });
    await expect(`${JSON.stringify(all, null, 1)}\n`).toMatchFileSnapshot(`${folder}sluice.json`);
    for (const kind of Object.keys(schemaKinds)) {
      const one = { $schema: draft, title: kind, $ref: `sluice.json#/definitions/${kind}` };
      await expect(`${JSON.stringify(one, null, 1)}\n`).toMatchFileSnapshot(`${folder}${kind.toLowerCase()}.json`);
    }
  });
});
