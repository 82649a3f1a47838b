import { badRequest } from '../api/errors.ts';
import { at, listAt, objectAt, objectsAt, textAt } from '../json.ts';
import type { Json, JsonObject, KubeObject } from '../json.ts';

/** True for the objects that a request asks for. */
export type Match = (object: KubeObject) => boolean;

/** What an empty selector selects. */
export const everything: Match = () => true;

/** The text form of a label selector (`a=b,c!=d,e in (f,g),h,!i`); throws 400. */
export function labelSelector(text: string): Match {
  const tests = splitTerms(text).map(labelTerm);
  return tests.length === 0 ? everything : (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

/** The text form of a field selector (`metadata.name=x,status.phase!=y`); only some fields of a kind can be selected: throws 400. */
export function fieldSelector(text: string, kind: string): Match {
  const tests = splitTerms(text).map((term) => fieldTerm(term, kind));
  return tests.length === 0 ? everything : (object) => tests.every((test) => test(object));
}

/** The object form of a label selector (matchLabels, matchExpressions); an empty one selects everything. */
export function matchesSelector(selector: JsonObject, labels: Json | undefined): boolean {
  const pairs = Object.entries(objectAt(selector, 'matchLabels'));
  if (!pairs.every(([key, value]) => at(labels, key) === value)) return false;
  return objectsAt(selector, 'matchExpressions').every((expression) => {
    const value = at(labels, textAt(expression, 'key'));
    const values = listAt(expression, 'values');
    const inside = value !== undefined && values.includes(value);
    return expressionHolds(textAt(expression, 'operator'), value !== undefined, inside);
  });
}

type LabelTest = (labels: JsonObject) => boolean;

function labelTerm(term: string): LabelTest {
  const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
  if (set) {
    const [, key = '', operator = '', list = ''] = set;
    const values: readonly Json[] = list.split(',').map((value) => value.trim());
    const wanted = operator === 'in';
    return (labels) => (labels[key] !== undefined && values.includes(labels[key])) === wanted;
  }
  const pair = /^([^=!<>\s]+)\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$/.exec(term);
  if (pair) {
    const [, key = '', operator, value] = pair;
    return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
  }
  const presence = /^(!?)\s*([^=!<>\s()]+)$/.exec(term);
  if (!presence) throw badRequest(`unable to parse requirement: ${JSON.stringify(term)}`);
  const [, not = '', key = ''] = presence;
  return (labels) => (labels[key] !== undefined) === (not === '');
}

const extraFields: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
    'status.podIP',
  ],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'reason',
    'type',
    'involvedObject.apiVersion',
    'involvedObject.fieldPath',
    'involvedObject.resourceVersion',
    'source',
    'reportingComponent',
  ],
  Secret: ['type'],
  Namespace: ['status.phase'],
  Job: ['status.successful'],
  ReplicaSet: ['status.replicas'],
  Node: ['spec.unschedulable'],
  Service: ['spec.clusterIP', 'spec.type'],
};

function fieldTerm(term: string, kind: string): Match {
  const [, field = '', operator, value] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
  if (operator === undefined) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  const known = ['metadata.name', 'metadata.namespace', ...(extraFields[kind] ?? [])];
  if (!known.includes(field))
    throw badRequest(`"${field}" is not a known field selector: only ${known.map((name) => `"${name}"`).join(', ')}`);
  const path = field.split('.');
  const wanted = operator !== '!=';
  return (object) => (textOf(at(object, ...path)) === value) === wanted;
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}

/** Splits at commas outside of parentheses. */
function splitTerms(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function expressionHolds(operator: string, present: boolean, inside: boolean): boolean {
  switch (operator) {
    case 'In':
      return inside;
    case 'NotIn':
      return !inside;
    case 'Exists':
      return present;
    default:
      return !present;
  }
}
