import { readFile } from 'node:fs/promises';
import type { KubeObject } from '../../../shared/model/object.ts';

/** One thing that a rule lets somebody do: `VERB GROUP/RESOURCE[/NAME] in NAMESPACE`, `*` for all namespaces. */
export type Right = string;

interface Rule {
  /** Absent, with `resources`, in a rule about addresses that are no objects. */
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Everything that Roles and ClusterRoles grant, one right each. */
export function rightsOf(objects: readonly KubeObject[]): Right[] {
  return objects
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .flatMap((role) =>
      ((role['rules'] ?? []) as Rule[]).map((rule) => ({ rule, where: role.metadata.namespace ?? '*' })),
    )
    .flatMap(({ rule, where }) =>
      (rule.apiGroups ?? []).flatMap((group) =>
        (rule.resources ?? []).flatMap((resource) =>
          (rule.resourceNames ?? ['']).flatMap((name) =>
            rule.verbs.map((verb) => `${verb} ${group}/${resource}${name === '' ? '' : `/${name}`} in ${where}`),
          ),
        ),
      ),
    );
}

/** A request as the audit log has it. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly requestURI: string;
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** The requests of one user, oldest first; the server writes on meanwhile, and what has no end of its line yet is not one. */
export async function requestsOf<Event extends Pick<AuditEvent, 'user'> = AuditEvent>(
  auditLog: string,
  user: string,
): Promise<Event[]> {
  const lines = (await readFile(auditLog, 'utf8')).split('\n').slice(0, -1);
  const named = lines.filter((line) => line.includes(user)).map((line) => JSON.parse(line) as Event);
  return named.filter((event) => event.user.username === user);
}

/** The rights that a request needs: an apply that created something needs both `patch` and `create`. */
export function needsOf({ verb, objectRef, responseStatus }: AuditEvent): Right[] {
  if (objectRef?.resource === undefined) return [];
  const { apiGroup = '', namespace, name, subresource } = objectRef;
  const resource = objectRef.resource + (subresource === undefined ? '' : `/${subresource}`);
  const verbs = verb === 'patch' && responseStatus?.code === 201 ? ['patch', 'create'] : [verb];
  const places = [namespace ?? '*', '*'];
  return verbs.flatMap((one) =>
    places.flatMap((place) => [
      `${one} ${apiGroup}/${resource} in ${place}`,
      ...(name === undefined ? [] : [`${one} ${apiGroup}/${resource}/${name} in ${place}`]),
    ]),
  );
}
