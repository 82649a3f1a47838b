import { isMap } from '../model/json-map.ts';

/** Which lists merge by which member, and how else a field is patched: from `// +patchKey=` comments of a template. */
export interface PatchRules {
  readonly keys: ReadonlyMap<string, string>;
  readonly strategies: ReadonlyMap<string, string>;
}

/** The members that identify the items of Kubernetes' own lists; the first that all items have counts. */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  env: ['name'],
  imagePullSecrets: ['name'],
  ports: ['containerPort', 'port'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
};

const probe = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

/**
 * Members of which a map may have one alone, by the field that it is (or is an item of): one that a patch brings replaces the
 * others. The API server refuses both at once. Null = all members but the name.
 */
const alternatives: Readonly<Record<string, readonly string[] | null>> = {
  env: ['value', 'valueFrom'],
  valueFrom: null,
  volumes: null,
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  postStart: [...probe, 'sleep'],
  preStop: [...probe, 'sleep'],
};

/** Reads the patch comments of a template: each counts for the field on the next line that is not a comment. */
export function patchRulesOf(template: string): PatchRules {
  const keys = new Map<string, string>();
  const strategies = new Map<string, string>();
  let pending: (readonly [rule: string, value: string])[] = [];
  for (const line of template.split('\n')) {
    const comment = /^\s*\/\/\s*\+(patchKey|patchStrategy)=(\S+)/.exec(line);
    if (comment !== null) pending.push([comment[1] ?? '', comment[2] ?? '']);
    if (/^\s*(\/\/|$)/.test(line)) continue;
    const field = pending.length > 0 ? lastField(line) : undefined;
    for (const [rule, value] of pending) {
      if (field !== undefined) (rule === 'patchKey' ? keys : strategies).set(field, value);
    }
    pending = [];
  }
  return { keys, strategies };
}

// `spec: template: spec: containers: [` names the last field before the value.
function lastField(line: string): string | undefined {
  const names = /^[\s{]*((?:"?[\w-]+"?\s*:\s*)+)/.exec(line)?.[1] ?? '';
  return [...names.matchAll(/"?([\w-]+)"?\s*:/g)].at(-1)?.[1];
}

/**
 * Merges a patch into a value: maps by member (null removes), lists of named items by their key, everything else is
 * replaced. `$patch: delete` on an item removes it, `$patch: replace` in a list or map removes the former content.
 */
export function applyPatch(base: unknown, patch: unknown, rules: PatchRules, field = ''): unknown {
  if (patch === undefined) return base;
  const strategy = rules.strategies.get(field);
  if (strategy === 'replace') return clean(patch);
  if (isMap(patch)) {
    const { $patch: directive, ...members } = patch;
    if (!isMap(base) || directive === 'replace') return clean(members);
    const kept = strategy === 'retainKeys' ? pick(base, Object.keys(members)) : base;
    return mergeMaps(withoutAlternatives(kept, members, field) as Values, members, rules);
  }
  if (Array.isArray(patch) && Array.isArray(base)) return mergeLists(base, patch, rules, field);
  return clean(patch);
}

type Values = Readonly<Record<string, unknown>>;

function mergeMaps(base: Values, patch: Values, rules: PatchRules): Values {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, name);
    else merged[name] = applyPatch(merged[name], value, rules, name);
  }
  return merged;
}

function withoutAlternatives(base: unknown, patch: Values, field: string): unknown {
  const listed = Object.hasOwn(alternatives, field) ? alternatives[field] : undefined;
  if (listed === undefined || !isMap(base)) return base;
  const isOne = (member: string): boolean => (listed === null ? member !== 'name' : listed.includes(member));
  const brings = Object.keys(patch).filter((member) => isOne(member) && patch[member] !== null);
  if (brings.length === 0) return base;
  return Object.fromEntries(Object.entries(base).filter(([member]) => !isOne(member) || brings.includes(member)));
}

function mergeLists(
  base: readonly unknown[],
  patch: readonly unknown[],
  rules: PatchRules,
  field: string,
): readonly unknown[] {
  const isReplacing = patch.some(
    (item) => isMap(item) && item['$patch'] === 'replace' && Object.keys(item).length === 1,
  );
  if (isReplacing) return clean(patch) as readonly unknown[];
  const key = [rules.keys.get(field) ?? [], listKeys[field] ?? []]
    .flat()
    .find((candidate) => [...base, ...patch].every((item) => isMap(item) && item[candidate] !== undefined));
  if (key === undefined) return clean(patch) as readonly unknown[];
  const merged = [...base];
  for (const item of patch as readonly Values[]) {
    const index = merged.findIndex((candidate) => isMap(candidate) && candidate[key] === item[key]);
    if (item['$patch'] === 'delete') {
      if (index >= 0) merged.splice(index, 1);
    } else if (index < 0) merged.push(clean(item));
    else merged[index] = applyPatch(withoutAlternatives(merged[index], item, field), item, rules);
  }
  return merged;
}

// A value that is added whole has no removals and no directives.
function clean(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !isMap(item) || item['$patch'] === undefined).map(clean);
  }
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, member]) => member !== null && name !== '$patch')
      .map(([name, member]) => [name, clean(member)]),
  );
}

function pick(base: Values, names: readonly string[]): Values {
  return Object.fromEntries(Object.entries(base).filter(([name]) => names.includes(name)));
}
