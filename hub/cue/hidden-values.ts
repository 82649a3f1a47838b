/** What stands in the place of a value that is not shown. */
export const hidden = '[value]';

const literals = /(incomplete value )?(#*"(?:[^"\\]|\\.)*"#*)|(?<![\w."\]#])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w"])/g;

/**
 * A text of the evaluator without values that its caller gave, and what a template made of them: a password may be among them,
 * and a status is read by more people than a repository. Literals that the template itself has are shown.
 */
export function withoutValues(text: string, template: string): string {
  return text.replace(literals, (whole: string, incomplete: string | undefined, quoted: string | undefined) => {
    if (incomplete !== undefined) return whole;
    return template.includes(quoted ?? whole) ? whole : hidden;
  });
}
