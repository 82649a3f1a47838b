/** A template and its input; `subject` (`ComponentDefinition/webservice`) names it in errors. */
export interface CueProgram {
  readonly subject: string;
  readonly template: string;
  readonly parameter: unknown;
  readonly context: Readonly<Record<string, unknown>>;
}

/** The two texts of a program: its result, and its parameter alone, to name a property that is wrong. */
export interface Source {
  readonly value: string;
  readonly parameter: string;
}

/** The worker's answer to a source; `parameter` true = the fault is in the parameter itself. */
export type Evaluated = { readonly json: string } | { readonly fault: string; readonly parameter: boolean };

/** The worker's answer to a source, or why there is none (too slow, crashed, no time left). */
export type Answer = Evaluated | { readonly stopped: 'timeout' | 'crash' | 'budget' };

const results = ['output', 'outputs', 'patch', 'patchOutputs'] as const;

/**
 * The CUE texts of a program. The template becomes a definition (`#T`), which closes its parameter, so that a
 * property that the template does not know is an error; results are picked inside a struct of their own, because at
 * file level this CUE reports a false cycle.
 */
export function sourceOf(program: CueProgram): Source {
  const { imports, body } = hoistImports(program.template);
  const parameter = JSON.stringify(program.parameter);
  const declared = /(^|[\s{])parameter\??\s*:/.test(body) ? '' : 'parameter: {}\n';
  const head = `${imports}context: ${JSON.stringify(usedContext(program))}\n#T: {\n${body}\n${declared}}\n`;
  const picks = results.map((name) => `\tif _v.${name} != _|_ { ${name}: _v.${name} }\n`).join('');
  return {
    value: `${head}_v: #T & {parameter: ${parameter}}\nr: {\n${picks}}\n`,
    parameter: `${head}r: #T.parameter & ${parameter}\n`,
  };
}

// By template and member: a document may use one template thousands of times.
const asked = new Map<string, Map<string, boolean>>();

/** Templates whose answers are kept. */
const mostAsked = 256;

/** True when a template reads a member of its context (a template that copies `context` whole reads all). */
export function readsContext(template: string, member: string): boolean {
  const members = asked.get(template) ?? new Map<string, boolean>();
  const answer = members.get(member) ?? looksAtContext(template, member);
  if (asked.size >= mostAsked && !asked.has(template)) asked.clear();
  asked.set(template, members.set(member, answer));
  return answer;
}

function looksAtContext(template: string, member: string): boolean {
  return (
    new RegExp(`\\bcontext\\s*(\\.\\s*"?${member}\\b|\\[\\s*"${member}")`).test(template) ||
    /\bcontext\b(?!\s*(\.|\[\s*"|[?:]))/.test(template.replace(/\/\/.*$/gm, ''))
  );
}

// A member that the template does not read must not change the text, which is the memo's key.
function usedContext({ template, context }: CueProgram): Record<string, unknown> {
  return Object.fromEntries(Object.entries(context).filter(([member]) => readsContext(template, member)));
}

// Imports are only allowed at the top of a file; blank lines take their place.
function hoistImports(template: string): { readonly imports: string; readonly body: string } {
  const found: string[] = [];
  const body = template.replace(
    /^[ \t]*(?:package[ \t]+\w+|import[ \t]*\([^)]*\)|import[ \t]+(?:\w+[ \t]+)?"[^"\n]+")[ \t]*$/gm,
    (text) => {
      if (text.trimStart().startsWith('import')) found.push(text.trim());
      return text.replace(/[^\n]/g, '');
    },
  );
  return { imports: found.map((text) => `${text}\n`).join(''), body };
}
