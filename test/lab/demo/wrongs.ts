import type { StatusRow } from '../../../hub/api/status.ts';
import { replicas, type Step } from './script.ts';
import { sharesOf, versionOf, type Sight } from './sight.ts';

/** What is known of one cluster: from its own API server, and from the hub's status. */
export interface Known {
  readonly cluster: string;
  readonly sight: Sight;
  readonly services: readonly string[];
  readonly row: StatusRow | undefined;
}

/** Everything on one cluster that is not yet as it has to be after a step, in words; empty when all is well. */
export function wrongsOf(step: Step, known: Known): string[] {
  return [...deploymentWrongs(step, known), ...trafficWrongs(step, known), ...statusWrongs(step, known)];
}

function deploymentWrongs(step: Step, { cluster, sight, services }: Known): string[] {
  const wanted = replicas[cluster] ?? 0;
  const stays = new Set([...Object.keys(step.runs), ...(step.fails === undefined ? [] : [step.fails])]);
  const running = Object.keys(step.runs).flatMap((version) => {
    const found = sight.deployments.get(version);
    if (found?.ready === wanted && found.desired === wanted) return [];
    return [`testsvc-${version} has ${found?.ready ?? 0} of ${wanted} replicas ready`];
  });
  const failing = step.fails === undefined ? undefined : sight.deployments.get(step.fails);
  const broken = failing === undefined || failing.ready === 0 ? [] : [`testsvc-${step.fails ?? ''} is ready after all`];
  const missing = step.fails === undefined || failing !== undefined ? [] : [`testsvc-${step.fails} was not even tried`];
  const left = [...sight.deployments.keys()]
    .filter((version) => !stays.has(version))
    .map((version) => `testsvc-${version} is still there`);
  const leftServices = services
    .filter((name) => /-v\d+$/.test(name) && !stays.has(versionOf(name)))
    .map((name) => `Service ${name} is still there`);
  return [...running, ...broken, ...missing, ...left, ...leftServices];
}

function trafficWrongs(step: Step, { sight, services }: Known): string[] {
  if (sight.route === null) return ['no route carries traffic'];
  const { kind, targets } = sight.route;
  const shares = sharesOf(sight);
  const wanted = Object.entries(step.runs);
  const isRight = shares.size === wanted.length && wanted.every(([version, share]) => shares.get(version) === share);
  const lost = targets.filter(({ service }) => !services.includes(service));
  return [
    ...(isRight ? [] : [`the ${kind} sends ${shareWords(shares)} instead of ${shareWords(new Map(wanted))}`]),
    ...lost.map(({ service }) => `the ${kind} names a Service ${service} that does not exist`),
  ];
}

function statusWrongs({ runs, fails }: Step, { row }: Known): string[] {
  if (row === undefined) return ['status does not know it'];
  if (fails !== undefined) {
    const isSaid = row.health === 'Degraded' && row.message.includes(`example-app-${fails}`);
    return isSaid ? [] : [`status says ${row.health} (${row.message}), not that ${fails} failed`];
  }
  if (row.health !== 'Healthy' || !row.applied) return [`status says ${row.health} (${row.message})`];
  const names = row.revisions.map(({ name }) => versionOf(name));
  const isSame = names.length === Object.keys(runs).length && names.every((name) => name in runs);
  return isSame ? [] : [`status lists ${names.join(', ')}`];
}

function shareWords(shares: ReadonlyMap<string, number>): string {
  return [...shares].map(([version, share]) => `${share}% to ${version}`).join(' and ') || 'nothing';
}
