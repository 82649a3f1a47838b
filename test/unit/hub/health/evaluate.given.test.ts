import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assess } from '../../../../agent/health/assess.ts';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import { createCatalog } from '../../../../hub/definitions/catalog.ts';
import { checkedHealth } from '../../../../hub/health/evaluate.ts';
import { fieldsRead } from '../../../../hub/model/cue-fields.ts';
import type { StatusTexts } from '../../../../hub/model/fleet.ts';
import { judgedHealth } from '../../../../hub/model/health.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';

/** A case of the catalogue, as it stands there: what a definition says, or what a built-in type says of a live object. */
interface Given {
  readonly name: string;
  readonly definition?: StatusTexts;
  readonly live?: Readonly<Record<string, unknown>>;
  readonly expect: { readonly health?: string; readonly message?: string; readonly healthy?: boolean };
}

const given = JSON.parse(
  readFileSync(new URL('../../../fixtures/health/given.json', import.meta.url), 'utf8'),
) as readonly Given[];

/** What the controller of Jobs writes beside the count of what succeeded. */
const complete = [{ type: 'Complete', status: 'True' }];

/** The built-in types that cases begin with, the objects that their texts read, and what a cluster writes with those. */
const builtins = {
  task: {
    kind: 'ComponentDefinition',
    output: null,
    object: { apiVersion: 'batch/v1', kind: 'Job' },
    status: { conditions: complete },
  },
  expose: { kind: 'TraitDefinition', output: 'service', object: { apiVersion: 'v1', kind: 'Service' }, status: {} },
} as const;

const id = 'example.com/Cache/shop/a';
const applied = 'sha256:new' as const;
const deadlineMs = 60_000;
const { signal } = new AbortController();

describe('the cases of the catalogue of health', () => {
  let cue: CueEngine;
  beforeAll(() => {
    cue = startCueEngine({ clock: systemClock });
  });
  afterAll(() => cue.close());

  const judged = (status: StatusTexts, name: string | null, live: Readonly<Record<string, unknown>>) => {
    const fields = fieldsRead(Object.values(status)).flatMap((one) => one.fields);
    const check = {
      ...{ component: 'web', subject: 'ComponentDefinition/web', status, parameter: { want: true } },
      ...{ context: { name: 'web', appName: 'shop' }, objects: fields.length === 0 ? [] : [{ name, id, fields }] },
    };
    const values = Object.fromEntries(Object.entries(live).map(([member, value]) => [`/${member}`, value]));
    const observations = [{ id, uid: 'u', generation: 1, digest: applied, values }];
    return checkedHealth(cue, check, { observations, digests: new Map([[id, applied]]) }, signal);
  };

  it('are all here', () => {
    expect(given).toHaveLength(4);
  });

  it.each(given.filter(({ live }) => live !== undefined).map((one) => [one.name, one] as const))(
    'of a built-in type: %s',
    async (name, { live = {}, expect: { message, healthy } }) => {
      const type = name.split(' ')[0] as keyof typeof builtins;
      const { kind, output, object, status: written } = builtins[type];
      const status = createCatalog([]).find(kind, type, 'default')?.pinned.status ?? {};
      const checked = await judged(status, output, live);
      const metadata = { name: 'a', namespace: 'shop', generation: 1 };
      const own = assess({
        ...object,
        metadata,
        ...live,
        status: { ...(live['status'] as object), ...written },
      }).health;
      const reported = own === 'Current' ? 'Healthy' : 'Progressing';
      const health = judgedHealth(reported, { checked: [checked], unhealthySince: null }, { now: 0, deadlineMs });
      expect([checked.message, health === 'Healthy']).toEqual([message, healthy]);
    },
  );

  it.each(given.filter(({ definition }) => definition !== undefined).map((one) => [one.name, one] as const))(
    'of a definition: %s',
    async (_, { definition = {}, expect: { health, message } }) => {
      const healths = [];
      for (const ok of [true, false]) {
        const checked = await judged(definition, 'route', { status: { ok } });
        const verdict = { checked: [checked], unhealthySince: checked.health === 'unhealthy' ? 0 : null };
        healths.push([0, deadlineMs].map((now) => judgedHealth('Healthy', verdict, { now, deadlineMs })).join(' '));
        if (message !== undefined) expect(checked.message).toBe(message);
      }
      // The words of the case: `Progressing (Degraded after progressDeadline)`; without them it reads the live object and the parameter.
      const never = 'Progressing Degraded';
      if (health !== undefined) expect(health).toMatch(/^Progressing \(Degraded after/);
      expect(healths).toEqual(health === undefined ? ['Healthy Healthy', never] : [never, never]);
    },
  );
});
