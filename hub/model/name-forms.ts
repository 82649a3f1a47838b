const segment = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const qualified = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$/;

/** The forms of names in Kubernetes, those of RFC 1123 first: how each reads, and how long it may be. */
export const nameForms = {
  label: { pattern: new RegExp(`^${segment}$`), longest: 63, words: 'lower case letters, digits and dashes' },
  subdomain: {
    pattern: new RegExp(`^${segment}(?:\\.${segment})*$`),
    longest: 253,
    words: 'lower case letters, digits, dashes and dots',
  },
  /** What may be the value of a label: of what is in labels, and in no name of an object. */
  labelValue: { pattern: qualified, longest: 63, words: 'letters, digits, dashes, dots and underscores' },
} as const;

/** True for a name of this form. */
export function hasForm(form: keyof typeof nameForms, name: string): boolean {
  const { pattern, longest } = nameForms[form];
  return name.length <= longest && pattern.test(name);
}

/** True for the key of a label or annotation: `name`, or `prefix/name`. */
export function isQualified(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  const isPrefix = slash < 0 || hasForm('subdomain', key.slice(0, slash));
  return isPrefix && name.length <= 63 && qualified.test(name);
}

/** True for the value of a label. */
export function isLabelValue(value: string): boolean {
  return value === '' || (value.length <= 63 && qualified.test(value));
}

/** What is wrong with a label. */
export interface LabelFault {
  readonly message: string;
  readonly hint: string;
}

/** What Kubernetes refuses of a label, wherever it is written: in a document, in a command, or over the HTTP interface. */
export function labelFaults(key: string, value: string): readonly LabelFault[] {
  const keyFault = { message: `"${key}" is not a label key`, hint: 'use the form prefix/name, or name' };
  const valueHint = 'use at most 63 letters, digits, dashes, dots and underscores';
  const valueFault = { message: `"${value}" is not a label value`, hint: valueHint };
  return [...(isQualified(key) ? [] : [keyFault]), ...(isLabelValue(value) ? [] : [valueFault])];
}
