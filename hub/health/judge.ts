import type { Digest } from '../../shared/lib/canonical.ts';
import { isEqual } from '../../shared/lib/equal.ts';
import { oncePerValue } from '../../shared/lib/memo.ts';
import type { ObjectId } from '../../shared/model/object.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { BundleApp } from '../../shared/wire/revision.ts';
import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import type { CueEngine } from '../cue/engine.ts';
import { applicationOf } from '../model/assignments.ts';
import { worstWord, type HealthCheck, type HealthVerdict, type JudgedBy } from '../model/health.ts';
import type { ReceivedReport, Reports } from '../model/reports.ts';
import { checkedHealth } from './evaluate.ts';

/** An application on a cluster whose definitions say how well it is, as it is published. */
export interface JudgedUnit {
  readonly app: string;
  readonly cluster: string;
  readonly digest: Digest;
  /** Of its objects. */
  readonly digests: ReadonlyMap<ObjectId, Digest>;
  readonly checks: readonly HealthCheck[];
}

/** Evaluates what definitions say of health, when reports or definitions change, beside everything else the hub does. */
export interface HealthJudge {
  /** Takes what is published now: these units are judged, and no others. */
  readonly expect: (units: readonly JudgedUnit[]) => void;
  /** A report of a cluster came. */
  readonly heard: (cluster: string) => void;
  /** The verdict of a unit with the content of this digest; undefined before there is one. */
  readonly verdict: (app: string, cluster: string, digest: Digest) => HealthVerdict | undefined;
  /** The same for what waits for it, which must not go on before there is one. */
  readonly judged: JudgedBy;
  /** Resolves when all that was heard so far is judged. */
  readonly idle: () => Promise<void>;
}

/** What judging works with; `changed` is called with each verdict that is another one, `turned` where its worst word is, too. */
export interface JudgePorts {
  readonly cue: Pick<CueEngine, 'forApplication'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly reports: () => Reports;
  readonly changed: () => void;
  readonly turned: (unit: Pick<JudgedUnit, 'app' | 'cluster'>) => void;
  readonly signal: AbortSignal;
}

interface Judged {
  readonly unit: JudgedUnit;
  readonly observations: ReportApp['observations'];
  readonly verdict: HealthVerdict;
}

const appsOf = oncePerValue(
  ({ apps }: AgentReport): ReadonlyMap<string, ReportApp> => new Map(apps.map((app) => [appKey(app), app])),
);

/** A judge that knows of nothing yet. */
export function createHealthJudge(ports: JudgePorts): HealthJudge {
  let units: ReadonlyMap<string, JudgedUnit> | null = null;
  let apps: ReadonlySet<string> | null = null;
  let ofCluster: ReadonlyMap<string, readonly string[]> = new Map();
  const judged = new Map<string, Judged>();
  const due = new Set<string>();
  let running: Promise<void> | null = null;

  const judge = async (key: string, reports: Reports): Promise<void> => {
    const unit = units?.get(key);
    if (unit === undefined) return;
    const received = reports.get(unit.cluster);
    const observations = received === undefined ? undefined : appsOf(received.report).get(unit.app)?.observations;
    const last = judged.get(key);
    if (last !== undefined && isSameUnit(last.unit, unit) && isEqual(last.observations, observations)) return;
    const verdict = await verdictOf(ports, unit, { observations, received, last });
    judged.set(key, { unit, observations, verdict });
    if (isEqual(last?.verdict, verdict)) return;
    ports.changed();
    if (isTurned(last?.verdict, verdict)) ports.turned(unit);
  };
  const run = async (): Promise<void> => {
    while (due.size > 0 && !ports.signal.aborted) {
      const [keys, reports] = [[...due], ports.reports()];
      due.clear();
      for (const key of keys) await judge(key, reports);
    }
  };
  const look = (keys: readonly string[]): void => {
    for (const key of keys) due.add(key);
    if (due.size === 0) return;
    running ??= run()
      .catch(() => undefined)
      .finally(() => {
        running = null;
      });
  };
  const verdict = verdictIn(judged);
  return {
    expect: (wanted) => {
      const before = units;
      if (due.size === 0 && judged.size === before?.size && isSameList(wanted, [...before.values()])) return;
      const known = new Map(wanted.map((unit) => [keyOf(unit), unit]));
      units = known;
      apps = new Set(wanted.map((unit) => applicationOf(unit.app)));
      ofCluster = groupsOf(wanted);
      for (const key of judged.keys()) if (!known.has(key)) judged.delete(key);
      // The very same unit was looked at when it came, and with each report since.
      look([...known].flatMap(([key, unit]) => (before?.get(key) === unit && judged.has(key) ? [] : [key])));
    },
    heard: (cluster) => look(ofCluster.get(cluster) ?? []),
    verdict,
    judged: judgedIn(() => ({ units, apps }), verdict),
    idle: async () => {
      while (running !== null) await running;
    },
  };
}

