import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assumedKubernetes } from '../../../../hub/model/cluster-version.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { comparable } from '../../../fixtures/hub/comparable.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { documentedInputs } from '../../../fixtures/hub/library-cases.ts';
import { linesOf, local, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { renderFleetOn } from '../../../fixtures/hub/rendering.ts';

const { cue } = useRenderer();

/** Traits as the documents of KubeVela describe them, in the idioms of its own: files of the type's name. */
const folder = new URL('../../../fixtures/dropped-in/', import.meta.url);
const templates = new Map(
  readdirSync(folder).map((file) => [file.replace('.cue', ''), readFileSync(new URL(file, folder), 'utf8')]),
);

const typeOf = (id: string): string => id.slice(0, id.indexOf(':'));
const inputs = documentedInputs.filter(({ id }) => templates.has(typeOf(id)));

/** What KubeVela makes of these is refused by Kubernetes: the built-in makes another object, or says so itself. */
const refused = ['expose: externalName', 'gateway: samePort'];

function definition(name: string): string {
  const template = templates.get(name) ?? '';
  return `${yamlText({ kind: 'TraitDefinition', metadata: { name }, spec: { schematic: { cue: { template } } } })}---\n`;
}

describe('a trait of KubeVela that is dropped in', () => {
  const render = (text: string) => renderFleetOn(cue(), { kubernetes: assumedKubernetes }, [fleetOf(text)]);

  it.each(inputs)('makes what KubeVela makes, or what the built-in of its name does: $id', async (one) => {
    const { id, app, expect: wanted } = one;
    const text = yamlText(app) + local;
    const [dropped, builtIn] = [await render(definition(typeOf(id)) + text), await render(text)];
    const objectsOf = ({ apps }: typeof dropped) =>
      comparable(apps.flatMap(({ objects }) => objects.map(({ object }) => object)));
    if ('error' in wanted || refused.includes(id)) {
      const words = 'error' in wanted ? wanted.error.replace(/^errs: /, '') : 'OBJECT_INVALID';
      expect(linesOf(dropped).join()).toContain(words);
      return;
    }
    expect(linesOf(dropped)).toEqual([]);
    expect([objectsOf(builtIn), comparable(wanted.objects)]).toContainEqual(objectsOf(dropped));
  });

  it('is one of each trait that inputs are documented for', () => {
    const types = documentedInputs.filter(({ kind }) => kind === 'trait').map(({ id }) => typeOf(id));
    expect([...templates.keys()].sort()).toEqual([...new Set(types)].sort());
  });
});
