import { withPrintableLines } from '../../shared/lib/printable.ts';
import type { ClusterEntry } from '../api/bodies.ts';
import { ageText } from './age.ts';
import { layoutTable } from './layout.ts';

/** The table of `cluster list`; a wide one has the versions, the format and the registration, too. */
export function clusterTable(clusters: readonly ClusterEntry[], columns: number, isWide = false): string {
  if (clusters.length === 0) return 'no cluster is registered; `sluice-hub cluster join NAME` lets one in\n';
  const lines = withPrintableLines(clusters).map((entry) => [
    entry.name,
    entry.stale ? `${entry.state}, stale` : entry.state,
    labelText(entry.labels),
    entry.capabilities === null ? 'not known' : entry.capabilities.join(',') || 'none',
    generationText(entry),
    ageText(entry.ageSeconds),
    ...(isWide ? [entry.kubernetes ?? '-', entry.agent ?? '-', String(entry.reads), entry.registration] : []),
  ]);
  const titles = [
    { title: 'CLUSTER', least: 8 },
    { title: 'STATE' },
    { title: 'LABELS', least: 8 },
    { title: 'CAPABILITIES', least: 9 },
    { title: 'GENERATION' },
    { title: 'REPORT' },
    ...(isWide ? [{ title: 'KUBERNETES' }, { title: 'AGENT' }, { title: 'READS' }, { title: 'REGISTRATION' }] : []),
  ];
  return layoutTable(titles, lines, columns) + '\n';
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(',') || '-';
}

function generationText({ generation, acceptedGeneration }: ClusterEntry): string {
  if (generation === null) return '-';
  return acceptedGeneration === generation ? String(generation) : `${acceptedGeneration ?? '?'}>${generation}`;
}