interface Expected {
  readonly units: ReadonlyMap<string, JudgedUnit> | null;
  readonly apps: ReadonlySet<string> | null;
}

function judgedIn(expected: () => Expected, verdict: HealthJudge['verdict']): JudgedBy {
  const judged = (...[app, cluster, { digest, observe }]: Parameters<JudgedBy>) => {
    if (!isExpected(expected().units, { app, cluster, digest, observe })) return undefined;
    return verdict(app, cluster, digest) ?? 'awaited';
  };
  return Object.assign(judged, { saysNothing: (app: string) => expected().apps?.has(app) === false });
}

/** True where there is to be a verdict. Before the first pass of this process that is told by what is observed: it has texts. */
function isExpected(
  units: ReadonlyMap<string, JudgedUnit> | null,
  { observe, digest, ...unit }: Pick<JudgedUnit, 'app' | 'cluster' | 'digest'> & Pick<BundleApp, 'observe'>,
): boolean {
  if (units === null) return observe !== undefined;
  // Most fleets have no such texts, and are asked of very often.
  return units.size > 0 && units.get(keyOf(unit))?.digest === digest;
}

function verdictIn(judged: ReadonlyMap<string, Judged>): HealthJudge['verdict'] {
  return (app, cluster, digest) => {
    const said = judged.get(keyOf({ app, cluster }))?.verdict;
    return said?.digest === digest ? said : undefined;
  };
}

function keyOf({ app, cluster }: Pick<JudgedUnit, 'app' | 'cluster'>): string {
  return `${app} ${cluster}`;
}

function groupsOf(units: readonly JudgedUnit[]): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(units, ({ cluster }) => cluster);
  return new Map([...groups].map(([cluster, of]) => [cluster, of.map(keyOf)]));
}

function isSameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** True where the worst word is another one, or about another content. */
function isTurned(last: HealthVerdict | undefined, verdict: HealthVerdict): boolean {
  return last?.digest !== verdict.digest || last.since !== verdict.since;
}

function isSameUnit(a: JudgedUnit, b: JudgedUnit): boolean {
  return a.digest === b.digest && (a.checks === b.checks || isEqual(a.checks, b.checks));
}

interface Seen {
  readonly observations: ReportApp['observations'];
  readonly received: ReceivedReport | undefined;
  readonly last: Judged | undefined;
}

async function verdictOf(
  { cue, clock, signal }: JudgePorts,
  { app, digest, digests, checks }: JudgedUnit,
  { observations = [], received, last }: Seen,
): Promise<HealthVerdict> {
  const evaluator = cue.forApplication(app);
  const checked = await Promise.all(
    checks.map((check) => checkedHealth(evaluator, check, { observations, digests }, signal)),
  );
  const before = last?.verdict.digest === digest ? last.verdict : null;
  const since = before === null ? null : wordSince(before, checked, clock.now());
  if (worstWord(checked) !== 'unhealthy') return { digest, checked, unhealthySince: null, since };
  // What a hub that starts anew finds was so for as long as the agent has said the same.
  const first = received?.since?.[app] ?? clock.now();
  const begun = last === undefined ? first : clock.now();
  return { digest, checked, unhealthySince: before?.unhealthySince ?? begun, since };
}

function wordSince(before: HealthVerdict, checked: HealthVerdict['checked'], now: number): number | null {
  return worstWord(before.checked) === worstWord(checked) ? before.since : now;
}
