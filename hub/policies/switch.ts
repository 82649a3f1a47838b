import { z } from 'zod';

/** On or off, as the documents of OAM write it. */
export const onOff = z.union([z.boolean(), z.enum(['enabled', 'disabled'])]);

/** True for what is switched on. */
export function isOn(value: z.infer<typeof onOff> | undefined): boolean {
  return value === true || value === 'enabled';
}
