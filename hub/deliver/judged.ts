import type { BundleApp } from '../../shared/wire/revision.ts';
import { judgedHealth, judgedWords, type JudgedBy } from '../model/health.ts';
import type { UnitReport } from './told.ts';
import type { Listening } from './unit.ts';

/** The content that was published, as far as it is judged. */
type Published = Pick<BundleApp, 'digest' | 'health'>;

/**
 * What an agent says of an application, with what definitions say of the same content: what waits for a cluster goes by both. A change
 * of the word of either one begins another time of being well, or not. Pure.
 */
export function withVerdict(
  report: UnitReport,
  { digest, health }: Published,
  judged: ReturnType<JudgedBy>,
  listening: Pick<Listening, 'now' | 'since'>,
): UnitReport {
  if (judged === undefined || report.health === null || report.applied !== digest) return report;
  const { now, since } = listening;
  // While it is not known, no deadline of what was well before passes.
  if (judged === 'awaited') return { ...report, isAwaited: true, healthSince: now };
  const deadlineMs = health.progressDeadlineSeconds * 1_000;
  const word = judgedHealth(report.health, judged, { now, deadlineMs });
  const message = [report.message, judgedWords(judged)].filter((text) => text !== '').join(' ');
  const said = { ...report, health: word, message };
  if (word === 'Healthy') return judged.since === null ? said : wellSince(said, judged.since);
  // What a hub finds at its start may be new.
  const bad = judged.since ?? since;
  const healthSince = report.health === 'Healthy' ? bad : Math.min(report.healthSince ?? bad, bad);
  return { ...said, healthSince, healthyForSeconds: null };
}

function wellSince(report: UnitReport, since: number): UnitReport {
  const { healthSince, healthyForSeconds, receivedAt } = report;
  const seconds = Math.max(0, Math.floor((receivedAt - since) / 1_000));
  return {
    ...report,
    healthSince: Math.max(healthSince ?? since, since),
    healthyForSeconds: healthyForSeconds === null ? null : Math.min(healthyForSeconds, seconds),
  };
}
