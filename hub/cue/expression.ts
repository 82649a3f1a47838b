/** Packages of CUE that an expression may name without importing them, as in KubeVela. */
const packages: Readonly<Record<string, string>> = {
  strings: 'strings',
  strconv: 'strconv',
  list: 'list',
  math: 'math',
  regexp: 'regexp',
  json: 'encoding/json',
  base64: 'encoding/base64',
};

/** What stands on top of a text: comments and imports. */
const imported = /^(?:\s|\/\/[^\n]*\n|import\s+(?:\([^)]*\)|(?:\w+\s+)?"[^"]*"))*/;

/** A text of CUE without what it imports, and that. */
export function withoutImports(text: string): { readonly imports: string; readonly rest: string } {
  const imports = imported.exec(text)?.[0] ?? '';
  return { imports, rest: text.slice(imports.length) };
}

/**
 * The template that gives the value of an expression as its member `errs`, one of those that the evaluator answers with. `members`
 * is what the expression can name beside the context.
 */
export function expressionTemplate(expression: string, members: readonly string[]): string {
  const { imports, rest } = withoutImports(expression);
  const implied = Object.entries(packages).filter(
    ([name, path]) => new RegExp(`(?<![\\w.$])${name}\\.[A-Z]`).test(rest) && !imports.includes(`"${path}"`),
  );
  const top = implied.map(([, path]) => `import "${path}"\n`).join('');
  return `${top}${imports}\nparameter: {...}\n${members.map((one) => `${one}\n`).join('')}errs: ${rest.trim()}\n`;
}
