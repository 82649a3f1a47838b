import { expect } from 'vitest';
import type { ApplicationOutcome } from '../../../hub/deliver/application.ts';
import type { ApplicationInput } from '../../../hub/deliver/input.ts';
import { wavesOf, type Wave } from '../../../hub/deliver/members.ts';
import { concurrencyOf } from '../../../hub/deliver/numbers.ts';
import { admissionsOf, leftOut } from '../../../hub/deliver/standing.ts';
import type { DeliveryUnit } from '../../../hub/deliver/unit.ts';
import type { Admission, AppDelivery } from '../../../hub/model/delivery.ts';

/** One pass over a delivery. */
export interface PassedBy {
  readonly input: ApplicationInput;
  readonly before: AppDelivery | undefined;
  readonly outcome: ApplicationOutcome;
}

/** Holds what a pass decided against the rules of deliveries. */
export function expectAllowed(passed: PassedBy): void {
  expectKnownContents(passed);
  const admissions = newAdmissions(passed);
  expectReached(passed);
  if (admissions.length === 0) return;
  const { input } = passed;
  const paused = input.words.paused || input.frozen !== null;
  expect(paused, 'nothing starts while it is stopped').toBe(false);
  for (const admission of admissions) {
    expectInTurn(passed, admission);
    expectWithinBudget(passed, admission);
  }
}

/** What each unit is to have is what it has, the stable content, what it had before, or the content of the delivery or the documents. */
function expectKnownContents({ input, outcome: { record, wanted } }: PassedBy): void {
  for (const unit of input.units) {
    const own = wanted.get(unit.key);
    if (own === undefined || own.kind === 'stay' || record === undefined) continue;
    const { stable, previous, last } = record;
    expect([stable, previous, last.base[unit.key], last.content], `wanted of ${unit.key}`).toContain(
      own.kind === 'content' ? own.content : own.former,
    );
  }
}

/** What a delivery that did not end well brings, only clusters that were admitted get. */
function expectReached({ input, outcome: { record, wanted } }: PassedBy): void {
  if (record === undefined || ['succeeded', 'reverted'].includes(record.last.phase)) return;
  const given = admissionsOf(record.last);
  const skipped = leftOut(record.last);
  for (const unit of input.units) {
    const content = contentFor(unit, input, wanted.get(unit.key));
    if (content !== record.last.content || content === unit.published?.content || content === record.stable) continue;
    expect(given.has(unit.key), `${unit.key} was admitted before it gets ${content}`).toBe(true);
    expect(skipped.has(unit.cluster), `${unit.key} is left out`).toBe(false);
    expect(['rolled-back', 'aborted'], `${unit.key} gets what was taken back`).not.toContain(record.last.phase);
    expect(record.last.back[unit.key], `${unit.key} gets what went back there`).toBeUndefined();
  }
}

function contentFor(
  { published }: DeliveryUnit,
  { content }: ApplicationInput,
  wanted: ReturnType<ApplicationOutcome['wanted']['get']>,
): string | null {
  if (wanted === undefined) return content;
  return wanted.kind === 'content' ? wanted.content : (published?.content ?? null);
}

function newAdmissions({ before, outcome: { record } }: PassedBy): readonly Admission[] {
  if (record === undefined || record.last.phase !== 'running') return [];
  const isSame = before?.last.number === record.last.number && before.last.attempt === record.last.attempt;
  // What was released has its deadline anew, and is not given again.
  const known = isSame ? admissionsOf(before.last) : new Map<string, Admission>();
  const fresh = record.last.admitted.map((one) => ({
    ...one,
    units: one.units.filter((unit) => isNew(one, known.get(unit))),
  }));
  return fresh.filter(({ units }) => units.length > 0);
}

function isNew({ wave, attempt = 1 }: Admission, known: Admission | undefined): boolean {
  return known === undefined || known.wave !== wave || (known.attempt ?? 1) !== attempt;
}

/** The waves before have passed, and so have the steps. */
function expectInTurn(passed: PassedBy, { wave }: Admission): void {
  const [name = ''] = wave.split('/');
  const { record, progress } = passed.outcome;
  for (const earlier of earlierWaves(progress, { step: name, wave }))
    expect(record?.last.waves[earlier]?.passedAt, `${earlier} before ${wave}`).toBeDefined();
  expect(progress?.phase, `${wave} while it is halted`).not.toBe('halted');
  if (passed.input.program.mode.steps === 'DAG' || hasBegun(passed, name)) return;
  const steps = passed.input.program.steps.map((one) => one.name);
  for (const earlier of steps.slice(0, steps.indexOf(name)))
    expect(record?.last.steps[earlier]?.phase, `${earlier} before ${wave}`).toBe('succeeded');
}

function earlierWaves(
  progress: ApplicationOutcome['progress'],
  { step, wave }: { readonly step: string; readonly wave: string },
): readonly string[] {
  const waves = progress?.steps.find((one) => one.name === step)?.waves ?? [];
  const keys = waves.map((one) => `${step}/${one.name}`);
  return keys.slice(0, keys.indexOf(wave));
}

/** What has begun goes on, even where another one was put before it meanwhile. */
function hasBegun({ before, outcome: { record } }: PassedBy, step: string): boolean {
  return before?.last.number === record?.last.number && before?.last.steps[step] !== undefined;
}

/** Those in flight are no more than the slots of the wave, counted here from reports alone. */
function expectWithinBudget(passed: PassedBy, { wave: key }: Admission): void {
  const { record, progress } = passed.outcome;
  if (record === undefined) throw new Error('nothing is delivered');
  const { units = [], settings } = waveOf(passed, key) ?? {};
  const given = admissionsOf(record.last);
  const lost = new Set([...(progress?.failed ?? []), ...(progress?.absent ?? [])].map(({ unit }) => unit));
  const skipped = leftOut(record.last);
  const flying = units
    .filter((unit) => given.get(unit.key)?.wave === key && !lost.has(unit.key) && !skipped.has(unit.cluster))
    .filter((unit) => isFlying(unit, record.last.content));
  const slots = concurrencyOf(settings?.maxConcurrent, units.length);
  expect(flying.length, `in flight in ${key}: ${flying.map((one) => one.key).join(' ')}`).toBeLessThanOrEqual(slots);
}

function waveOf({ input, before }: PassedBy, key: string): Wave | undefined {
  const step = input.program.steps.find((one) => key.startsWith(`${one.name}/`));
  const scope = step?.wants[0]?.scope;
  if (step === undefined || scope === undefined) throw new Error(`no step of ${key}`);
  const units = input.units.filter((unit) => scope.has({ name: unit.cluster, labels: unit.labels }));
  return wavesOf(input.program.app, step, units, before?.last.waves ?? {}).find((wave) => wave.key === key);
}

function isFlying({ hold, report, published }: DeliveryUnit, content: string): boolean {
  if (hold !== null || report?.siteHold != null) return false;
  const isDone = published?.content === content && report?.applied === published.digest && report.health === 'Healthy';
  return !isDone;
}
