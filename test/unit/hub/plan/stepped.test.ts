import { describe, expect, it } from 'vitest';
import type { UnitDirective } from '../../../../hub/model/delivery.ts';
import type { Rollout } from '../../../../hub/model/agent-steps.ts';
import { isUnheard, stepped, withAction } from '../../../../hub/plan/stepped.ts';
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
  if (delivery === undefined) return own;
  const { number, attempt, action } = delivery;
  if (from === undefined) return `${own} #${number}`;
  const tries = attempt === 1 ? '' : `.${attempt}`;
  return `${own} from ${nameOf(from.objects[0]?.id)} #${number}${tries}${action === 'run' ? '' : ` ${action}`}`;
}

/** `done #3 v2`: the agent says that delivery 3 is done, and that v2 is applied. */
function said(text: string | null): ReportApp | undefined {
  const [, phase = '', number, applied = ''] = /^(\w+) #(\d+)(?: (\S+))?$/.exec(text ?? '') ?? [];
  if (text === null) return undefined;
  const delivery = { number: Number(number), attempt: 1, step: 1, phase };
  return { delivery, applied: applied === '' ? null : digestOf(applied) } as unknown as ReportApp;
}

/** Of the seventh delivery. */
const seventh: UnitDirective = { number: 7, attempt: 1, action: 'run' };
const third: UnitDirective = { ...seventh, number: 3 };
/** Of an Application whose components have copies. */
const copy: UnitDirective = { ...seventh, isCopy: true };

interface Given {
  readonly before: string | null;
  readonly now: string;
  readonly rollout?: Rollout | null;
  readonly told?: UnitDirective | null;
  readonly said?: string;
}

