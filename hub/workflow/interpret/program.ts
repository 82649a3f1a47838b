import type { Action } from './actions.ts';

/** The actions as CUE sees them: in the older spelling all are of `op`, in the newer each has a package. */
const older = `
	#Apply: {value: {...}, cluster: *"" | string, ...}
	#Read: {value: {...}, cluster: *"" | string, ...}
	#ConditionalWait: {continue: bool, message?: string, ...}
	#Suspend: {duration?: string, message?: string, ...}
	#Message: {message: string, ...}
	#Fail: {message?: string, ...}
	#HTTPDo: {method: string, url: string, request?: {...}, response?: {...}, ...}
	#HTTPGet: #HTTPDo & {method: "GET"}
	#HTTPPost: #HTTPDo & {method: "POST"}
	#HTTPPut: #HTTPDo & {method: "PUT"}
	#HTTPDelete: #HTTPDo & {method: "DELETE"}
	#Steps: {...}
	#ConvertString: {bt: string | bytes, str?: string, ...}
	#Log: {...}
`;
const newer = {
  kube: ['Apply: {value: {...}, cluster: *"" | string, ...}', 'Read: {value: {...}, cluster: *"" | string, ...}'],
  http: [
    'HTTPDo: {method: *"GET" | string, url: string, request?: {...}, ...}',
    'HTTPGet: {method: "GET", url: string, request?: {...}, ...}',
    'HTTPPost: {method: "POST", url: string, request?: {...}, ...}',
    'HTTPPut: {method: "PUT", url: string, request?: {...}, ...}',
    'HTTPDelete: {method: "DELETE", url: string, request?: {...}, ...}',
  ],
  util: ['ConvertString: {bt: string | bytes, ...}', 'Log: {...}'],
  builtin: [
    'ConditionalWait: {continue: bool, message?: string, ...}',
    'Suspend: {duration?: string, message?: string, ...}',
    'Message: {message: string, ...}',
    'Fail: {message?: string, ...}',
  ],
} as const;

const packageTexts: Readonly<Record<string, string>> = {
  op: `op: {${older}}\n`,
  ...Object.fromEntries(
    Object.entries(newer).map(([name, lines]) => {
      const members = lines.map((line) => {
        const [action = '', ...shape] = line.split(': ');
        return `\t#${action}: {$params: ${shape.join(': ')}, $returns?: {...}, ...}\n`;
      });
      const steps = name === 'builtin' ? '\t#Steps: {...}\n' : '';
      return [name, `${name}: {\n${members.join('')}${steps}}\n`];
    }),
  ),
};

/** What became of actions so far, by their place. */
export type Results = ReadonlyMap<Action, Readonly<Record<string, unknown>>>;

const importLine = /^\s*import\s+(?:\(([^)]*)\)|((?:\w+\s+)?"[^"]*"))/gm;

/** The imports of a template that are CUE's own, and the template without all of its imports. */
function parted(template: string): { readonly imports: string; readonly text: string } {
  const found = [...template.matchAll(importLine)].flatMap(([, many, one]) =>
    (many ?? one ?? '').split(/[\n;]/).map((line) => line.trim().replace(/\/\/.*$/, '')),
  );
  const own = found.filter((line) => line !== '' && !/"vela\//.test(line));
  return { imports: own.map((line) => `import ${line}\n`).join(''), text: template.replaceAll(importLine, linesOf) };
}

/** What takes the place of a text, so that all below stays in its line. */
function linesOf(text: string): string {
  return text.replaceAll(/[^\n]/g, '');
}

/** The template as CUE that can be evaluated: its actions have what became of them so far. Pure. */
export function programText(template: string, results: Results): string {
  const { imports, text } = parted(template);
  const filled = [...results].map(([{ path, isNew }, result]) => {
    const inside = isNew ? { $returns: result } : result;
    return `flow: ${path.map((name) => `${JSON.stringify(name)}: `).join('')}${JSON.stringify(inside)}\n`;
  });
  return [
    imports,
    'parameter: {...}\n',
    'given: parameter\n',
    ...usedIn(text),
    `flow: {\n${text}\n}\n`,
    'flow: parameter: given\n',
    ...filled,
  ].join('');
}

function usedIn(text: string): readonly string[] {
  return Object.entries(packageTexts).flatMap(([name, prelude]) =>
    new RegExp(`(?<![\\w.])${name}\\.#`).test(text) ? [prelude] : [],
  );
}

/** The template as CUE that says what is wrong with it and describes its parameter, below lines that are not the template's. Pure. */
export function describedText(template: string): { readonly text: string; readonly above: number } {
  const { imports, text } = parted(template);
  const above = [imports, ...usedIn(text)].join('');
  return { text: `${above}${text}`, above: above.split('\n').length - 1 };
}

/** Asks for an action: a list with it, which is empty where no condition lets it be there. */
export function actionExpression({ path }: Action): string {
  const field = `flow${path.map((name) => `.${JSON.stringify(name)}`).join('')}`;
  return `[if ${field} != _|_ {${field}}]`;
}
