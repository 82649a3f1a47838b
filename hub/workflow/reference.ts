import type { Application } from '../model/documents.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { similar } from '../model/similar.ts';
import { policyName, type PolicyEntry } from '../model/workflow.ts';

/** Reports a name that a step gives and that is not there, with the one that may be meant. */
export function reportUnknown(
  reporter: Reporter,
  path: Steps,
  { what, name, names }: { readonly what: string; readonly name: string; readonly names: readonly string[] },
): void {
  const meant = similar(name, names);
  const listed = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
  reporter.error(
    'REFERENCE_NOT_FOUND',
    path,
    `there is no ${what} ${name}`,
    meant === undefined ? listed : `did you mean ${meant}?`,
  );
}

/** The policy of a name; reported where there is none. */
export function referredPolicy(
  { spec: { policies = [] } }: Application,
  name: string,
  { path, reporter }: { readonly path: Steps; readonly reporter: Reporter },
): PolicyEntry | null {
  const found = policies.find((entry, index) => policyName(entry, index) === name);
  if (found === undefined) reportUnknown(reporter, path, { what: 'policy', name, names: policies.map(policyName) });
  return found ?? null;
}
