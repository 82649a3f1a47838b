import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { createCatalog } from '../../../../hub/definitions/catalog.ts';
import { checkedHealth, type Known } from '../../../../hub/health/evaluate.ts';
import type { StatusTexts } from '../../../../hub/model/fleet.ts';
import type { HealthCheck } from '../../../../hub/model/health.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

const signal = new AbortController().signal;
const id = 'example.com/Cache/shop/a';
const routeId = 'example.com/Route/shop/a';
const applied = 'sha256:new' as const;

const checkOf = (status: StatusTexts, more: Partial<HealthCheck> = {}): HealthCheck => ({
  component: 'web',
  subject: 'ComponentDefinition/cache',
  status,
  parameter: { want: true },
  context: { name: 'web', appName: 'shop' },
  objects: [
    { name: null, id, fields: ['/status'] },
    { name: 'route', id: routeId, fields: ['/status'] },
  ],
  ...more,
});

const known = (
  status: unknown,
  digest: `sha256:${string}` = applied,
  values: object = { '/status': status },
): Known => ({
  observations: [
    { id, uid: 'u', generation: 1, digest, values: values as Record<string, unknown> },
    { id: routeId, uid: 'r', generation: 1, digest: applied, values: { '/status': { ok: true } } },
  ],
  digests: new Map([
    [id, applied],
    [routeId, applied],
  ]),
});

describe('how well a component is by its definition', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());
  const judged = (status: StatusTexts, facts: Known = known({}), more: Partial<HealthCheck> = {}) =>
    checkedHealth(cue, checkOf(status, more), facts, signal);

  it.each<readonly [string, StatusTexts, unknown, object]>([
    [
      'well where it says nothing of it',
      { customStatus: 'message: "hello"' },
      {},
      { health: 'healthy', message: 'hello' },
    ],
    [
      'not where it says no',
      { healthPolicy: 'isHealth: false', customStatus: 'message: "never healthy"' },
      {},
      { health: 'unhealthy', message: 'never healthy' },
    ],
    [
      'as its object says',
      { healthPolicy: 'isHealth: context.output.status.ready' },
      { ready: true },
      { health: 'healthy' },
    ],
    [
      'by what it says below conditions alone',
      {
        healthPolicy:
          'import "strings"\nif context.output.status.phase == _|_ {isHealth: false}\nif context.output.status.phase != _|_ {isHealth: strings.ToLower(context.output.status.phase) == "ready"}',
        customStatus: 'if context.output.status.phase != _|_ {\n\tmessage: "is \\(context.output.status.phase)"\n}',
      },
      { phase: 'Ready' },
      { health: 'healthy', message: 'is Ready' },
    ],
    [
      'with details, without those that begin with a dollar',
      { details: '$size: context.output.status.size\ntwice: "\\($size * 2)"' },
      { size: 2 },
      { health: 'healthy', message: '', details: { twice: '4' } },
    ],
    [
      'by a default that is not changed',
      { healthPolicy: '_ok: *false | bool\nif context.output.status.ready != _|_ {_ok: true}\nisHealth: *_ok | bool' },
      {},
      { health: 'unhealthy' },
    ],
    [
      'by its outputs and its own parameter',
      { healthPolicy: 'isHealth: context.outputs.route.status.ok == parameter.want' },
      {},
      { health: 'healthy' },
    ],
    [
      'with imports, and a parameter that it declares',
      { healthPolicy: 'import "strings"\nparameter: {want: bool}\nisHealth: strings.HasPrefix(context.appName, "sh")' },
      {},
      { health: 'healthy' },
    ],
    [
      'with details, which the others may read',
      {
        details: 'import "strconv"\nready: strconv.FormatBool(context.output.status.ready)\ncount: 3',
        healthPolicy: 'isHealth: context.status.details.ready == "true"',
        customStatus: 'message: "\\(context.status.details.count) \\(context.status.healthy)"',
      },
      { ready: true },
      { health: 'healthy', message: '3 true', details: { ready: 'true', count: '3' } },
    ],
  ])('%s', async (_, status, live, expected) => {
    expect(await judged(status, known(live))).toMatchObject({ component: 'web', ...expected });
  });

  it.each<readonly [string, StatusTexts, RegExp]>([
    [
      'that leads nowhere',
      { healthPolicy: 'isHealth: context.output.status.missing.ready' },
      /healthPolicy cannot be evaluated: .*undefined field/,
    ],
    ['without a result', { healthPolicy: 'healthy: true' }, /healthPolicy cannot be evaluated: .*isHealth/],
    ['that is not CUE', { healthPolicy: 'isHealth: (' }, /healthPolicy cannot be evaluated: /],
  ])('says no by a text %s, with its words', async (_, status, words) => {
    expect(await judged(status)).toMatchObject({
      health: 'unhealthy',
      message: expect.stringMatching(words) as string,
    });
  });

  it('says no where the result is something else than true', async () => {
    expect(await judged({ healthPolicy: 'isHealth: "true"' })).toMatchObject({ health: 'unhealthy' });
  });

  it('tells of a message that cannot be evaluated, and is as well as it is', async () => {
    expect(await judged({ customStatus: 'message: context.output.status.missing.x' })).toMatchObject({
      health: 'healthy',
      message: expect.stringMatching(/^its customStatus cannot be evaluated: /) as string,
    });
  });

  it.each<readonly [string, Known, string]>([
    ['is not reported', { ...known({}), observations: [] }, 'Cache a is not reported yet'],
    ['2.27 is reported of an older content', known({ ready: true }, 'sha256:old'), 'Cache a is not reported yet'],
  ])('is unknown while its object %s, and nothing is evaluated', async (_, facts, message) => {
    const never = { evaluate: () => Promise.reject(new Error('evaluated')) };
    const check = checkOf({ healthPolicy: 'isHealth: context.output.status.ready' });
    expect(await checkedHealth(never, check, facts, signal)).toMatchObject({ health: 'unknown', message });
    // What is only to be told is not waited for.
    const { healthPolicy: text } = check.status;
    const told = checkOf({ customStatus: text ?? '' });
    expect(await checkedHealth(never, told, facts, signal)).toMatchObject({ health: 'healthy', message: '' });
  });

  it('makes objects of the fields that were reported', async () => {
    const values = { '/metadata/annotations/example.com~1a': 'b', '/status/ready': true };
    const healthPolicy =
      'isHealth: context.output.metadata.annotations["example.com/a"] == "b" && context.output.status.ready';
    expect(await judged({ healthPolicy }, known(null, applied, values))).toMatchObject({ health: 'healthy' });
  });

  /** The cases of the project's catalogue: what built-in types say of live objects. */
  const cases = JSON.parse(
    readFileSync(new URL('../../../fixtures/health/cases.json', import.meta.url), 'utf8'),
  ) as readonly {
    readonly name: string;
    readonly kind: 'ComponentDefinition' | 'TraitDefinition';
    readonly type: string;
    readonly output: string | null;
    readonly live: Readonly<Record<string, unknown>>;
    readonly message: string;
  }[];

  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, { kind, type, output, live, message }) => {
    const status = createCatalog([]).find(kind, type, 'default')?.pinned.status;
    const objects = [{ name: output, id, fields: ['/spec', '/status'] }];
    const values = Object.fromEntries(Object.entries(live).map(([name, value]) => [`/${name}`, value]));
    expect(await judged(status!, known(null, applied, values), { objects })).toMatchObject({ message });
  });
});
