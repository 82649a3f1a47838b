import type { AgentReport, ReportApp } from '../../shared/wire/report.ts';
import { saysPods } from '../../shared/model/pod-words.ts';
import { appKey } from '../../shared/wire/bundle.ts';
import type { LogLine } from '../../shared/lib/log-line.ts';

/** What the log said last of each application (`namespace/name`). */
export type SaidApps = ReadonlyMap<string, string>;

/** Lines that one report logs at most. */
const shown = 50;

/**
 * What to log of a report: each application whose content, phase or health is another than what was said of it last, and each that
 * is gone. The same report again says nothing, however its times and counts differ. Pure: answers what to remember, too.
 */
export function appLines(
  said: SaidApps,
  { accepted, apps }: Pick<AgentReport, 'accepted' | 'apps'>,
): { readonly lines: readonly LogLine[]; readonly said: SaidApps } {
  const generation = accepted?.generation ?? null;
  const next = new Map(apps.map((app) => [appKey(app), standing(app)] as const));
  const changed = apps.filter((app) => said.get(appKey(app)) !== next.get(appKey(app)));
  const gone = [...said.keys()].filter((key) => !next.has(key));
  const lines = [
    ...changed.map((app): LogLine => {
      const { level, message } = wordsOf(app);
      const { phase, health, message: why } = app;
      return { level, message, fields: { application: appKey(app), generation, phase, health, why } };
    }),
    ...gone.map((key): LogLine => ({
      level: 'info',
      message: 'an application is wanted here no more',
      fields: { application: key, generation },
    })),
  ];
  const more = lines.length - shown;
  const rest: LogLine[] = more <= 0 ? [] : [{ level: 'info', message: 'more changes', fields: { count: more } }];
  return { lines: [...lines.slice(0, shown), ...rest], said: next };
}

function standing(app: ReportApp): string {
  const { desired, phase, health } = app;
  // Why pods do not start is known a little later; its words alternate (ErrImagePull, ImagePullBackOff).
  return `${desired ?? ''} ${phase} ${health}${saysPods(app) ? ' pods' : ''}`;
}

const going = { level: 'info', message: 'a change goes on' } as const;

const byPhase: Readonly<Record<ReportApp['phase'], Pick<LogLine, 'level' | 'message'>>> = {
  settled: { level: 'info', message: 'an application is applied' },
  'scale-up': going,
  ready: { level: 'info', message: 'a change waits for pods' },
  shift: going,
  endpoints: { level: 'info', message: 'a change waits for endpoints' },
  'scale-down': going,
  delete: going,
  skipped: { level: 'info', message: 'an application is not for this site' },
  held: { level: 'info', message: 'a change is held' },
  blocked: { level: 'warn', message: 'a change is blocked' },
};

function wordsOf(app: ReportApp): Pick<LogLine, 'level' | 'message'> {
  const { phase, health } = app;
  if (phase === 'blocked') return byPhase.blocked;
  if (health === 'Degraded') return { level: 'warn', message: 'an application is degraded' };
  if (phase === 'settled' && health === 'Healthy') return { level: 'info', message: 'an application is healthy' };
  return saysPods(app) && phase !== 'held'
    ? { level: 'warn', message: 'pods of an application do not start' }
    : byPhase[phase];
}
