import ts from 'typescript';
import type { SourceFile } from './imports.ts';

/** A piece of text in a source file, and the line (from 1) on which it begins. */
export interface SourceText {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** The comments of a source file; neighbouring lines of `//` are one each. */
export function commentsOf({ path, text }: SourceFile): SourceText[] {
  const found = new Map<number, SourceText>();
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const note = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? [])
      found.set(pos, { path, line: lineOf(file, pos), text: text.slice(pos, end) });
  };
  const visit = (node: ts.Node): void => {
    note(ts.getLeadingCommentRanges(text, node.getFullStart()));
    note(ts.getTrailingCommentRanges(text, node.end));
    ts.forEachChild(node, visit);
  };
  visit(file);
  note(ts.getLeadingCommentRanges(text, file.endOfFileToken.getFullStart()));
  return [...found.values()];
}

/** The string literals and the fixed parts of templates that read like a sentence: two words at least. */
export function sentencesOf({ path, text }: SourceFile): SourceText[] {
  const found: SourceText[] = [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) return;
    if (
      ts.isStringLiteralLike(node) ||
      ts.isTemplateHead(node) ||
      ts.isTemplateMiddle(node) ||
      ts.isTemplateTail(node)
    ) {
      if (/[a-z] [a-z]/i.test(node.text)) found.push({ path, line: lineOf(file, node.getStart()), text: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The functions of a source file with their lengths in lines, nested ones included. */
export function functionsOf({ path, text }: SourceFile): { readonly name: string; readonly lines: number }[] {
  const found: { name: string; lines: number }[] = [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = lineOf(file, node.end) - lineOf(file, node.getStart()) + 1;
      found.push({ name: `${path} ${node.name?.getText() ?? 'anonymous'}`, lines });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line + 1;
}
