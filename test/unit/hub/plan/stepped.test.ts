import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../../hub/model/rendered.ts';
import { isUnheard, stepped } from '../../../../hub/plan/stepped.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { contentOf } from '../../../../shared/wire/bundle.ts';
import type { ReportApp } from '../../../../shared/wire/report.ts';
import type { BundleApp, BundleDelivery } from '../../../../shared/wire/revision.ts';
import { bundleApp } from '../../../fixtures/hub/status.ts';

const pods = (percent: number): BundleDelivery['steps'][number] => ({ type: 'scale', replicas: { percent } });
const canary: Rollout = { steps: [pods(10)], isPaused: false };

/** The application as a cluster has it, or is to have it: `v1`, `v2 from v1 #3`, `v2 from v1 #3 promote`. */
function app(text: string): BundleApp {
  const [own = '', from, number, action = 'run'] =
    /^(\S+)(?: from (\S+) #(\d+)(?: (\w+))?)?$/.exec(text)?.slice(1) ?? [];
  const content = (name: string): BundleApp =>
    bundleApp('web', {
      digest: digestOf(name),
      bytes: 1,
      revisions: name
        .replace(/[^v0-9+]/g, '')
        .split('+')
        .map((one) => ({ name: `web-${one}`, objects: [] })),
      objects: [{ id: `apps/Deployment/default/${name}`, path: name, digest: digestOf(name), bytes: 1 }],
    });
  if (from === undefined) return content(own);
  const delivery = { number: Number(number), attempt: 1, action: action as 'run', steps: canary.steps };
  return { ...content(own), from: contentOf(content(from)), delivery };
}

/** The same in words. */
function words({ objects, from, delivery }: BundleApp): string {
  const nameOf = (id = '') => id.slice(id.lastIndexOf('/') + 1);
  const own = nameOf(objects[0]?.id);
  if (from === undefined) return own;
  const action = delivery?.action === 'run' ? '' : ` ${delivery?.action ?? ''}`;
  return `${own} from ${nameOf(from.objects[0]?.id)} #${delivery?.number}${action}`;
}

/** `done #3 v2`: the agent says that delivery 3 is done, and that v2 is applied. */
function said(text: string | null): ReportApp | undefined {
  const [, phase = '', number, applied = ''] = /^(\w+) #(\d+)(?: (\S+))?$/.exec(text ?? '') ?? [];
  if (text === null) return undefined;
  const delivery = { number: Number(number), attempt: 1, step: 1, phase };
  return { delivery, applied: applied === '' ? null : digestOf(applied) } as unknown as ReportApp;
}

describe('what leads an application to its next content', () => {
  it.each<[string, { before: string | null; now: string; rollout?: Rollout | null; said?: string }, string]>([
    ['nothing at first', { before: null, now: 'v1' }, 'v1'],
    ['nothing where nothing changed', { before: 'v1', now: 'v1' }, 'v1'],
    ['steps, to a revision that is new', { before: 'v1', now: 'v2' }, 'v2 from v1 #7'],
    ['nothing, without steps', { before: 'v1', now: 'v2', rollout: null }, 'v2'],
    ['nothing, to other numbers of the same revision', { before: 'v1', now: 'v1b' }, 'v1b'],
    ['nothing, to one of two revisions that serve', { before: 'v1+v2', now: 'v2' }, 'v2'],
    ['what leads to it still', { before: 'v2 from v1 #3', now: 'v2' }, 'v2 from v1 #3'],
    [
      'nothing more, once the agent says that it is done',
      { before: 'v2 from v1 #3', now: 'v2', said: 'done #3 v2' },
      'v2',
    ],
    [
      'what leads to it still, where the report is of another delivery',
      { before: 'v2 from v1 #3', now: 'v2', said: 'done #2 v2' },
      'v2 from v1 #3',
    ],
    [
      'what leads to it still, where not all of it is applied',
      { before: 'v2 from v1 #3', now: 'v2', said: 'done #3' },
      'v2 from v1 #3',
    ],
    [
      'the same again where it went back: only other content begins anew',
      { before: 'v2 from v1 #3', now: 'v2', said: 'returned #3' },
      'v2 from v1 #3',
    ],
    [
      'nothing, where the documents give back what serves: a revert is at once',
      { before: 'v2 from v1 #3', now: 'v1' },
      'v1',
    ],
    [
      'steps from what serves, where the next one supersedes it',
      { before: 'v2 from v1 #3', now: 'v3', said: 'running #3' },
      'v3 from v1 #7',
    ],
    ['nothing before the agent has said how far it is', { before: 'v2 from v1 #3', now: 'v3' }, 'held'],
    ['nothing before it has said so of this one', { before: 'v2 from v1 #3', now: 'v3', said: 'done #2 v1' }, 'held'],
    ['a revert, whatever the agent has said', { before: 'v2 from v1 #3', now: 'v1', said: 'done #2 v1' }, 'v1'],
    [
      'steps from what went before, once that is done',
      { before: 'v2 from v1 #3', now: 'v3', said: 'done #3 v2' },
      'v3 from v2 #7',
    ],
    [
      'promotion, where the document has no steps any more',
      { before: 'v2 from v1 #3', now: 'v2', rollout: null },
      'v2 from v1 #3 promote',
    ],
    [
      'a pause, where the document says so',
      { before: 'v2 from v1 #3', now: 'v2', rollout: { ...canary, isPaused: true } },
      'v2 from v1 #3 pause',
    ],
  ])('%s', (_, { before, now, rollout = canary, said: report = null }, expected) => {
    const input = {
      app: app(now),
      rollout: rollout ?? undefined,
      previous: before === null ? undefined : app(before),
      reported: said(report),
      generation: 7,
      sizeOf: () => 5,
    };
    expect(isUnheard(input) ? 'held' : words(stepped(input))).toBe(expected);
  });

  it('takes other steps while they run, and is the same where they are', () => {
    const running = app('v2 from v1 #3');
    const facts = { app: app('v2'), previous: running, reported: undefined, generation: 7, sizeOf: () => 5 };
    expect(stepped({ ...facts, rollout: { ...canary, steps: [pods(50)] } }).delivery?.steps).toEqual([pods(50)]);
    expect(stepped({ ...facts, rollout: canary }).delivery).toBe(running.delivery);
  });

  it('names the sizes of what was published without them', () => {
    const bare = app('v1');
    const previous = {
      ...bare,
      bytes: undefined,
      objects: bare.objects.map(({ id, path, digest }) => ({ id, path, digest })),
    };
    const next = stepped({
      app: app('v2'),
      rollout: canary,
      previous,
      reported: undefined,
      generation: 7,
      sizeOf: () => 5,
    });
    expect(next.from?.objects[0]?.bytes).toBe(5);
  });
});
