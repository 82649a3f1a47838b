import { expect } from 'vitest';
import { decide } from '../../../hub/deliver/decide.ts';
import { deliveryName } from '../../../hub/model/delivery.ts';
import { advanceApplication, type ApplicationOutcome } from '../../../hub/deliver/application.ts';
import { nothingKept } from '../../../hub/deliver/kept-delivery.ts';
import type { ApplicationInput } from '../../../hub/deliver/input.ts';
import type { DeliveryUnit } from '../../../hub/deliver/unit.ts';
import { isSluiceError } from '../../../shared/errors.ts';
import { decided, Play, unit } from '../../fixtures/hub/deliveries.ts';
import { programOf, type Deed, type Story } from './delivery-deeds.ts';
import { expectAllowed } from './delivery-rules.ts';

const minute = 60_000;

const labelsOf = (name: string) => ({
  env: ['a', 'b'].includes(name) ? 'test' : 'prod',
  region: ['a', 'c', 'd'].includes(name) ? 'eu' : 'us',
});

/** A story as it is played: what is decided is held against the rules with each pass. */
class Stage {
  readonly play: Play;
  readonly #mute: ReadonlySet<string>;
  /** Clusters whose changes another stage of the hub holds. */
  readonly #guarded = new Set<string>();

  constructor({ shape: first, runs, mute }: Story) {
    this.#mute = new Set(mute);
    this.play = new Play(
      programOf(first),
      Object.entries(runs).map(([name, content]) => this.#unit(name, content)),
      'web-v1',
    );
  }

  #unit(name: string, content: string | null, facts: Partial<DeliveryUnit> = {}): DeliveryUnit {
    return unit(name, content, { labels: labelsOf(name), reports: !this.#mute.has(name), ...facts });
  }

  /** A pass, asked twice, also by who keeps nothing: the same answer; and once that is stored, soon nothing more is. */
  pass(published: readonly string[] | null = null): ApplicationOutcome {
    const { play } = this;
    const input = play.input();
    const before = play.record;
    const outcome = play.pass(published);
    const again = advanceApplication(input);
    expect(again, 'asked again').toEqual(outcome);
    expect(advanceApplication({ ...input, kept: nothingKept() }), 'by who keeps nothing').toEqual(outcome);
    expect(this.#timesStored(input, outcome), 'stored again and again').toBeLessThan(play.units.length + 2);
    expectAllowed({ input, before, outcome });
    return outcome;
  }

  /** How often it would be stored if passes followed that publish nothing: what has the content already is done at once. */
  #timesStored(input: ApplicationInput, first: ApplicationOutcome): number {
    let outcome = first;
    for (let times = 0; times < 20; times++) {
      const heldBefore = new Set(outcome.progress?.held.map(({ unit: key }) => key));
      const next = advanceApplication({ ...input, record: outcome.record, heldBefore });
      if (next.record === outcome.record) return times;
      outcome = next;
    }
    return Infinity;
  }

  act(deed: Deed): void {
    (this.#deeds[deed.do] as (deed: Deed) => void)(deed);
  }

  readonly #deeds: { readonly [K in Deed['do']]: (deed: Extract<Deed, { readonly do: K }>) => void } = {
    push: ({ content }) => void (this.play.content = `web-v${content}`),
    edit: ({ shape }) => void (this.play.program = programOf(shape)),
    pass: () => void this.pass(),
    killed: ({ published }) => {
      this.pass(published);
      this.#restart();
    },
    restart: () => this.#restart(),
    freeze: () => void (this.play.frozen = this.play.frozen === null ? 'frozen by ann' : null),
    pause: () => void (this.play.paused = !this.play.paused),
    window: () => void (this.play.isOpen = !this.play.isOpen),
    report: ({ some }) => this.play.agents(some),
    time: ({ minutes }) => void (this.play.at += minutes * minute),
    decide: ({ verdict, cluster }) => this.#decide(verdict, cluster),
    'decide on another': ({ verdict }) => this.#decideOnAnother(verdict),
    away: ({ cluster }) => toggle(this.play.away, cluster),
    bad: ({ cluster, content }) => void this.play.bad.set(cluster, `web-v${content}`),
    'site hold': ({ cluster }) => toggle(this.play.siteHolds, cluster),
    guard: ({ cluster }) => {
      toggle(this.#guarded, cluster);
      this.#hold();
    },
    join: ({ cluster }) => {
      if (this.play.units.every((one) => one.cluster !== cluster)) this.#join(cluster);
    },
    // Each step keeps a cluster.
    leave: ({ cluster }) => {
      if (!['a', 'c'].includes(cluster)) this.play.units = this.play.units.filter((one) => one.cluster !== cluster);
    },
  };

  #join(cluster: string): void {
    this.play.units = [...this.play.units, this.#unit(cluster, null, { joinedAt: this.play.at })];
    this.#hold();
  }

  /** A new process knows what is stored, and hears from now on. */
  #restart(): void {
    this.play.last = null;
    this.play.since = this.play.at;
  }

  #hold(): void {
    this.play.units = this.play.units.map((one) => ({
      ...one,
      hold: this.#guarded.has(one.cluster) ? 'deletes much' : null,
    }));
  }

  #decide(what: Extract<Deed, { do: 'decide' }>['verdict'], name: string | null): void {
    const { record } = this.play;
    if (record === undefined) return;
    try {
      decided(this.play, what, name === null ? {} : { cluster: name }, deliveryName(record));
    } catch (error) {
      if (!isSluiceError(error, 'CONFLICT')) throw error;
    }
  }

  #decideOnAnother(what: Extract<Deed, { do: 'decide' }>['verdict']): void {
    const { record } = this.play;
    if (record === undefined) return;
    const name = deliveryName({ ...record, last: { ...record.last, number: record.last.number - 1 } });
    const decision = { name, verdict: what, by: 'ann', at: new Date(this.play.at).toISOString(), reason: '' };
    expect(() => decide(record, decision, { asks: ['ask'], steps: [], failed: ['a'], inSteps: ['a'] })).toThrow(
      /newest delivery/u,
    );
  }

  /** Everything is mended, and a person says yes to what asks: how many minutes it takes until all have it. */
  heal(content: string): number {
    const { play } = this;
    Object.assign(play, { frozen: null, paused: false, approved: '', content });
    play.isOpen = true;
    play.away.clear();
    play.bad.clear();
    play.siteHolds.clear();
    this.#guarded.clear();
    this.#hold();
    for (let minutes = 0; minutes < 200; minutes++) {
      this.pass();
      play.agents();
      if (this.pass().progress?.phase === 'succeeded' && play.record?.last.content === content) return minutes;
      if (play.units.every((one) => one.published?.content === content) && play.last?.record === undefined)
        return minutes;
      this.#decide('resume', null);
      this.#decide('approve', null);
      play.at += minute;
    }
    throw new Error(`after 200 minutes it is ${JSON.stringify(play.words())}`);
  }
}

function toggle(set: Set<string>, name: string): void {
  if (!set.delete(name)) set.add(name);
}

/** Plays it, mends everything, and sees that the last push is everywhere and that nothing is stored any more. */
export function playStory(told: Story): void {
  const stage = new Stage(told);
  for (const each of told.deeds) stage.act(each);
  stage.heal('web-v9');
  const { commits } = stage.play;
  for (let quiet = 0; quiet < 5; quiet++) {
    stage.play.agents();
    stage.pass();
    stage.play.at += minute;
  }
  expect(stage.play.commits, 'stored although nothing changes').toBe(commits);
  const runs = Object.values(stage.play.words().runs);
  expect(runs).toEqual(runs.map(() => 'web-v9'));
}