describe('what leads an application to its next content', () => {
  it.each<[string, number | undefined, string, number]>([
    ['that its steps say', 120, 'v2', 120],
    ['of its document where its steps say none', undefined, 'v2', 600],
    ['of its document where no steps lead to it', 120, 'v1', 600],
  ])('has the deadline %s', (_, deadlineSeconds, now, seconds) => {
    const rollout: Rollout = { ...canary, ...(deadlineSeconds !== undefined && { deadlineSeconds }) };
    const input = { rollout, directive: seventh, previous: app('v1'), reported: undefined, sizeOf: () => 1 };
    const first = stepped({ ...input, app: app(now) });
    expect(first.health).toEqual({ progressDeadlineSeconds: seconds });
    expect(stepped({ ...input, app: app(now), previous: first }).health).toEqual(first.health);
  });

  it.each<[string, Given, string]>([
    ['nothing but its number at first', { before: null, now: 'v1' }, 'v1 #7'],
    ['nothing but its number where nothing changed', { before: 'v1', now: 'v1' }, 'v1 #7'],
    ['nothing at all where no delivery brings it', { before: 'v1', now: 'v1', told: null }, 'v1'],
    ['steps, to a revision that is new', { before: 'v1', now: 'v2' }, 'v2 from v1 #7'],
    ['nothing, without steps', { before: 'v1', now: 'v2', rollout: null }, 'v2 #7'],
    ['nothing, where no delivery brings it', { before: 'v1', now: 'v2', told: null }, 'v2'],
    ['2.16 nothing, to other numbers of the same revision', { before: 'v1', now: 'v1b' }, 'v1b #7'],
    ['nothing, to one of two revisions that serve', { before: 'v1+v2', now: 'v2' }, 'v2 #7'],
    ['2.34 what leads to it still', { before: 'v2 from v1 #3', now: 'v2', told: third }, 'v2 from v1 #3'],
    [
      'what leads to it still, by a numbering of before',
      { before: 'v2 from v1 #3', now: 'v2', told: null },
      'v2 from v1 #3',
    ],
    [
      'the steps again, at the next attempt',
      { before: 'v2 from v1 #3', now: 'v2', told: { ...third, attempt: 2 } },
      'v2 from v1 #3.2',
    ],
    ['the steps again, of the next delivery of the same', { before: 'v2 from v1 #3 back', now: 'v2' }, 'v2 from v1 #7'],
    [
      'the end of the steps, as it is told',
      { before: 'v2 from v1 #3', now: 'v2', told: { ...third, action: 'promote' } },
      'v2 from v1 #3 promote',
    ],
    [
      'nothing more, once the agent says that it is done',
      { before: 'v2 from v1 #3', now: 'v2', told: third, said: 'done #3 v2' },
      'v2 #3',
    ],
    [
      'what leads to it still, where the report is of another delivery',
      { before: 'v2 from v1 #3', now: 'v2', told: third, said: 'done #2 v2' },
      'v2 from v1 #3',
    ],
    [
      'what leads to it still, where not all of it is applied',
      { before: 'v2 from v1 #3', now: 'v2', told: third, said: 'done #3' },
      'v2 from v1 #3',
    ],
    [
      'the same again where it went back: only other content begins anew',
      { before: 'v2 from v1 #3', now: 'v2', told: third, said: 'returned #3' },
      'v2 from v1 #3',
    ],
    [
      'nothing, where the documents give back what serves: a revert is at once',
      { before: 'v2 from v1 #3', now: 'v1', told: { ...third, number: 2 } },
      'v1 #2',
    ],
    [
      'steps from what serves, where the next one supersedes it',
      { before: 'v2 from v1 #3', now: 'v3', said: 'running #3' },
      'v3 from v1 #7',
    ],
    ['nothing before the agent has said how far it is', { before: 'v2 from v1 #3', now: 'v3' }, 'held'],
    ['nothing before it has said so of this one', { before: 'v2 from v1 #3', now: 'v3', said: 'done #2 v1' }, 'held'],
    ['a revert, whatever the agent has said', { before: 'v2 from v1 #3', now: 'v1', said: 'done #2 v1' }, 'v1 #7'],
    [
      'steps from what went before, once that is done',
      { before: 'v2 from v1 #3', now: 'v3', said: 'done #3 v2' },
      'v3 from v2 #7',
    ],
    [
      'promotion, where the document has no steps any more',
      { before: 'v2 from v1 #3', now: 'v2', told: third, rollout: null },
      'v2 from v1 #3 promote',
    ],
    [
      'the copy beside what serves, also without steps',
      { before: 'v1', now: 'v2', rollout: null, told: copy },
      'v2 from v1 #7',
    ],
    ['and still', { before: 'v2 from v1 #7', now: 'v2', rollout: null, told: copy }, 'v2 from v1 #7'],
    ['what keeps its name at once', { before: 'v1', now: 'v1b', rollout: null, told: copy }, 'v1b #7'],
    [
      'a pause, where the document says so, by a numbering of before',
      { before: 'v2 from v1 #3', now: 'v2', told: null, rollout: { ...canary, isPaused: true } },
      'v2 from v1 #3 pause',
    ],
  ])('%s', (_, { before, now, rollout = canary, said: report = null, told = seventh }, expected) => {
    const input = {
      app: app(now),
      rollout: rollout ?? undefined,
      previous: before === null ? undefined : app(before),
      reported: said(report),
      directive: told ?? undefined,
      sizeOf: () => 5,
    };
    expect(isUnheard(input) ? 'held' : words(stepped(input))).toBe(expected);
  });

  it('takes other steps while they run, and is the same where they are', () => {
    const running = app('v2 from v1 #3');
    const facts = { app: app('v2'), previous: running, reported: undefined, directive: third, sizeOf: () => 5 };
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
      directive: seventh,
      sizeOf: () => 5,
    });
    expect(next.from?.objects[0]?.bytes).toBe(5);
  });

  it.each<[string, string, UnitDirective | null, string]>([
    [
      'goes back, where another delivery took its place',
      'v2 from v1 #3',
      { ...third, action: 'back' },
      'v2 from v1 #3 back',
    ],
    ['is paused', 'v2 from v1 #3', { ...third, action: 'pause' }, 'v2 from v1 #3 pause'],
    ['is left alone by another delivery', 'v2 from v1 #3', { ...seventh, action: 'back' }, 'v2 from v1 #3'],
    ['is left alone by another attempt', 'v2 from v1 #3', { ...third, attempt: 2, action: 'back' }, 'v2 from v1 #3'],
    ['is left alone without a word', 'v2 from v1 #3', null, 'v2 from v1 #3'],
    ['has no steps to take back', 'v2', { ...third, action: 'back' }, 'v2'],
  ])('of what stays as it was published: it %s', (_, given, directive, expected) => {
    expect(words(withAction(app(given), directive ?? undefined))).toBe(expected);
  });
});
