import { withPrintableLines } from '../../shared/lib/printable.ts';
import type { ChangePlan } from '../operations/plan.ts';
import type { ChangeGroup, ObjectChange } from '../operations/plan-diff.ts';
import type { PlannedDelivery, PlannedStep, PlannedWave } from '../operations/plan-waves.ts';
import { ageText } from '../status/age.ts';
import { wrap } from '../status/layout.ts';
import { plural } from '../status/style.ts';

/** Clusters and fields that are named at most. */
const [shownClusters, shownFields] = [6, 4];

/** What a change would do, for people: clusters that change alike together, the way there, and what to think of twice. */
export function planText(given: ChangePlan, columns: number): string {
  const plan = withPrintableLines(given);
  const { groups, clusters, deliveries } = plan;
  const count = new Set(groups.flatMap((group) => group.clusters)).size;
  const lines = [
    count === 0
      ? 'nothing changes'
      : `${count} of ${plural(clusters, 'cluster')} ${count === 1 ? 'changes' : 'change'}`,
    ...wrap(againstText(plan), columns, ''),
    ...groups.flatMap((group) => groupLines(group, columns)),
    ...section('keeps what it has until its errors are mended', plan.held, columns),
    ...section('how it goes', deliveries.flatMap(deliveryLine), columns),
    ...section('waits for an approval', plan.guards.map(guardLine), columns),
    ...section('cannot be undone, or not be done', [...new Set(groups.flatMap(riskLines))], columns),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is compared: documents, not what clusters have. */
function againstText({ base, unfinished }: ChangePlan): string {
  if (base === null) return 'compared with nothing: there is no state before';
  const against = `compared with what is wanted by commit ${base.slice(0, 12)}`;
  if (unfinished.length === 0) return against;
  const names = unfinished.map(({ name, phase }) => `${name} (${phase})`).join(', ');
  return `${against}; clusters that ${names} has not reached, or that went back, have what was stable before`;
}

function section(title: string, lines: readonly string[], columns: number): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.flatMap((line) => wrap(line, columns, '  '))];
}

const signs = { create: '+', update: '~', delete: '-' } as const;

function groupLines({ clusters, changes }: ChangeGroup, columns: number): readonly string[] {
  const head = `${plural(clusters.length, 'cluster')} (${namesOf(clusters)}):`;
  return ['', ...wrap(head, columns, ''), ...changes.flatMap((change) => changeLines(change, columns))];
}

function changeLines({ how, id, fields, restarts }: ObjectChange, columns: number): readonly string[] {
  const shown = fields.slice(0, shownFields).map(({ path, from, to }) => {
    const words = from === null ? `set to ${to ?? ''}` : to === null ? `removed (${from})` : `${from} -> ${to}`;
    return `${path}: ${words}`;
  });
  const more = fields.length > shownFields ? [`and ${plural(fields.length - shownFields, 'field')} more`] : [];
  const head = `${signs[how]} ${objectName(id)}${restarts ? ' (pods are replaced)' : ''}`;
  return [...wrap(head, columns, '  '), ...[...shown, ...more].flatMap((line) => wrap(line, columns, '      '))];
}

/** `Deployment default/web` of `apps/Deployment/default/web`. */
function objectName(id: string): string {
  const [, kind = '', namespace = '', name = ''] = id.split('/');
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

function deliveryLine({ app, steps }: PlannedDelivery): readonly string[] {
  const name = app.replace(/^default\//, '');
  if (steps.length === 0) return [`${name}: everywhere at once`];
  return [`${name}: ${steps.map(stepWords).join('; then ')}`];
}

function stepWords({ name, type, waves }: PlannedStep): string {
  if (waves.length > 0) return `step ${name}: ${waves.map(waveWords).join(', then ')}`;
  return type === 'suspend' ? `step ${name} waits to be resumed` : `step ${name} (${type})`;
}

function waveWords({ name, clusters, needsApproval, soakSeconds }: PlannedWave): string {
  const more = [
    ...(needsApproval ? ['after an approval'] : []),
    ...(soakSeconds > 0 ? [`soak ${ageText(soakSeconds)}`] : []),
  ];
  return `${name} (${[plural(clusters.length, 'cluster'), ...more].join(', ')})`;
}

function guardLine({ code, clusters, ids }: ChangePlan['guards'][number]): string {
  const [first = ''] = ids;
  const more = ids.length > 1 ? ` and ${ids.length - 1} more` : '';
  return `${code} on ${namesOf(clusters)}: deletes ${objectName(first)}${more}`;
}

function riskLines({ changes }: ChangeGroup): readonly string[] {
  return changes.flatMap(({ id, risk }) => (risk === null ? [] : [`${objectName(id)}: ${risk}`]));
}

function namesOf(clusters: readonly string[]): string {
  const more = clusters.length > shownClusters ? `, and ${clusters.length - shownClusters} more` : '';
  return `${clusters.slice(0, shownClusters).join(', ')}${more}`;
}
