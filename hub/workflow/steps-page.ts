import { z } from 'zod';
import { isMap, type JsonMap } from '../model/json-map.ts';
import type { StepType } from './step.ts';

/** The reference of steps: what each does, and its properties. */
export function stepsPage(steps: readonly StepType[]): string {
  const sections = steps.map(sectionOf);
  return `# Workflow steps\n\nWritten from the list of steps; how a workflow runs: [workflow.md](../workflow.md).\n\n${sections.join('\n')}`;
}

function sectionOf({ type, about = '', schema }: StepType): string {
  const { properties, required = [] } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
  const members = Object.entries(properties ?? {});
  const rows = members.map(
    ([name, one]) => `| \`${name}\` | ${wordsOf(one)} | ${required.includes(name) ? 'yes' : ''} |`,
  );
  const table = rows.length === 0 ? [] : ['', '| property | is | required |', '| --- | --- | --- |', ...rows];
  return [`## ${type}`, '', about, ...table, ''].join('\n');
}

function wordsOf(schema: unknown): string {
  if (!isMap(schema)) return 'anything';
  const { enum: choices, anyOf, type } = schema;
  if (Array.isArray(choices)) return choices.map((one) => `\`${String(one)}\``).join(', ');
  if (Array.isArray(anyOf)) return (anyOf as readonly unknown[]).map(wordsOf).join(', or ');
  if (type === 'object') return objectWords(schema);
  if (type === 'array') return `a list: ${wordsOf(schema['items'])}`;
  const names: Readonly<Record<string, string>> = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
  };
  return typeof type === 'string' ? (names[type] ?? type) : 'anything';
}

function objectWords({ properties }: JsonMap): string {
  const names = isMap(properties) ? Object.keys(properties) : [];
  return names.length === 0 ? 'a mapping' : `a mapping: ${names.map((name) => `\`${name}\``).join(', ')}`;
}
