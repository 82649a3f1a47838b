import ts from 'typescript';
import type { SourceFile } from './imports.ts';

/** Tests of a room that are not about one file of it, and why: a row each. */
export const topics: Readonly<Record<string, string>> = {
  'hub/additions': 'the examples of CONTRIBUTING, through validation and rendering',
  'hub/operations/registry': 'six operations of a few lines each, on one scene',
  'shared/lib/yaml/kubectl': 'what kubectl reads, recorded, against what the parser reads',
};

/** Files that decide and have their test elsewhere, and where. */
export const testedElsewhere: Readonly<Record<string, string>> = {
  'agent/report/exchange.ts':
    'test/unit/agent/report/reporter.test.ts: with who sends, and test/property/system/reports.test.ts',
  'agent/rollout/steps/deliver.ts':
    'test/unit/agent/rollout/steps/run.test.ts: pass after pass, by what a cluster shows',
  'hub/api/openapi.ts': 'test/golden/api: the whole document is a golden file',
  'hub/preflight/containers.ts': 'test/unit/hub/preflight/preflight.test.ts: one table of objects for all of preflight',
  'hub/preflight/pods.ts': 'test/unit/hub/preflight/preflight.test.ts',
  'hub/preflight/node.ts': 'test/unit/hub/preflight/preflight.test.ts',
};

/** The most lines of functions of a file that needs no test of its own name. */
const fewLines = 40;

/** Modules of Node that a decision has no use for. */
const doing = /^node:(?:child_process|dns|fs|http|https|net|os|stream|timers|tls|worker_threads)/;

/**
 * True for a file that decides something: it exports a function, has more than a few lines of functions, and waits for nothing.
 * What waits is wiring, an adapter or a stage that acts; its tests are where one would do what it does.
 */
export function isDecision({ path, text, node }: SourceFile): boolean {
  if (path.endsWith('.d.ts') || node.some((name) => doing.test(name))) return false;
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const functions = file.statements.filter(ts.isFunctionDeclaration);
  const isExported = functions.some((one) => one.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword));
  return isExported && !waits(file) && functions.reduce((sum, one) => sum + linesOf(file, one), 0) > fewLines;
}

function linesOf(file: ts.SourceFile, node: ts.Node): number {
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  return lineAt(node.end) - lineAt(node.getStart()) + 1;
}

function waits(node: ts.Node): boolean {
  const isPromise = ts.isTypeReferenceNode(node) && node.typeName.getText().startsWith('Promise');
  if (isPromise || ts.isAwaitExpression(node) || node.kind === ts.SyntaxKind.AsyncKeyword) return true;
  return ts.forEachChild(node, waits) ?? false;
}
