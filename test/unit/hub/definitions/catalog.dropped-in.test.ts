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

/** Types as the documents of KubeVela describe them, in the idioms of its own: files of the type's name. */
function templatesIn(name: string): ReadonlyMap<string, string> {
  const folder = new URL(`../../../fixtures/dropped-in/${name}/`, import.meta.url);
  const files = readdirSync(folder).map(
    (file) => [file.replace(/\.cue$/, ''), readFileSync(new URL(file, folder), 'utf8')] as const,
  );
  const part = (one: string): string => files.find(([file]) => file === `${one}.part`)?.[1] ?? '';
  // The parts of those that run pods, and of those that listen, too.
  const whole = (text: string): string =>
    text + (text.includes('podSpec') ? part('pods') : '') + (text.includes('import "strconv"') ? part('ports') : '');
  return new Map(files.filter(([file]) => !file.endsWith('.part')).map(([file, text]) => [file, whole(text)]));
}

const kinds = [
  { kind: 'trait', definition: 'TraitDefinition', templates: templatesIn('traits') },
  { kind: 'component', definition: 'ComponentDefinition', templates: templatesIn('components') },
] as const;

/** What KubeVela makes of these is refused by Kubernetes: the built-in makes another object, or says so itself. */
const refused = ['expose: externalName', 'gateway: samePort'];
/** A template reads charts that KubeVela fetches while it evaluates. */
const fetching = ['helmchart'];

const typeOf = (id: string): string => id.slice(0, id.indexOf(':'));

describe.each(kinds)('a $kind of KubeVela that is dropped in', ({ kind, definition, templates }) => {
  const inputs = documentedInputs.filter((one) => one.kind === kind && !fetching.includes(one.type));
  const defined = (name: string): string =>
    `${yamlText({ kind: definition, metadata: { name }, spec: { schematic: { cue: { template: templates.get(name) ?? '' } } } })}---\n`;
  const render = (text: string) => renderFleetOn(cue(), { kubernetes: assumedKubernetes }, [fleetOf(text)]);

  it.each(inputs)('makes what KubeVela makes, or what the built-in of its name does: $id', async (one) => {
    const { id, app, expect: wanted } = one;
    const text = yamlText(app) + local;
    const [dropped, builtIn] = [await render(defined(typeOf(id)) + text), await render(text)];
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

  it('is one of each that inputs are documented for', () => {
    expect([...templates.keys()].sort()).toEqual([...new Set(inputs.map(({ type }) => type))].sort());
  });
});
