import type { IncomingMessage } from 'node:http';
import { ApiError } from '../api/errors.ts';
import type { World } from '../api/world.ts';
import { isList, isObject, textAt } from '../json.ts';
import type { JsonObject, KubeObject } from '../json.ts';
import { keyOf } from '../store/store.ts';
import type { Target } from './route.ts';

/** Who calls: the impersonated user and its groups; undefined = the admin, who may do everything. */
interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

const rbac = 'rbac.authorization.k8s.io';

/**
 * Refuses with 403 what no Role or ClusterRole allows the impersonated user, as the API server does. `verb` is the one of the audit log;
 * an apply is a patch, and a create where the object is not there.
 */
export function checkRights(world: World, request: IncomingMessage, { target, verb }: Asked): void {
  const caller = callerOf(request);
  if (caller === undefined || caller.groups.includes('system:masters')) return;
  const rules = rulesFor(world, caller, target.namespace);
  for (const each of verbsOf(world, target, verb)) {
    if (!rules.some((rule) => allows(rule, target, each))) throw refused(caller, target, each);
  }
}

interface Asked {
  readonly target: Target;
  readonly verb: string;
}

function callerOf({ headers }: IncomingMessage): Caller | undefined {
  const user = headers['impersonate-user'];
  if (typeof user !== 'string') return undefined;
  const groups = headers['impersonate-group'] ?? '';
  return { user, groups: (typeof groups === 'string' ? groups : groups.join(', ')).split(', ') };
}

function verbsOf(world: World, { resource, namespace, name }: Target, verb: string): readonly string[] {
  if (verb !== 'apply') return [verb];
  return world.store.get(resource.id, keyOf(namespace, name)) === undefined ? ['patch', 'create'] : ['patch'];
}

/** The rules of all roles that are bound to a caller for a namespace (empty = for all of them, and for what has none). */
function rulesFor(world: World, caller: Caller, namespace: string): JsonObject[] {
  const bound = [
    ...world.store.list(`clusterrolebindings.${rbac}`),
    ...world.store.list(`rolebindings.${rbac}`).filter(({ metadata }) => metadata.namespace === namespace),
  ].filter((binding) => membersOf(binding, 'subjects').some((subject) => isCaller(subject, caller)));
  return bound.flatMap((binding) => {
    const name = textAt(binding, 'roleRef', 'name');
    const role =
      textAt(binding, 'roleRef', 'kind') === 'Role'
        ? world.store.get(`roles.${rbac}`, keyOf(binding.metadata.namespace ?? '', name))
        : world.store.get(`clusterroles.${rbac}`, name);
    return role === undefined ? [] : membersOf(role, 'rules');
  });
}

function isCaller(subject: JsonObject, { user, groups }: Caller): boolean {
  const [kind, name] = [textAt(subject, 'kind'), textAt(subject, 'name')];
  if (kind === 'Group') return groups.includes(name);
  if (kind === 'User') return user === name;
  return user === `system:serviceaccount:${textAt(subject, 'namespace')}:${name}`;
}

function allows(rule: JsonObject, { resource, name, subresource }: Target, verb: string): boolean {
  const has = (member: string, ...wanted: readonly string[]): boolean => {
    const list = rule[member];
    return isList(list) && (list.includes('*') || wanted.some((one) => list.includes(one)));
  };
  const names = rule['resourceNames'];
  const isNamed = !isList(names) || names.length === 0 || names.includes(name);
  const path = subresource === '' ? resource.plural : `${resource.plural}/${subresource}`;
  return has('apiGroups', resource.group) && has('resources', path) && has('verbs', verb) && isNamed;
}

function refused({ user }: Caller, { resource, namespace, name, subresource }: Target, verb: string): ApiError {
  const { group, plural } = resource;
  const what = `${plural}${group === '' ? '' : `.${group}`}${name === '' ? '' : ` ${JSON.stringify(name)}`}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const path = subresource === '' ? plural : `${plural}/${subresource}`;
  const message = `${what} is forbidden: User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(path)} in API group ${JSON.stringify(group)} ${where}`;
  return new ApiError(403, 'Forbidden', message, {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    kind: plural,
  });
}

function membersOf(object: KubeObject | JsonObject, member: string): JsonObject[] {
  const list = (object as JsonObject)[member];
  return isList(list) ? list.filter(isObject) : [];
}
