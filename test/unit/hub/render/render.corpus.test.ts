import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { parseFile } from '../../../../hub/load/parse.ts';
import { validate } from '../../../../hub/validate/validate.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { asSluiceError } from '../../../../shared/errors.ts';
import { parseYaml } from '../../../../shared/lib/yaml.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { renderFleet } from '../../../fixtures/hub/rendering.ts';

/** Public OAM Applications, each with the definitions that stood beside it; the first line says where it was. */
const folder = new URL('../../../fixtures/corpus/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const local = '---\nkind: Cluster\nmetadata: { name: local }\n';

/** Members that the delivery of an Application reads, and that its objects do not depend on. */
const ofDelivery = ['policies', 'workflow'];
const ofOrder = ['inputs', 'outputs'];

type Values = Readonly<Record<string, unknown>>;

function without(value: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

/** The text with what says in which order, and how, the components are delivered left out. */
function objectsAlone(text: string): string {
  const documents = parseYaml(text, 'corpus.yaml').map(({ value }) => value as Values);
  return documents
    .filter(({ kind }) => kind !== 'Policy' && kind !== 'Workflow')
    .map((document) => {
      if (document['kind'] !== 'Application') return yamlText(document);
      const spec = document['spec'] as Values;
      const components = (spec['components'] as readonly Values[] | undefined) ?? [];
      return yamlText({
        ...document,
        spec: { ...without(spec, ofDelivery), components: components.map((one) => without(one, ofOrder)) },
      });
    })
    .join('---\n');
}

/** Why an Application of the corpus may not render, and how its first problem reads: the first that fits counts. */
const knownReasons: readonly (readonly [why: string, words: RegExp])[] = [
  ['it has no components: its steps make the objects', /"spec",\s*"components"[^]*at least|too_small/],
  ['a text with placeholders, not a document', /expected record, received string/],
  ['a component without a name', /"name"\s*\][^]*received undefined/],
  ['a chart or an overlay', /there is no component type (?:helm|helmchart|kustomize)$/],
  ['a trait that is planned', /there is no trait type (?:rollout|canary-traffic)$/],
  ['a revision that a trait chooses', /TraitDefinition\/rollout: targetRevision/],
  ['a type that no document defines', /there is no (?:component|trait) type \S+$/],
  ['a definition without CUE', /has no CUE template/],
  ['a reference to objects of another cluster, or by labels', /^UNSUPPORTED \S+ objects\[\d+\] names/],
  ['a trait for what is only referred to', /^UNSUPPORTED \S+ the trait \S+ changes an object that/],
  ['a property that the type does not have', /^UNKNOWN_FIELD|property "\S+" (?:is missing|has)/],
  ['an object that Kubernetes refuses', /^OBJECT_INVALID/],
  ['a Secret of the cluster in a template', /ComponentDefinition\/secretconsumer/],
];

function whyOf(reason: string): string {
  return knownReasons.find(([, words]) => words.test(reason))?.[0] ?? `unknown: ${reason}`;
}

function brief(reason: string): string {
  return reason.replaceAll(/\s+/g, ' ').slice(0, 120);
}

describe('public Applications', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  /** Why the objects of an Application cannot be made; empty where they can. */
  const reasons = async (text: string): Promise<readonly string[]> => {
    try {
      const { problems } = await renderFleet(cue, fleetOf(`${objectsAlone(text)}${local}`));
      return problems.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code} ${message}`);
    } catch (error) {
      return [asSluiceError(error).message];
    }
  };

  /** What `validate` says of the whole document. */
  const refused = (text: string): readonly string[] => {
    const { documents } = parseFile('a.yaml', Buffer.from(text));
    const facts = { repository: 'r', commit: 'c', descends: true, files: new Map(), problems: [], broken: [] };
    const { problems } = validate({ ...facts, documents, ignored: 0 });
    return problems.filter(({ severity }) => severity === 'error').map(({ code, message }) => `${code} ${message}`);
  };

  it('render, and each that does not has a reason', async () => {
    const rows: { readonly file: string; readonly found: readonly string[]; readonly whole: readonly string[] }[] = [];
    for (const file of files) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      rows.push({ file, found: await reasons(text), whole: refused(text) });
    }
    const failed = rows.flatMap(({ file, found: [first] }) =>
      first === undefined ? [] : [{ file, first, why: whyOf(first) }],
    );
    const rendered = rows.length - failed.length;
    const whole = rows.filter((one) => one.found.length === 0 && one.whole.length === 0).length;
    const said = [...Map.groupBy(failed, ({ why }) => why)].map(
      ([why, of]) => `  ${of.length} ${why}\n${of.map(({ file, first }) => `    ${file} ${brief(first)}\n`).join('')}`,
    );
    const count = `corpus: ${rendered} of ${rows.length} Applications render, ${whole} of them whole; the others have policies, steps or an order\n`;
    process.stdout.write(`${count}${said.join('')}`);
    expect(failed.filter(({ why }) => why.startsWith('unknown')).map(({ file, first }) => `${file}: ${first}`)).toEqual(
      [],
    );
    expect(rendered).toBeGreaterThanOrEqual(91);
    expect(whole).toBeGreaterThanOrEqual(66);
  }, 240_000);
});
