import type { Application } from './documents.ts';

const ours = /^(?:[^/]*\.)?sluice\.dev\//;

/**
 * The annotations of an Application that templates and conditions read as `context.appAnnotations`: not those that steer its delivery (`sluice.dev/...`),
 * because an approval must not change what is delivered (delivery.md, "Policies").
 */
export function contextAnnotations({ annotations = {} }: Application['metadata']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !ours.test(key)));
}
