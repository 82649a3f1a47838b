import { configMap } from './objects.ts';

/** Clusters of a label group, whatever the size of the fleet. */
export const groupSize = 50;

/** The labels of a cluster: one of fifty is `tier: test`, the others `tier: prod`; groups of fifty go round. */
export function labelsOf(index: number, agents: number): Record<string, string> {
  const groups = Math.max(1, Math.floor(agents / groupSize));
  const group = Math.floor(index / groupSize);
  return { tier: index % 50 === 49 ? 'test' : 'prod', ...(group < groups && { group: `g${group}` }) };
}

/**
 * The config repository of a fleet: application 0 on all clusters, those with an odd number on `tier: prod`, each other one on a
 * label group. Each round makes a new revision of what changes in it: of all in the first, of application 0 or of one group after that.
 */
export function fleetFiles(apps: number, round: number, which: 'all' | 'everywhere' | 'group'): Record<string, string> {
  const numbers = Array.from({ length: apps }, (_, number) => number);
  const changed = which === 'all' ? numbers : which === 'everywhere' ? [0] : [2];
  return Object.fromEntries(
    changed.flatMap((number) => [
      [`app-${number}.yaml`, application(number, round)],
      [`app-${number}-deployment.yaml`, deployment(number, which === 'all' ? 1 : 2)],
    ]),
  );
}

/** The next revision of the application of the first group, round after round: those before it came with rounds 0 and 2. */
export function soakFiles(round: number): Record<string, string> {
  return { 'app-2.yaml': application(2, round), 'app-2-deployment.yaml': deployment(2, round) };
}

function application(number: number, round: number): string {
  const objects = ['a', 'b'].map((name) => configMap(`app-${number}-${name}`, `round ${round}`));
  return text({
    kind: 'Application',
    metadata: { name: `app-${number}`, annotations: { 'app.oam.dev/revision-only': 'true' } },
    spec: { components: [{ name: 'objects', type: 'k8s-objects', properties: { objects } }] },
  });
}

function deployment(number: number, revision: number): string {
  const labels = selectorOf(number);
  const placement = [{ clusterSelector: { ...(labels !== null && { labels }), pick: 'all' } }];
  return text({
    kind: 'ApplicationDeployment',
    metadata: { name: `app-${number}` },
    spec: { appRevisions: [{ revisionName: `app-${number}-v${revision}`, placement }] },
  });
}

function selectorOf(number: number): Readonly<Record<string, string>> | null {
  if (number === 0) return null;
  return number % 2 === 1 ? { tier: 'prod' } : { group: `g${number / 2 - 1}` };
}

/** JSON is YAML. */
function text(document: object): string {
  return `${JSON.stringify(document, null, 1)}\n`;
}
