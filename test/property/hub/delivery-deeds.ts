import fc from 'fast-check';
import { deliveryVerdicts } from '../../../hub/model/delivery.ts';
import type { RolloutNumbers } from '../../../hub/model/rollout.ts';
import type { Program } from '../../../hub/workflow/program.ts';
import { deploy, program, suspend } from '../../fixtures/hub/deliveries.ts';
const names = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

/** What happens around the delivery of one application. */
export type Deed =
  | { readonly do: 'push'; readonly content: number }
  | { readonly do: 'edit'; readonly shape: Shape }
  | { readonly do: 'pass' | 'restart' | 'freeze' | 'pause' | 'window' }
  | { readonly do: 'killed'; readonly published: readonly string[] }
  | { readonly do: 'report'; readonly some: readonly string[] }
  | { readonly do: 'time'; readonly minutes: number }
  | { readonly do: 'away' | 'site hold' | 'guard' | 'join' | 'leave'; readonly cluster: string }
  | { readonly do: 'bad'; readonly cluster: string; readonly content: number }
  | { readonly do: 'decide'; readonly verdict: (typeof deliveryVerdicts)[number]; readonly cluster: string | null }
  | { readonly do: 'decide on another'; readonly verdict: (typeof deliveryVerdicts)[number] };

const cluster = fc.constantFrom(...names);
const share = fc.constantFrom<(number | string)[]>(1, 2, '30%', '100%');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const duration = fc.constantFrom('1m', '3m');
const wave = (clusters: NonNullable<RolloutNumbers['waves']>[number]['clusters'], name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      clusters: fc.constant(clusters),
      soak: duration,
      approval: fc.constantFrom('none' as const, 'required' as const),
      maxFailed: fc.constantFrom<(number | string)[]>(0, 1, '50%'),
      allowEmpty: fc.boolean(),
      window: fc.constant({ cron: '0 2 * * *', duration: '3h' }),
    },
    { requiredKeys: ['name', 'clusters'] },
  );
const waves = fc
  .tuple(
    maybe(wave({ count: 1 }, 'canary')),
    maybe(wave({ labels: { region: 'eu' } }, 'eu')),
    maybe(wave({ percent: 50 }, 'half')),
  )
  .map((all) => all.filter((one) => one !== undefined));
const rollout: fc.Arbitrary<RolloutNumbers> = fc.record(
  {
    waves,
    maxConcurrent: share,
    maxFailed: fc.constantFrom<(number | string)[]>(0, 1, '30%'),
    maxAbsent: fc.constantFrom<(number | string)[]>(0, '50%'),
    soak: duration,
    progressDeadline: fc.constantFrom('2m', '5m'),
    onFailure: fc.constantFrom('halt' as const, 'rollback' as const),
    onNewRevision: fc.constantFrom('supersede' as const, 'finish' as const),
    spread: fc.constant({ label: 'region', max: 1 }),
  },
  { requiredKeys: [] },
);
const shape = fc.record({
  form: fc.constantFrom('one' as const, 'two' as const, 'asks first' as const, 'both at once' as const),
  first: fc.option(rollout),
  second: fc.option(rollout),
});
type Shape = typeof shape extends fc.Arbitrary<infer T> ? T : never;

/** The program of a shape: where it delivers, and how. */
export function programOf({ form, first, second }: Shape): Program {
  const all = deploy('all', null, first);
  const [test, prod] = [deploy('test', 'test', first), deploy('prod', 'prod', second)];
  if (form === 'one') return program([all]);
  if (form === 'asks first') return program([suspend('ask'), all]);
  return form === 'two' ? program([test, suspend('ask'), prod]) : program([test, prod], 'DAG');
}

const verdict = fc.constantFrom(...deliveryVerdicts);
const only = <K extends Deed['do']>(...kinds: K[]) => fc.record({ do: fc.constantFrom(...kinds) });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), content: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), shape }) },
  { weight: 8, arbitrary: only('pass') },
  { weight: 3, arbitrary: only('restart', 'freeze', 'pause', 'window') },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('killed' as const), published: fc.subarray([...names]) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('report' as const), some: fc.subarray([...names]) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('time' as const), minutes: fc.constantFrom(0.5, 1, 3, 20) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('away' as const, 'site hold' as const, 'guard' as const, 'join' as const, 'leave' as const),
      cluster,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('bad' as const), cluster, content: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('decide' as const), verdict, cluster: fc.option(cluster, { freq: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decide on another' as const), verdict }) },
);

const running = fc.constantFrom<(string | null)[]>('web-v1', 'web-v1', 'web-v1', null);

/** A fleet as a story finds it, and what happens. */
export const story = fc.record({
  shape,
  /** What runs on each cluster when it begins: null = nothing; absent = it joins later, if ever. */
  runs: fc.record(
    { a: running, b: running, c: running, d: running, e: running, f: running },
    // Each step has a cluster.
    { requiredKeys: ['a', 'c'] },
  ),
  /** Of these no report ever comes. */
  mute: fc.subarray(['b', 'd']),
  deeds: fc.array(deed, { minLength: 8, maxLength: 60, size: 'max' }),
});
export type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;
