import type { StatusRow } from '../../../hub/api/status.ts';
import { roles, wayNames, type Way } from './script.ts';
import { pad, type Screen, type Tone } from './screen.ts';
import { sharesOf, versionOf, type Sight } from './sight.ts';

/** What one line of progress is made from. */
export interface Progress {
  readonly cluster: string;
  readonly way: Way;
  readonly sight: Sight;
  readonly row: StatusRow | undefined;
  /** Milliseconds from the push until everything was as it should be; null while it is not. */
  readonly doneMs: number | null;
}

const nameWidth = Math.max(...roles.map(({ name }) => name.length));
const wayWidth = Math.max(...Object.values(wayNames).map((name) => name.length));
const barGlyphs: Readonly<Record<string, string>> = { v1: '\u2591', v2: '\u2588', v3: '\u2593' };

/** One cluster as it is now: replicas ready of each version, the traffic as a bar and in percent, and whether that is it. */
export function progressLine(screen: Screen, progress: Progress): string {
  const wide = screen.columns() >= 120;
  const { sight } = progress;
  const versions = [...sight.deployments].map(([version, { ready, desired }]) => {
    const dots = wide ? ` ${'\u25cf'.repeat(ready)}${'\u25cb'.repeat(Math.max(0, desired - ready))}` : '';
    return screen.paint(toneOf(version), `${version}${dots} ${ready}/${desired}`);
  });
  const parts = [
    head(screen, progress),
    pad(versions.join('  ') || '-', wide ? 28 : 14),
    bar(screen, sight, wide ? 24 : 8),
    pad(shareText(screen, sight), wide ? 16 : 13),
    verdict(screen, progress, wide),
  ];
  return `  ${parts.join('  ')}`;
}

function verdict(screen: Screen, { row, doneMs }: Progress, wide: boolean): string {
  const health = row?.health ?? 'Unknown';
  if (doneMs === null) return screen.paint('busy', wide ? health : '\u2026');
  const tone = health === 'Degraded' ? 'busy' : 'good';
  return screen.paint(tone, `\u2713 ${(doneMs / 1000).toFixed(1)} s`) + (wide ? `  ${health}` : '');
}

/** The same for a pipe, without what redrawing needs. */
export function progressWords({ sight }: Progress): string {
  const versions = [...sight.deployments].map(
    ([version, { ready, desired }]) => `${version} ${ready}/${desired} ready`,
  );
  const shares = [...sharesOf(sight)].map(([version, share]) => `${version} ${share}%`);
  return `${versions.join(', ') || 'nothing yet'}; traffic ${shares.join(', ') || 'nowhere'}`;
}

/** What `kubectl get` would show of a cluster, in two lines. */
export function factLines(screen: Screen, { cluster, sight }: Progress): string[] {
  const deployments = [...sight.deployments].map(([version, { ready, desired }]) =>
    screen.paint(ready < desired ? 'bad' : toneOf(version), `testsvc-${version} ${ready}/${desired}`),
  );
  const kind = (word: string): string => screen.paint('faint', pad(word, kindWidth));
  return [
    `  ${screen.paint('strong', pad(cluster, nameWidth))}  ${kind('Deployment')}  ${deployments.join('  ')}`,
    `  ${' '.repeat(nameWidth)}  ${kind(sight.route?.kind ?? 'route')}  ${routeText(screen, sight)}`,
  ];
}

const kindWidth = 'VirtualService'.length;

function head(screen: Screen, { cluster, way }: Pick<Progress, 'cluster' | 'way'>): string {
  return `${screen.paint('strong', pad(cluster, nameWidth))}  ${pad(wayNames[way], wayWidth)}`;
}

function routeText(screen: Screen, { route }: Sight): string {
  if (route === null) return 'none';
  const host = screen.columns() >= 120 ? route.host : '';
  const services = route.targets.map(({ service, weight }) =>
    weight === null
      ? `${service} (ready pods decide)`
      : screen.paint(toneOf(versionOf(service)), `${service} ${weight}`),
  );
  return `${host}${route.path} \u2192 ${services.join('  ')}`;
}

function bar(screen: Screen, sight: Sight, width: number): string {
  const shares = [...sharesOf(sight)];
  if (shares.length === 0) return screen.paint('faint', '\u00b7'.repeat(width));
  let begun = 0;
  const pieces = shares.map(([version, share]) => {
    const from = Math.round((begun * width) / 100);
    begun += share;
    const length = Math.round((begun * width) / 100) - from;
    return screen.paint(toneOf(version), (barGlyphs[version] ?? '#').repeat(length));
  });
  return pad(pieces.join(''), width);
}

function shareText(screen: Screen, sight: Sight): string {
  const shares = [...sharesOf(sight)];
  return shares.map(([version, share]) => screen.paint(toneOf(version), `${version} ${share}%`)).join(' ') || '-';
}

function toneOf(version: string): Tone {
  return version === 'v1' || version === 'v2' || version === 'v3' ? version : 'strong';
}

/** A duration in seconds as people read it. */
export function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
