import type { KubeObject } from '../../shared/model/object.ts';
import { conditionOf, get, listAt, numberAt, recordAt, stringAt } from '../model/fields.ts';
import { colon } from './verdict.ts';

/** Why a container of a pod does not run (`ImagePullBackOff: ...`); null when none says so. */
export function podTrouble(object: KubeObject): string | null {
  for (const container of containersOf(object)) {
    const waiting = recordAt(container, 'state', 'waiting');
    const reason = stringAt(waiting, 'reason');
    if (reason === null || reason === 'ContainerCreating' || reason === 'PodInitializing') continue;
    return `${reason}${endText(container)}${colon(stringAt(waiting, 'message'))}`;
  }
  return null;
}

/** Why no node takes a pod; null where one does. */
export function unscheduled(pod: KubeObject): string | null {
  const scheduled = conditionOf(pod, 'PodScheduled');
  return scheduled?.status === 'False' ? scheduled.message || scheduled.reason || 'not scheduled' : null;
}

/** Why a pod that runs is not ready: a container that ended, or whose probe does not succeed. */
export function notReady(pod: KubeObject): string {
  const late = containersOf(pod).find((container) => get(container, 'ready') === false);
  const name = stringAt(late, 'name');
  if (late === undefined || name === null) return 'not ready';
  const ended = recordAt(late, 'state', 'terminated');
  const exit = numberAt(ended, 'exitCode');
  if (exit !== null && exit !== 0)
    return `container ${name} ended (${stringAt(ended, 'reason') ?? 'Error'}, exit status ${exit})`;
  const restarts = numberAt(late, 'restartCount') ?? 0;
  const again = restarts === 0 ? '' : `, restarted ${restarts} times${endText(late)}`;
  const probe = probeOf(pod, name);
  if (probe === null) return `not ready: container ${name}${again}`;
  return `not ready: the ${probe.kind} of container ${name} does not succeed (${probe.what})${again}`;
}

/** The probe that a container waits for, and what it asks. */
function probeOf(pod: KubeObject, name: string): { readonly kind: string; readonly what: string } | null {
  const container = listAt(pod, 'spec', 'containers').find((one) => stringAt(one, 'name') === name);
  const status = containersOf(pod).find((one) => stringAt(one, 'name') === name);
  const isStarting = get(status, 'started') === false && get(container, 'startupProbe') !== undefined;
  const probe = recordAt(container, isStarting ? 'startupProbe' : 'readinessProbe');
  const what = asked(probe);
  return what === null ? null : { kind: isStarting ? 'startup probe' : 'readiness probe', what };
}

function asked(probe: object): string | null {
  const port = (kind: string) => numberAt(probe, kind, 'port') ?? stringAt(probe, kind, 'port') ?? '?';
  if (get(probe, 'httpGet') !== undefined)
    return `HTTP GET :${port('httpGet')}${stringAt(probe, 'httpGet', 'path') ?? '/'}`;
  if (get(probe, 'tcpSocket') !== undefined) return `TCP :${port('tcpSocket')}`;
  if (get(probe, 'grpc') !== undefined) return `gRPC :${port('grpc')}`;
  return get(probe, 'exec') === undefined
    ? null
    : `a command: ${listAt(probe, 'exec', 'command').slice(0, 3).join(' ')}`;
}

function containersOf(object: KubeObject): readonly unknown[] {
  return [...listAt(object, 'status', 'initContainerStatuses'), ...listAt(object, 'status', 'containerStatuses')];
}

/** How the container ended the last time: `OOMKilled`, or its exit status. */
function endText(container: unknown): string {
  const ended = recordAt(container, 'lastState', 'terminated');
  const reason = stringAt(ended, 'reason');
  if (reason === null) return '';
  return ` (${reason}, exit status ${numberAt(ended, 'exitCode') ?? '?'})`;
}
