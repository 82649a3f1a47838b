import { namespaceOf, type Application, type Component } from '../model/documents.ts';
import { sourceOf } from '../sources/list.ts';
import { checkPolicies, checkSteps } from './policies-and-steps.ts';
import type { References } from './references.ts';
import { checkName } from './names.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { insteadOfType } from './instead.ts';
import { suggestion } from './problems.ts';
import { workloadsInstead } from './workloads.ts';

/** Checks an Application beyond its shape: names, types, policies and workflow, files. */
export function checkApplication(doc: Application, references: References, reporter: Reporter): void {
  checkName('label', doc.metadata.name, ['metadata', 'name'], reporter);
  const names = new Set<string>();
  for (const [index, component] of doc.spec.components.entries()) {
    const path = ['spec', 'components', index];
    if (names.has(component.name)) {
      reporter.error('DOCUMENT_INVALID', [...path, 'name'], `a second component named ${component.name}`, 'rename one');
    }
    names.add(component.name);
    checkComponent(doc, component, { path, references, reporter });
  }
  checkPolicies(doc, references.policies, reporter);
  checkSteps(doc, references.steps, reporter);
}

/** What prints the types that there are. */
const listing = 'sluice-hub definitions list';

interface Where {
  readonly path: Steps;
  readonly references: References;
  readonly reporter: Reporter;
}

function checkComponent(doc: Application, component: Component, { path, references, reporter }: Where): void {
  checkName('label', component.name, [...path, 'name'], reporter);
  if (!references.components.includes(component.type)) {
    const hint =
      insteadOfType('component', component.type) ??
      suggestion(component.type, references.components, 'component types', listing);
    reporter.error('UNSUPPORTED', [...path, 'type'], `no component type ${component.type}`, hint);
  }
  for (const [index, { type }] of (component.traits ?? []).entries()) {
    const where = [...path, 'traits', index, 'type'];
    if (!references.traits.includes(type)) {
      const hint = insteadOfType('trait', type) ?? suggestion(type, references.traits, 'trait types', listing);
      reporter.error('UNSUPPORTED', where, `no trait type ${type}`, hint);
      continue;
    }
    const instead = workloadsInstead(references.catalog, component, type, namespaceOf(doc));
    if (instead === null) continue;
    const message = `the trait ${type} does not apply to ${component.type}`;
    reporter.error('UNSUPPORTED', where, message, `it applies to: ${instead.join(', ')}`);
  }
  const { files } = references;
  sourceOf(component.type, references.sources).check(component, { path: [...path, 'properties'], files, reporter });
}
