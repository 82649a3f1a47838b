import type { Component } from '../model/documents.ts';
import type { RenderFault } from '../model/fault.ts';
import { namedIn } from '../sources/referred.ts';
import type { Draft } from './step.ts';

/** The faults of traits that change the object which a component only refers to: no agent would write what they say. */
export function patchedReferences(component: Component, { givers }: Pick<Draft, 'givers'>): readonly RenderFault[] {
  if ((namedIn(component)[0] ?? null) === null) return [];
  return givers
    .filter(({ member, value }) => member === 'patch' && value !== undefined)
    .map(({ step: { definition, path } }) => ({
      code: 'UNSUPPORTED',
      message: `the trait ${definition.type} changes an object that ${component.name} only refers to`,
      path: [...path, 'type'],
      hint: 'write the object into the component, with what is to be changed; traits that make objects of their own may stay',
    }));
}
