import { describe, expect, it } from 'vitest';
import { entryOf } from '../../../../hub/plan/entry.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { local, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

const trait = (name: string, stage: string): string => `---
kind: TraitDefinition
metadata: { name: ${name} }
spec:
  stage: ${stage}
  schematic:
    cue:
      template: |
        outputs: ${name}: { apiVersion: "v1", kind: "ConfigMap", metadata: name: context.name + "-${name}" }
`;
const traits = trait('first', 'PreDispatch') + trait('last', 'PostDispatch') + trait('beside', 'DefaultDispatch');
const app = (components: string): string =>
  `---\nkind: Application\nmetadata: { name: shop }\nspec: { components: [${components}] }\n`;
const web = (more = ''): string => `{ name: web, type: worker, properties: { image: a }${more} }`;
const db = (more = ''): string => `{ name: db, type: worker, properties: { image: a }${more} }`;

describe('the order of the parts of an application', () => {
  const { cue } = useRenderer();
  const wire = async (...texts: readonly string[]) => {
    const { apps, problems } = await renderFleet(cue(), ...texts.map((text) => fleetOf(text + local)));
    const [one] = apps;
    if (one === undefined) return problems.map(({ message }) => message);
    const entry = entryOf(one, formats.revision.at(2)).app;
    const objects = entry.objects.map(({ id, component, stage }) =>
      [id.split('/').at(-1), component, stage].filter((word) => word !== undefined).join(' '),
    );
    return { objects, dependsOn: entry.dependsOn };
  };

  it('is said of what waits for others, with the component of each object', async () => {
    expect(await wire(app(`${web(', dependsOn: [db]')}, ${db()}`))).toEqual({
      objects: ['db db', 'web web'],
      dependsOn: { web: ['db'] },
    });
  });

  it('is said of the objects of traits with a stage', async () => {
    const more = ', traits: [{ type: first }, { type: last }, { type: beside }]';
    expect(await wire(app(web(more)) + traits)).toEqual({
      objects: ['web-beside web', 'web-first web pre', 'web-last web post', 'web web'],
      dependsOn: undefined,
    });
  });

  it('is nothing where nothing is said of it: the content stays as it was before there was an order', async () => {
    expect(await wire(app(`${web()}, ${db()}`))).toEqual({ objects: ['db', 'web'], dependsOn: undefined });
  });

  const placed = `---
kind: ApplicationDeployment
metadata: { name: both }
spec: { appRevisions: [{ revisionName: shop-v1, placement: [{}] }, { revisionName: shop-v2, placement: [{}] }] }
`;

  it('is that of all revisions of a deployment', async () => {
    const v1 = app(`${web(', dependsOn: [db]')}, ${db()}`);
    const v2 = app(`${web(', dependsOn: [db]')}, ${db(', traits: [{ type: first }]')}`);
    expect(await wire(v1 + traits, v2 + traits + placed)).toEqual({
      objects: ['db-v2-first db pre', 'db-v1 db', 'db-v2 db', 'web-v1 web', 'web-v2 web'],
      dependsOn: { web: ['db'] },
    });
  });

  it('must have no circle in all of them together', async () => {
    const v1 = app(`${web(', dependsOn: [db]')}, ${db()}`);
    const v2 = app(`${web()}, ${db(', dependsOn: [web]')}`);
    expect(await wire(v1, v2 + placed)).toEqual([
      'components of the revisions that are listed wait for each other: db -> web -> db',
    ]);
  });

  it('cannot be said to an agent that reads format 1 only', async () => {
    const { apps } = await renderFleet(cue(), fleetOf(app(`${web(', dependsOn: [db]')}, ${db()}`) + local));
    const first = formats.revision.at(1);
    expect(first.lacks(entryOf(apps[0]!, first).content!)).toBe('components that wait for others');
  });
});
