import { isProtected } from '../../shared/model/kinds.ts';
import { groupKindOf, parseObjectId, type ObjectId } from '../../shared/model/object.ts';
import type { Code } from '../../shared/errors.ts';

/** How the API server says that a field cannot be changed once the object is there. */
const cannotChange =
  /\bimmutable\b|may not change once set|cannot change roleRef|updates to .* forbidden|Forbidden: updates to|may not change fields other than|(?:may not|cannot|can not) be changed/i;

/** True where a server says so. */
export function isFixedField(message: string): boolean {
  return cannotChange.test(message);
}

/** How it says that a claim that is bound cannot be made smaller. */
const cannotShrink = /can not be less than (?:status\.capacity|previous value)/i;

/** How a server says which right a user lacks. */
const lacksRight = /\bUser ".*?" cannot \w+ resource "/;

/** What to do about an object that the server refuses to write; null where its words say all. */
export function writeHint(code: Code, id: ObjectId, message: string): string | null {
  if (code === 'OBJECT_REJECTED') return fixedFieldHint(id, message);
  if (code !== 'FORBIDDEN' || !lacksRight.test(message)) return null;
  const value = groupKindOf(id) === '/Secret' ? '`rbac.secrets`' : '`rbac.profile` or `rbac.extraRules`';
  return `give that user the right; the agent's own come from ${value} and \`namespaces\` of its chart`;
}

/** What to do about an object whose change the server refuses because a field of it is fixed; null for every other refusal. */
export function fixedFieldHint(id: ObjectId, message: string): string | null {
  if (cannotShrink.test(message)) {
    return 'it cannot be made smaller: put the old size back, or give the new claim another name, and move the data';
  }
  if (!isFixedField(message)) return null;
  const { group, kind, namespace, name } = parseObjectId(id);
  if (isProtected(id)) return `a field of it cannot be changed: give the new ${kind} another name, and move the data`;
  const what = `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${name}`;
  const command = `kubectl delete ${what}${namespace === '' ? '' : ` -n ${namespace}`}`;
  if (kind === 'StatefulSet') {
    return `a field of it cannot be changed: ${command} --cascade=orphan, and it is made again; pods and volumes stay`;
  }
  return `a field of it cannot be changed: ${command}, and it is made again, or give it another name`;
}
