import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { builtinDefinitions } from '../../../../hub/definitions/catalog.ts';
import { examples } from '../../../../hub/definitions/examples.ts';
import { explainAll } from '../../../../hub/definitions/explain.ts';
import type { Parameter } from '../../../../hub/definitions/parameters.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const pages = explainAll(builtinDefinitions);
const pageOf = (type: string) => pages.find((page) => page.type === type)!;
const names = (list: readonly Parameter[]): string[] => list.map(({ name }) => name);

describe('what the library says of itself', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  it('is a page for each type, with a sentence for each parameter', () => {
    expect(pages.map(({ type }) => type).sort()).toEqual(builtinDefinitions.map(({ type }) => type).sort());
    const silent = pages.flatMap(({ type, parameters }) =>
      parameters.filter(({ description }) => !/^[^].*[.)]$/.test(description)).map(({ name }) => `${type}.${name}`),
    );
    expect(silent).toEqual([]);
  });

  it('reads parameters from shared texts, too', () => {
    expect(names(pageOf('webservice').parameters)).toEqual(
      expect.arrayContaining(['replicas', 'ports', 'image', 'env']),
    );
    expect(names(pageOf('k8s-objects').parameters)).toEqual(['objects', 'path', 'glob']);
  });

  it('has an example for each type, and for nothing else', () => {
    const own = pages.filter(({ aliasOf }) => aliasOf === null).map(({ type }) => type);
    expect(Object.keys(examples).sort()).toEqual(own.sort());
  });

  it.each(pages.map(({ type, example }) => ({ type, example })))(
    'has an example of $type that renders',
    async ({ example }) => {
      const document = { kind: 'Application', metadata: { name: 'example' }, spec: example };
      const local = '---\nkind: Cluster\nmetadata: { name: local }\n';
      const { apps, problems } = await renderFleet(cue, fleetOf(`${yamlText(document)}${local}`));
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(apps.flatMap(({ objects }) => objects).length).toBeGreaterThan(0);
    },
  );
});
