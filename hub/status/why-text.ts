import { withPrintableLines } from '../../shared/lib/printable.ts';
import type { WhyAnswer, WhyChain } from '../api/why.ts';
import { ageText } from './age.ts';
import { wrap } from './layout.ts';
import { plural } from './style.ts';
import { withWhere } from './where.ts';

/** How the text is to look. */
export interface WhyStyle {
  readonly columns: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What commands that are printed need to reach the same hub: `--data DIR`; empty = nothing. */
  readonly where: string;
}

/** Where an application stops: link by link for one cluster, else clusters that stop alike together. */
export function whyText(given: WhyAnswer, style: WhyStyle): string {
  const answer = withPrintableLines(given);
  const lines =
    answer.chains.length > 0 ? answer.chains.flatMap((one) => chainLines(one, style)) : fleetLines(answer, style);
  return `${lines.join('\n')}\n`;
}

/** Clusters that a line names at most. */
const shownNames = 8;

function fleetLines({ application, well, stops }: WhyAnswer, style: WhyStyle): string[] {
  const others = new Set(stops.flatMap(({ clusters }) => clusters));
  const total = new Set([...well, ...others]).size;
  const name = application.replace(/^default\//, '');
  const head = `${name}: ${well.length} of ${plural(total, 'cluster')} ${well.length === 1 ? 'has' : 'have'} all of it, and it is well there`;
  return [
    ...wrap(head, style.columns, ''),
    ...stops.flatMap((stop) => {
      const text = `${stop.link}: ${clusterWords(stop.clusters)}${sinceWords(stop.since, style)}: ${stop.reason}`;
      return [...wrap(text, style.columns, ''), ...mendLines(stop.mend, style, '  ')];
    }),
  ];
}

function clusterWords(clusters: readonly string[]): string {
  if (clusters.length === 0) return 'everywhere';
  const more = clusters.length > shownNames ? `, and ${clusters.length - shownNames} more` : '';
  return `${plural(clusters.length, 'cluster')} (${clusters.slice(0, shownNames).join(', ')}${more})`;
}

const marks = new Map([
  [true, 'ok'],
  [false, 'NO'],
  [null, '-'],
]);

const linkWidth = 'placement'.length;

function chainLines({ application, cluster, links, stop }: WhyChain, style: WhyStyle): string[] {
  const name = application.replace(/^default\//, '');
  const where = stop === null ? 'all of it is there, and well' : `it stops at ${stop.link}`;
  return [
    ...wrap(`${name} on ${cluster}: ${where}${sinceWords(stop?.since ?? null, style)}`, style.columns, ''),
    ...links.flatMap(({ link, holds, detail }) => {
      const text = `${link.padEnd(linkWidth)} ${(marks.get(holds) ?? '').padEnd(2)} ${detail}`;
      return wrapped(text.trimEnd(), style.columns, linkWidth + 6);
    }),
    ...(stop === null ? [] : mendLines(stop.mend, style, '')),
  ];
}

/** Lines that go on below the column where their text begins; blanks of the first line stay. */
function wrapped(text: string, columns: number, at: number): string[] {
  const head = text.slice(0, at - 2);
  const [first = '', ...rest] = wrap(text.slice(at - 2), columns - at, '').map((line) => line.trimStart());
  return [`  ${head}${first}`.trimEnd(), ...rest.map((line) => `${' '.repeat(at)}${line}`)];
}

function mendLines(mend: string, { columns, where }: WhyStyle, indent: string): string[] {
  return wrap(`to go on: ${withWhere(mend, where)}`, columns, indent);
}

function sinceWords(since: string | null, { now }: WhyStyle): string {
  return since === null ? '' : `, since ${ageText(Math.max(0, Math.floor((now - Date.parse(since)) / 1000)))}`;
}
