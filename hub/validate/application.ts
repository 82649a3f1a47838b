import { namespaceOf, type Application, type Component } from '../model/documents.ts';
import type { DefinitionKind } from '../definitions/catalog.ts';
import { sourceOf } from '../sources/list.ts';
import { saysDelivery } from '../workflow/compile.ts';
import { checkDelivery } from './delivery.ts';
import type { References } from './references.ts';
import { checkMarkers } from './markers.ts';
import { checkName } from './names.ts';
import { checkOrder } from './order.ts';
import { checkPassing } from './passing.ts';
import type { Reporter, Steps } from '../model/reporter.ts';
import { insteadOfMember, insteadOfType, insteadOfVersion } from './instead.ts';
import { suggestion } from './problems.ts';
import { conflictIn, workloadsInstead } from './workloads.ts';

/** Checks an Application beyond its shape: names, types, policies and workflow, files. */
export function checkApplication(doc: Application, references: References, reporter: Reporter): void {
  checkName('label', doc.metadata.name, ['metadata', 'name'], reporter);
  checkMarkers(doc, reporter);
  const names = new Set<string>();
  for (const [index, component] of doc.spec.components.entries()) {
    const path = ['spec', 'components', index];
    if (names.has(component.name)) {
      reporter.error('DOCUMENT_INVALID', [...path, 'name'], `a second component named ${component.name}`, 'rename one');
    }
    names.add(component.name);
    checkComponent(doc, component, { path, references, reporter });
  }
  checkPassing(doc.spec.components, reporter);
  checkOrder(doc.spec.components, reporter);
  if (doc.spec.components.length === 0 && !saysDelivery(doc)) {
    const path = ['spec', 'components'];
    reporter.error('DOCUMENT_INVALID', path, 'spec.components must not be empty');
  }
  if (!saysDelivery(doc)) return;
  const checkType = (what: 'component' | 'trait', type: string, path: Steps): void => {
    if (!isKnown(what, type, references)) reportType(what, type, { path, references, reporter });
  };
  checkDelivery(doc, { references, reporter, checkType });
}

/** True where there is a definition of a type, broken or not; a type with a version may be found by a part of it. */
function isKnown(what: 'component' | 'trait', type: string, { components, traits, catalog }: References): boolean {
  if ((what === 'component' ? components : traits).includes(type)) return true;
  const kind = what === 'component' ? 'ComponentDefinition' : 'TraitDefinition';
  return type.includes('@') && catalog.find(kind, type, '') !== null;
}

function reportType(what: 'component' | 'trait', type: string, { path, references, reporter }: Where): void {
  const known = what === 'component' ? references.components : references.traits;
  const hint = insteadOfVersion(type) ?? insteadOfType(what, type) ?? unknownType(what, type, known);
  reporter.error('UNSUPPORTED', path, `no ${what} type ${type}`, hint);
}

function unknownType(what: 'component' | 'trait', type: string, known: readonly string[]): string {
  const meant = suggestion(type, known, `${what} types`, listing);
  if (meant.startsWith('did you mean')) return meant;
  return `add its ${what === 'component' ? 'Component' : 'Trait'}Definition to the repository; ${meant}`;
}

/** What prints the types that there are. */
const listing = 'sluice-hub definitions list';

interface Where {
  readonly path: Steps;
  readonly references: References;
  readonly reporter: Reporter;
}

/** Types whose objects have names of their own: that of the component is in labels alone, as `vela adopt` writes it. */
const namesItsOwn = new Set(['k8s-objects', 'raw', 'ref-objects']);

function checkComponent(doc: Application, component: Component, { path, references, reporter }: Where): void {
  checkName(namesItsOwn.has(component.type) ? 'labelValue' : 'label', component.name, [...path, 'name'], reporter);
  if (!isKnown('component', component.type, references)) {
    reportType('component', component.type, { path: [...path, 'type'], references, reporter });
  }
  checkUsable('ComponentDefinition', doc, component.type, { path, references, reporter });
  for (const member of ['scopes', 'externalRevision'] as const) {
    if (component[member] === undefined) continue;
    const hint = insteadOfMember([...path, member]);
    reporter.warn('UNSUPPORTED', [...path, member], `${member} of a component means nothing here`, hint);
  }
  for (const [index, { type }] of (component.traits ?? []).entries()) {
    checkTrait(doc, component, type, { path: [...path, 'traits', index], references, reporter });
  }
  const { files } = references;
  sourceOf(component.type, references.sources).check(component, { path: [...path, 'properties'], files, reporter });
}

function checkTrait(doc: Application, component: Component, type: string, where: Where): void {
  const { references, reporter } = where;
  const path = [...where.path, 'type'];
  if (!isKnown('trait', type, references)) {
    reportType('trait', type, { path, references, reporter });
    return;
  }
  checkUsable('TraitDefinition', doc, type, where);
  const instead = workloadsInstead(references.catalog, component, type, namespaceOf(doc));
  if (instead !== null) {
    const message = `the trait ${type} does not apply to ${component.type}`;
    reporter.error('UNSUPPORTED', path, message, `it applies to: ${instead.join(', ')}`);
  }
  const conflict = conflictIn(references.catalog, component, type, namespaceOf(doc));
  if (conflict === null) return;
  const message = `the trait ${type} cannot be beside ${conflict.trait}`;
  reporter.error('UNSUPPORTED', path, message, `its conflictsWith has ${conflict.entry}: use one of the two`);
}

function checkUsable(kind: DefinitionKind, doc: Application, type: string, where: Where): void {
  const { references, reporter, path } = where;
  const unusable = references.catalog.find(kind, type, namespaceOf(doc))?.attributes.unusable ?? null;
  if (unusable === null) return;
  reporter.error('UNSUPPORTED', [...path, 'type'], `${type} cannot be used: ${unusable.why}`, unusable.hint);
}
