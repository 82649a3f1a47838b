import type { LogLine } from '../../shared/lib/log-line.ts';
import type { Problem } from '../model/source.ts';
import type { ChangeRow } from '../rows.ts';

/** Lines of one kind that a pass logs at most: a push that changes a thousand applications is one event. */
const shown = 50;

/** What a pass changed, as far as it is logged. */
export interface PassFacts {
  readonly rows: readonly ChangeRow[];
  /** The problems before it, and after it. */
  readonly before: readonly Problem[];
  readonly after: readonly Problem[];
}

/**
 * What to log of a pass: what was recorded and published, what is held and why, and problems, each when it begins and when it ends.
 * Pure: the same state twice gives nothing the second time.
 */
export function passLines({ rows, before, after }: PassFacts): LogLine[] {
  const [had, has] = [problemsById(before), problemsById(after)];
  const begun = [...has].filter(([id]) => !had.has(id)).map(([, problem]) => problem);
  const ended = [...had].filter(([id]) => !has.has(id)).map(([, problem]) => problem);
  const told = new Set([...begun, ...ended].map(({ message }) => message));
  return [
    ...limited(
      'more changes',
      rows.flatMap((row) => rowLines(row, told)),
    ),
    ...limited(
      'more problems',
      begun.map((problem) => ({
        level: problem.severity === 'error' ? 'warn' : 'info',
        message: problem.severity === 'error' ? 'a problem' : 'a warning',
        fields: { ...problemFields(problem), hint: problem.hint },
      })),
    ),
    ...limited(
      'more problems are solved',
      ended.map((problem) => ({ level: 'info', message: 'a problem is solved', fields: problemFields(problem) })),
    ),
  ];
}

function rowLines({ subject, from, to, reason }: ChangeRow, told: ReadonlySet<string>): LogLine[] {
  switch (subject.kind) {
    case 'revision':
      if (to === null) return [];
      return [info('a revision was recorded', { application: subject.app, revision: to })];
    case 'app': {
      const fields = { application: subject.app, cluster: subject.cluster, reason };
      return [info(to === null ? 'an application was retired' : 'an application was published', fields)];
    }
    case 'capability': {
      const { cluster, capability } = subject;
      return [info('a cluster offers other things', { cluster, capability, reason })];
    }
    case 'hold':
      // What a problem says is logged as that problem, and where a delivery stands, as the delivery.
      return told.has(reason) ? [] : holdLines(subject, to, reason);
    case 'delivery':
      return [info('a delivery went on', { delivery: subject.delivery, part: subject.part, from, to, reason })];
    case 'bundle':
      return [info('a bundle was published', { cluster: subject.cluster, generation: to, before: from, reason })];
    case 'source':
    case 'document':
      return [];
  }
}

function holdLines(
  { app, cluster, by }: Extract<ChangeRow['subject'], { readonly kind: 'hold' }>,
  to: string | null,
  reason: string,
): LogLine[] {
  if (by === 'delivery') return [];
  const fields = { application: app, cluster, by, reason };
  return [to === null ? info('held no more', fields) : { level: 'warn', message: 'held', fields }];
}

function info(message: string, fields: LogLine['fields']): LogLine {
  return { level: 'info', message, fields };
}

function limited(what: string, lines: readonly LogLine[]): LogLine[] {
  if (lines.length <= shown) return [...lines];
  return [...lines.slice(0, shown), info(what, { count: lines.length - shown })];
}

function problemFields({ code, message, app, cluster, place }: Problem): LogLine['fields'] {
  return {
    code,
    what: message,
    application: app,
    cluster,
    place: place === undefined ? undefined : `${place.path}:${place.line}:${place.column}`,
  };
}

function problemsById(problems: readonly Problem[]): ReadonlyMap<string, Problem> {
  return new Map(problems.map((problem) => [JSON.stringify(problemFields(problem)), problem]));
}
