import fc from 'fast-check';
import { parseSite } from '../../../../agent/site/site.ts';
import { startCueEngine } from '../../../../hub/cue/engine.ts';
import { compileGlob, globFault } from '../../../../hub/model/glob.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { cronFields } from '../../../../shared/adapters/schedule.ts';
import { printable } from '../../../../shared/lib/printable.ts';
import { parseYaml } from '../../../../shared/lib/yaml.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { validate } from '../../../../hub/validate/validate.ts';
import { snapshotOf } from '../../../fixtures/hub/problems.ts';
import { mutated, pieced } from '../inputs.ts';
import { refusing, type Target } from '../target.ts';

const application = `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: web, namespace: shop, labels: { team: a } }
spec:
  components:
    - name: web
      type: webservice
      properties: { image: "registry/web:1", port: 80, env: [{ name: A, value: "1" }] }
      traits:
        - type: scaler
          properties: { replicas: 3 }
  policies:
    - name: where
      type: topology
      properties: { clusters: [prod] }
---
apiVersion: core.oam.dev/v1beta1
kind: ApplicationDeployment
metadata: { name: shop, namespace: shop }
spec:
  appRevisions: [{ revisionName: web-v1, traffic: { http: [{ weightedTargets: [] }] } }]
`;

const yamlPieces = [
  ...[
    'a: ',
    'b:\n',
    '  ',
    '\n',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    ': ',
    '? ',
    '| \n',
    '>-\n',
    '"',
    "'",
    '#',
    '---\n',
    '...\n',
  ],
  ...[
    '&a ',
    '*a',
    '&a [*a,*a]',
    '<<: *a\n',
    '!!str ',
    '!x ',
    '%YAML 1.1\n',
    '0x1F',
    '0o17',
    '1_000',
    '1e400',
    '.nan',
    '~',
    'yes',
  ],
  ...[
    '2001-01-01',
    '__proto__: 1\n',
    '\t',
    '\r\n',
    '\ufeff',
    '\u2028',
    '\u0000',
    '\ud800',
    '\\u0041',
    '0400',
    '99999999999999999999',
  ],
];

/** Files of a config repository. */
export const yaml: Target<string> = {
  name: 'yaml',
  from: 'committers of the config repository',
  input: fc.oneof(pieced(yamlPieces), mutated([application]), pieced([...yamlPieces, application], 20)),
  cpuMs: 4_000,
  short: 150,
  open: () => ({
    read: async (text) => {
      for (const path of ['x.yaml', 'x.json']) {
        const documents = await refusing(() => parseYaml(text, path));
        for (const { value } of documents ?? []) {
          const again = parseYaml(printable(yamlText(value)), 'again.yaml').map((one) => one.value);
          if (JSON.stringify(again) !== JSON.stringify([value]))
            throw new Error('what was written is read as something else');
        }
      }
    },
  }),
};

/** Whole documents, through reading and validation. */
export const documents: Target<string> = {
  name: 'documents',
  from: 'committers of the config repository',
  input: fc.oneof(mutated([application]), pieced(application.split(/(?<=[\n,{}])/), 30)),
  cpuMs: 4_000,
  short: 60,
  open: () => ({ read: (text) => refusing(() => validate(snapshotOf(text))) }),
};

/** Patterns of properties and of the configuration, with the path of a file. */
export const glob: Target<readonly string[]> = {
  name: 'glob',
  from: 'committers of the config repository',
  input: fc.tuple(
    pieced(['*', '**', '**/', '?', '{', '}', ',', 'a', 'b', '/', './', '.', '[', ']', '!', '\\', '*a', '{a,b}'], 500),
    pieced(['a', 'b', '/', '.', 'aaaaaaaa', 'a/', '..', '*', '\u00e9'], 2_000),
  ),
  cpuMs: 1_000,
  short: 300,
  open: () => ({
    read: ([pattern = '', path = '']) => {
      const { steps, named, covered } = compileGlob(pattern).look(path);
      if (globFault(pattern) !== null && (named || covered))
        throw new Error('a pattern that is refused names something');
      // Each character of the path looks at each place of the pattern once, from a few others.
      if (steps > (path.length + 2) * (4 * pattern.length + 8)) throw new Error(`${steps} steps`);
      if (named && !covered) throw new Error('named and not covered');
    },
  }),
};

const cuePieces = [
  ...[
    'output: ',
    'outputs: ',
    'parameter: ',
    'context.name',
    '{',
    '}',
    '\n',
    'a: ',
    'b: ',
    'x: x\n',
    'a & b',
    ' | ',
    '*1 | ',
    'int',
    'string',
  ],
  ...[
    '[...string]',
    '[string]: ',
    '"\\(a)"',
    'a + a\n',
    '#A: ',
    '_h: ',
    'if a != _|_ {',
    'for k, v in a {',
    'import "strings"\n',
  ],
  ...[
    'strings.Repeat("a", 1000000)',
    'import "list"\n',
    'list.Range(0, 1000000, 1)',
    'close({',
    '})',
    '>0',
    '=~"(a+)+$"',
    '@tag(x)',
    '...',
    '_|_',
  ],
  'parameter: {image: string}\noutput: {kind: "A", image: parameter.image}\n',
];

/** Templates of definitions. */
export const cue: Target<string> = {
  name: 'cue',
  from: 'committers of the config repository',
  input: pieced(cuePieces, 60),
  cpuMs: 2_000,
  short: 8,
  open: () => {
    const engine = startCueEngine({ clock: systemClock, sourceMs: 1_000 });
    const known = ['RENDER_FAILED', 'RENDER_TIMEOUT', 'DOCUMENT_INVALID', 'UNKNOWN_FIELD'];
    return {
      read: async (template) => {
        const program = { subject: 'fuzz', template, parameter: { image: 'CANARY-1' }, context: { name: 'web' } };
        const [outcome] = await engine.evaluate([program], AbortSignal.timeout(60_000));
        if (outcome === undefined) throw new Error('no answer');
        if (outcome.ok) return;
        for (const { code } of outcome.faults) if (!known.includes(code)) throw new Error(`the code ${code}`);
        for (const { message } of outcome.faults)
          if (message.includes('CANARY')) throw new Error(`a value in ${message}`);
      },
      close: engine.close,
    };
  },
};

/** What the ConfigMap of a site says. */
export const site: Target<readonly string[]> = {
  name: 'site',
  from: 'editors of the ConfigMap of a site',
  input: fc.tuple(
    ...(
      [
        'until 2026-12-01',
        '{ cron: "0 2 * * *", duration: 3h, timezone: Europe/Berlin }',
        'site.sluice.dev/till: yes',
      ] as const
    ).map((sample) => fc.oneof(mutated([sample]), pieced([...sample.split(/(?=\W)/), ...yamlPieces], 500))),
  ),
  cpuMs: 2_000,
  short: 100,
  open: () => ({
    read: ([hold = '', window = '', labels = '']) =>
      parseSite({ hold, window, labels, takeOverFrom: labels + hold }, cronFields),
  }),
};
