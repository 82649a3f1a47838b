import { expressionTemplate } from '../cue/expression.ts';

/** A CUE expression of a workflow, over values that a delivery knows. */
export interface Question {
  /** Names it in errors: `step tell`. */
  readonly subject: string;
  readonly expression: string;
  /** What the expression can name, beside `parameter` and `context`. */
  readonly values: Readonly<Record<string, unknown>>;
  /** CUE that the expression may name parts of; absent = `parameter` alone. */
  readonly template?: string;
  readonly parameter?: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

/** What an expression comes to, or why it cannot be told, in words. */
export type Answer = { readonly value: unknown } | { readonly fault: string };

/** Asks for the value of an expression; null = it is being evaluated, and is there when it is asked again. */
export type Ask = (question: Question) => Answer | null;

/** The template that evaluates a question: its result is the member `errs`, one of those that the evaluator gives. */
export function templateOf({
  expression,
  values,
  template,
}: Pick<Question, 'expression' | 'values' | 'template'>): string {
  if (template !== undefined) return `${template}errs: ${expression}\n`;
  const members = Object.entries(values).map(([name, value]) => `${name}: ${JSON.stringify(value ?? null)}`);
  return expressionTemplate(expression, members);
}
