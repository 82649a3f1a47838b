import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../../fixtures/field/${path}`, import.meta.url), 'utf8');

describe('a fault of the field', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  it('is not there any more: a key of stringData that was removed stayed in the Secret', async () => {
    const documents = `${read('stringdata/app.yaml')}---\n${read('stringdata/clusters.yaml')}`;
    const at = (version: string) =>
      fleetOf(documents, { files: { 'k8s/strdata.yaml': read(`stringdata/${version}/strdata.yaml`) } });
    const { apps, problems } = await renderFleet(cue, at('v1'), at('v2'));
    expect(problems).toEqual([]);
    expect(apps.flatMap(({ objects }) => objects.map(({ object }) => object))).toMatchObject([
      { kind: 'Secret', data: { user: Buffer.from('ann').toString('base64') } },
    ]);
    expect(JSON.stringify(apps)).not.toMatch(/stringData|password/);
  });

  it('is not there any more: an exported object was made and collected again and again, for an owner that is not there', async () => {
    const documents = `${read('exported-ownerreference/app.yaml')}---\n${read('exported-ownerreference/clusters.yaml')}`;
    const files = { 'k8s/owned.yaml': read('exported-ownerreference/k8s/owned.yaml') };
    const { apps, problems } = await renderFleet(cue, fleetOf(documents, { files }));
    expect(apps[0]?.objects[0]?.object.metadata).not.toHaveProperty('ownerReferences');
    expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: owned-v1: metadata.ownerReferences, metadata.uid, metadata.resourceVersion of ConfigMap exported is left out: only a server writes it (k8s/owned.yaml:1)',
    ]);
  });
});
