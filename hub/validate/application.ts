import type { Application, Component } from '../model/documents.ts';
import { globExpression } from '../model/glob.ts';
import type { Known } from './references.ts';
import { checkName } from './names.ts';
import { suggestion, type Reporter, type Steps } from './problems.ts';
import { workloadsInstead } from './workloads.ts';

/** Checks what the shape of an Application cannot say: names, types, policies and workflow, files. */
export function checkApplication(doc: Application, known: Known, reporter: Reporter): void {
  checkName('label', doc.metadata.name, ['metadata', 'name'], reporter);
  const names = new Set<string>();
  for (const [index, component] of doc.spec.components.entries()) {
    const path = ['spec', 'components', index];
    if (names.has(component.name)) {
      reporter.error('DOCUMENT_INVALID', [...path, 'name'], `a second component named ${component.name}`, 'rename one');
    }
    names.add(component.name);
    checkComponent(doc, component, { path, known, reporter });
  }
  for (const [index, { type }] of (doc.spec.policies ?? []).entries()) {
    const path = ['spec', 'policies', index, 'type'];
    reporter.error('UNSUPPORTED', path, `the policy ${type} is not supported`, 'supported policies: none yet');
  }
  for (const [index, { type }] of (doc.spec.workflow?.steps ?? []).entries()) {
    const path = ['spec', 'workflow', 'steps', index, 'type'];
    reporter.error('UNSUPPORTED', path, `the workflow step ${type} is not supported`, 'supported steps: none yet');
  }
}

interface Where {
  readonly path: Steps;
  readonly known: Known;
  readonly reporter: Reporter;
}

function checkComponent(doc: Application, component: Component, { path, known, reporter }: Where): void {
  checkName('label', component.name, [...path, 'name'], reporter);
  if (!known.components.includes(component.type)) {
    const hint = suggestion(component.type, known.components, 'component types');
    reporter.error('UNSUPPORTED', [...path, 'type'], `no component type ${component.type}`, hint);
  }
  for (const [index, { type }] of (component.traits ?? []).entries()) {
    const where = [...path, 'traits', index, 'type'];
    if (!known.traits.includes(type)) {
      const hint = suggestion(type, known.traits, 'trait types');
      reporter.error('UNSUPPORTED', where, `no trait type ${type}`, hint);
      continue;
    }
    const instead = workloadsInstead(doc, component, type, known.definitions);
    if (instead === null) continue;
    const message = `the trait ${type} does not apply to ${component.type}`;
    reporter.error('UNSUPPORTED', where, message, `it applies to: ${instead.join(', ')}`);
  }
  if (component.type === 'k8s-objects') checkRaw(component, [...path, 'properties'], known, reporter);
}

function checkRaw({ properties = {} }: Component, path: Steps, known: Known, reporter: Reporter): void {
  const { objects, path: file, glob } = properties;
  if (objects === undefined && file === undefined && glob === undefined) {
    reporter.error('DOCUMENT_INVALID', path, 'k8s-objects names no objects', 'give properties.objects, path or glob');
  }
  if (objects !== undefined && !Array.isArray(objects)) {
    reporter.error('DOCUMENT_INVALID', [...path, 'objects'], 'properties.objects must be a list');
  }
  const where = { path, known, reporter };
  checkReference('path', file, where);
  checkReference('glob', glob, where);
}

function checkReference(key: string, reference: unknown, { path, known, reporter }: Where): void {
  if (reference === undefined) return;
  const where = [...path, key];
  const fromTop = 'write it from the top folder of the repository';
  if (typeof reference !== 'string' || reference === '') {
    reporter.error('DOCUMENT_INVALID', where, `properties.${key} must be text`);
  } else if (/^\/|(?:^|\/)\.\.(?:\/|$)/.test(reference)) {
    reporter.error('DOCUMENT_INVALID', where, `${reference} leads out of the repository`, `${fromTop}, without ..`);
  } else if (![...known.files.keys()].some((name) => globExpression(reference).test(name))) {
    const hint = `${fromTop}; only .yaml, .yml and .json files count`;
    reporter.error('REFERENCE_NOT_FOUND', where, `no file for ${reference}`, hint);
  }
}
